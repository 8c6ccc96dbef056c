using Hhs.Actors.Node;
using Hhs.Model.Json;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Space;
using Hhs.Model.Types.Text;

namespace Hhs.Node.Commands;

/// <summary>What types are called on the command line.</summary>
internal static class Kinds
{
    public const string Caps = "caps";

    // What a nested object of the kind is made from; capability objects and spaces cannot be nested.
    private static readonly (string Kind, string TypeId, Func<string, Literal.Map>? Nested)[] All =
    [
        (Caps, CapabilityType.Ours.TypeId, null), (Caps, CapabilityType.Original.TypeId, null),
        ("counter", CounterType.Id, seed => CounterPayloads.Create(seed)), ("growset", GrowSetType.Id, seed => GrowSetPayloads.Create(seed)),
        ("list", SequenceType.Id, SequencePayloads.Create), ("log", LogType.Id, LogPayloads.Create), ("record", RecordType.Id, seed => RecordPayloads.Create(seed)),
        ("register", RegisterType.Id, seed => RegisterPayloads.Create(seed)), ("set", SetType.Id, seed => SetPayloads.Create(new SetOptions { Seed = seed })),
        ("space", SpaceType.Id, null), ("text", TextType.Id, TextPayloads.Create),
    ];

    /// <summary>What a type is called here; its id if it is not known.</summary>
    public static string Of(string typeId) => All.FirstOrDefault(k => k.TypeId == typeId) is (not null, _, _) known ? known.Kind : typeId;

    /// <summary>Whether a type is known here.</summary>
    public static bool Knows(string typeId) => All.Any(k => k.TypeId == typeId);

    /// <summary>The type id of a kind; null if there is none.</summary>
    public static string? TypeIdOf(string kind) => All.FirstOrDefault(k => k.Kind == kind).TypeId;

    /// <summary>The create payload of a nested object; null if there is no such kind, or none that can be nested.</summary>
    public static Literal.Map? Nested(string kind, string seed) => All.FirstOrDefault(k => k.Kind == kind).Nested?.Invoke(seed);

    /// <summary>The kinds that can be nested, for a message.</summary>
    public static string Nestable => string.Join(", ", All.Where(k => k.Nested is not null).Select(k => k.Kind));

    /// <summary>Why a command does not fit an object.</summary>
    public static CommandException Wrong(ObjectHandle handle, string command, string fits) =>
        CommandException.BadInput($"object {handle.Id} is a {Of(handle.TypeId)}: 'hhs {command}' is for a {fits}");
}
