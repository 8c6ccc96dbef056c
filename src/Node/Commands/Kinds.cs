using Hhs.Actors.Node;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Text;

namespace Hhs.Node.Commands;

/// <summary>What types are called on the command line.</summary>
internal static class Kinds
{
    public const string Caps = "caps";

    private static readonly (string Kind, string TypeId)[] All =
    [
        (Caps, CapabilityType.Ours.TypeId), (Caps, CapabilityType.Original.TypeId), ("counter", CounterType.Id), ("growset", GrowSetType.Id), ("list", SequenceType.Id),
        ("log", LogType.Id), ("record", RecordType.Id), ("register", RegisterType.Id), ("set", SetType.Id), ("text", TextType.Id),
    ];

    /// <summary>What a type is called here; its id if it is not known.</summary>
    public static string Of(string typeId) => All.FirstOrDefault(k => k.TypeId == typeId) is (not null, _) known ? known.Kind : typeId;

    /// <summary>Whether a type is known here.</summary>
    public static bool Knows(string typeId) => All.Any(k => k.TypeId == typeId);

    /// <summary>The type id of a kind; null if there is none.</summary>
    public static string? TypeIdOf(string kind) => All.FirstOrDefault(k => k.Kind == kind).TypeId;

    /// <summary>Why a command does not fit an object.</summary>
    public static CommandException Wrong(ObjectHandle handle, string command, string fits) =>
        CommandException.BadInput($"object {handle.Id} is a {Of(handle.TypeId)}: 'hhs {command}' is for a {fits}");
}
