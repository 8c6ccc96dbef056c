using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Members;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Text;

namespace Hhs.Actors.Spaces;

/// <summary>Operations on a member, made when it is their turn. Immutable.</summary>
public sealed class SpaceOperation
{
    private SpaceOperation(ContentHash member, Func<MemberState, IEnumerable<Literal.Map>> make) => (Member, Make) = (member, make);

    /// <summary>The member's id.</summary>
    public ContentHash Member { get; }

    // The payloads, from the member's state at the version that is written on; ArgumentException for what cannot be done there.
    internal Func<MemberState, IEnumerable<Literal.Map>> Make { get; }

    internal static SpaceOperation Of(ContentHash member, Literal.Map payload) => new(member, _ => [payload]);

    internal static SpaceOperation Insert(TextMember text, int index, string inserted) => new(text.Id, state =>
    {
        var view = Object<ReplicatedText>(state, out var at).View(at);
        return [TextPayloads.Insert(view, Index(index, view.Count), inserted)];
    });

    internal static SpaceOperation Delete(TextMember text, int index, int count) => new(text.Id, state => TextPayloads.Delete(Object<ReplicatedText>(state, out var at).View(at), index, count));

    internal static SpaceOperation Insert(ListMember list, int index, IReadOnlyList<Literal> items) => new(list.Id, state =>
    {
        var view = Object<ReplicatedSequence>(state, out var at).View(at);
        return [SequencePayloads.Insert(view, Index(index, view.Count), [.. items])];
    });

    internal static SpaceOperation Delete(ListMember list, int index, int count) => new(list.Id, state => SequencePayloads.Delete(Object<ReplicatedSequence>(state, out var at).View(at), index, count));

    private static T Object<T>(MemberState state, out Model.Dag.DagVersion version) where T : Model.Types.ReplicatedObject
    {
        if (state is not ReplayedState { Object: T own } replayed) throw new ArgumentException("the member is of another type");
        version = replayed.Version;
        return own;
    }

    private static int Index(int index, int length) => index == -1 ? length : index;
}
