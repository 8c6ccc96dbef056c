using System.Runtime.CompilerServices;
using Hhs.Actors.Objects;
using Hhs.Actors.Spaces;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Space;

namespace Hhs.Actors.Node;

/// <summary>A space: several objects that are changed together, by transactions that are rolled back where they conflict.</summary>
/// <remarks>
/// Everything is signed by the node's identity. Errors: <see cref="TransactionRefusedException"/> says which condition does not hold or which
/// capability is missing; <see cref="HhsException"/> for everything else that is refused. Source: docs/types/space.md.
/// </remarks>
public sealed partial class SpaceHandle : TypedHandle<SpaceDelta>
{
    internal SpaceHandle(ObjectHandle handle, SpaceCreate create) : base(handle) => Create = create;

    /// <summary>What was said when the space was made.</summary>
    public SpaceCreate Create { get; }

    /// <summary>Whether anything can become final: false where nobody may seal, and then any transaction can be undone at any time.</summary>
    public bool HasFinality => Create.SealAuthority is not null;

    /// <summary>Who may do what in the space. Errors: it was made without capabilities.</summary>
    public CapabilitiesHandle Capabilities => new(Object);

    /// <summary>An identity has a capability of the space: to be required by a transaction.</summary>
    public Requirement Holds(KeyId who, string capability) => Requirement.Holds(who, capability);

    /// <summary>Does several things, all or none, where what is required holds; answers once that is durable.</summary>
    /// <param name="build">Says what is required and what is done: <c>tx => tx.Require(seats.IsFree(12)).Set(seats, 12, me)</c>.</param>
    /// <param name="onConflict">What becomes of it where it meets another one and loses.</param>
    /// <exception cref="TransactionRefusedException">Something that is required does not hold here, or a capability is missing.</exception>
    /// <exception cref="HhsException">An operation, a condition or a limit is wrong, or nothing could be stored.</exception>
    public Task<TransactionOutcome> TransactAsync(Action<Transaction> build, OnConflict onConflict = OnConflict.Void)
    {
        var transaction = new Transaction();
        build(transaction);
        return TransactAsync(transaction, onConflict);
    }

    /// <summary>Does a transaction that is put together already.</summary>
    public async Task<TransactionOutcome> TransactAsync(Transaction transaction, OnConflict onConflict = OnConflict.Void)
    {
        var entry = await Object.ApplyAsync(new SpaceMessages.Transact([.. transaction.Requirements], [.. transaction.Operations], onConflict)).ConfigureAwait(false);
        return new(this, await ExplainAsync(entry).ConfigureAwait(false));
    }

    /// <summary>Writes one operation on a member that requires nothing: it stays beside what is concurrent, as the member's type merges it.</summary>
    public Task<ContentHash> ApplyAsync(SpaceMember member, Literal.Map payload) => WriteAsync(SpacePayloads.Op(member.Id.ToString(), payload));

    /// <summary>Reads members, all at one version.</summary>
    /// <param name="members">The members; none for all there are.</param>
    public Task<SpaceSnapshot> ReadAsync(params IReadOnlyList<SpaceMember> members) => ReadAtAsync(null, members);

    /// <summary>Reads members at a version of the past.</summary>
    /// <param name="at">Entries of the log; null for all that is known.</param>
    /// <param name="members">The members; none for all there are.</param>
    public Task<SpaceSnapshot> ReadAtAsync(Position? at, params IReadOnlyList<SpaceMember> members) => Object.AskAsync<SpaceSnapshot>(new SpaceMessages.Read(members), at);

    /// <summary>The transactions that were not done and that nobody has answered, in the settled order: why, who won, what they would have done.</summary>
    /// <param name="skip">How many to leave out at the beginning.</param>
    /// <param name="most">How many at most.</param>
    public Task<IReadOnlyList<Explanation>> ReviewAsync(int skip = 0, int most = 100) => Object.AskAsync<IReadOnlyList<Explanation>>(new SpaceMessages.Review(skip, most));

    /// <summary>Does a transaction again that was void or pending, on top of all that is known here.</summary>
    /// <exception cref="TransactionRefusedException">What it requires still does not hold, or it is live or resolved.</exception>
    public Task<ContentHash> RetryAsync(ContentHash transaction) => WriteAsync(SpacePayloads.Resolve(transaction, isRetried: true));

    /// <summary>Gives a transaction up that was void or pending.</summary>
    /// <exception cref="TransactionRefusedException">It is live, or resolved, or somebody else's.</exception>
    public Task<ContentHash> DismissAsync(ContentHash transaction) => WriteAsync(SpacePayloads.Resolve(transaction, isRetried: false));

    /// <summary>What became of an entry, and why: what it required, what was seen, who won, whether that is final.</summary>
    /// <exception cref="HhsException">There is no such entry here.</exception>
    public Task<Explanation> ExplainAsync(ContentHash entry) => Object.AskAsync<Explanation>(new SpaceMessages.Explain(entry));

    /// <summary>Makes final all that is known here; the seal authority alone can.</summary>
    public Task<ContentHash> SealAsync() => WriteAsync(SpacePayloads.Seal);

    /// <summary>What concurrent plain operations on members disagree about.</summary>
    public Task<IReadOnlyList<MemberConflict>> ConflictsAsync() => Object.AskAsync<IReadOnlyList<MemberConflict>>(new SpaceMessages.Conflicts());

    /// <summary>Pairs of seals that contradict each other: each, both being signed, is the proof against the seal authority.</summary>
    public Task<IReadOnlyList<(ContentHash One, ContentHash Other)>> EquivocationsAsync() =>
        Object.AskAsync<IReadOnlyList<(ContentHash One, ContentHash Other)>>(new SpaceMessages.Equivocations());

    /// <summary>What happens to a transaction from now on, until cancelled.</summary>
    /// <param name="since">How it stood: what has happened since then comes first.</param>
    /// <param name="cancel">Ends it.</param>
    public async IAsyncEnumerable<TransactionFate> FatesAsync(Explanation since, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var last = since;
        await foreach (object told in Object.ChangesAsync<object>(new SpaceMessages.FateOf(since.Entry), new SpaceMessages.Explain(since.Entry), cancel).ConfigureAwait(false))
        {
            if (told is not Explanation now) throw new HhsException((Model.Reject)told);
            foreach (var fate in TransactionFate.Between(last, now)) yield return fate;
            last = now;
        }
    }

    private Task<ContentHash> WriteAsync(Literal.Map payload) => Object.ApplyAsync(new SpaceMessages.Write(payload));
}
