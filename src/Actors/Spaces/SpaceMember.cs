using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Text;

namespace Hhs.Actors.Spaces;

/// <summary>A member of a space: what conditions and operations name. Immutable.</summary>
/// <param name="Id">Its id: the hash of the entry that added it.</param>
/// <param name="Name">Its name for people; two members can have the same one.</param>
/// <param name="TypeId">The id of its type.</param>
public record SpaceMember(ContentHash Id, string Name, string TypeId)
{
    /// <summary>A condition of any kind that the type has.</summary>
    public Requirement Condition(string kind, Literal argument) => Requirement.On(Id, kind, argument);

    /// <summary>The member as what its type is.</summary>
    internal static SpaceMember Of(ContentHash id, string name, string typeId) => typeId switch
    {
        CounterType.Id => new CounterMember(id, name),
        GrowSetType.Id => new GrowSetMember(id, name),
        LogType.Id => new LogMember(id, name),
        RecordType.Id => new RecordMember(id, name),
        RegisterType.Id => new RegisterMember(id, name),
        SequenceType.Id => new ListMember(id, name),
        SetType.Id => new SetMember(id, name),
        TextType.Id => new TextMember(id, name),
        _ => new SpaceMember(id, name, typeId),
    };
}
