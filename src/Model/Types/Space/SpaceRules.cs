using System.Diagnostics;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Space;

/// <summary>What the entries of a space do, and when.</summary>
/// <remarks>Source: docs/types/space.md, verdicts.</remarks>
internal sealed class SpaceRules(ObjectScope scope, SpaceCreate create, SpaceEntryReader reader, SpaceAuthority? authority) : ISettlingRules<SpaceState>
{
    private readonly DagLog _log = scope.Log;
    private readonly List<bool> _isSeal = [];   // by entry
    private readonly List<Rank?> _ranks = [];

    /// <summary>Takes up what was admitted since.</summary>
    public void CatchUp()
    {
        for (int number = _isSeal.Count; number < _log.Count; number++)
        {
            authority?.Append(number);
            _isSeal.Add(_log.TagsOf(number).Contains(ReplicatedSpace.SealTag));
            _ranks.Add(null);
        }
    }

    public bool IsSeal(int entry) => _isSeal[entry];

    public Rank RankOf(int entry) => _ranks[entry] ??= Rank.Of(SeniorityOf(entry), scope.Id, _log.HashOf(entry));

    public bool RestsOnAuthority(int entry) => reader.EntryAt(entry) switch
    {
        SpaceEntry.Create or SpaceEntry.Capability or SpaceEntry.Seal => false,
        SpaceEntry.Transact => true,   // whoever wrote it may take it back
        _ => authority is not null,
    };

    public IEnumerable<int> BarriersBetween(DagVersion one, DagVersion other) => ReferenceEquals(one, other) ? []
        : [.. _log.EntriesBetween(one, other, Barrier), .. _log.EntriesBetween(other, one, Barrier), .. _log.EntriesBetween(one, other, Dismissal), .. _log.EntriesBetween(other, one, Dismissal)];

    public (SettledVerdict Verdict, SpaceState After) Settle(int entry, int place, SpaceState? before, DagVersion from) =>
        Judge(reader.EntryAt(entry), new(entry, _log.HashOf(entry), place, _log.VersionOf(entry), from), before ?? SpaceState.Empty, isNew: false);

    /// <summary>The verdict on an entry that stands last, on top of all it has seen; the state is not to be kept.</summary>
    public SettledVerdict JudgeNew(SpaceEntry entry, DagVersion at, SpaceState before) =>
        Judge(entry, new(_log.Count, default, int.MaxValue, at, at), before, isNew: true).Verdict;

    private (SettledVerdict Verdict, SpaceState After) Judge(SpaceEntry entry, in SpacePlace at, SpaceState before, bool isNew)
    {
        switch (entry)
        {
            case SpaceEntry.Member(var author, var definition):
                return NotAllowed(TakenBy(entry), author, at) is { } denied ? Others(denied, at, before)
                    : (SettledVerdict.Live, before with { Members = before.Members.Add(at.Number, definition.Start(scope.Types)), Places = before.Places.Add(at.Number, at.Place) });
            case SpaceEntry.Operation(var author, var target, var payload):
                var why = NotAllowed(TakenBy(entry), author, at) ?? MemberVoid([target], before);
                if (why is not null) return Others(why, at, before);
                var operation = new MemberOperation(at.Hash, payload, author, at.Number, at.Number < _log.Count ? BelowOf(at.Number) : null);
                return Apply([(target, operation)], before, isNew, out var after) is { } refused ? Others(refused, at, before) : (SettledVerdict.Live, after);
            case SpaceEntry.Transact transaction:
                var reason = Try(transaction, transaction.Author, at, before, isNew, out after) ?? Dismissed(transaction, at);
                if (reason is null) return (SettledVerdict.Live, after);
                return (new(transaction.IsReviewed ? Fate.Pending : Fate.Void, reason), before with { Open = before.Open.SetItem(at.Number, at.Place) });
            case SpaceEntry.Resolve resolve:
                return TryResolve(resolve, at, before, out after) is { } failed ? Others(failed, at, before) : (SettledVerdict.Live, after);
            case SpaceEntry.Create or SpaceEntry.Capability or SpaceEntry.Seal:
                return (SettledVerdict.Live, before);
            default:
                throw new UnreachableException(entry.ToString());
        }
    }

    private static (SettledVerdict, SpaceState) Others(SettledReason why, in SpacePlace at, SpaceState before) =>
        (new(Fate.Void, why), before with { Others = before.Others.Add(at.Number) });

    // A retry is the transaction itself, by another author at another place.
    private SettledReason? Try(SpaceEntry.Transact transaction, string author, in SpacePlace at, SpaceState before, bool isNew, out SpaceState after)
    {
        after = before;
        if ((NotAllowed(TakenBy(transaction), author, at) ?? MemberVoid(transaction.Members, before)) is { } why) return why;
        var (version, from) = (at.At, at.From);
        for (int i = 0; i < transaction.Require.Length; i++)
        {
            var (holds, value) = transaction.Require[i].Look(before, (keyId, capability) => Has(keyId, capability, version, from));
            if (!holds) return new SettledReason.ConditionFails(i, value);
        }
        var operations = new (MemberDefinition, MemberOperation)[transaction.Ops.Length];
        for (int i = 0; i < operations.Length; i++)
            operations[i] = (transaction.Ops[i].Target, new(OperationId(at.Hash, i), transaction.Ops[i].Payload, author, at.Number, null));
        return Apply(operations, before, isNew, out after);
    }

    private SettledReason? TryResolve(SpaceEntry.Resolve resolve, in SpacePlace at, SpaceState before, out SpaceState after)
    {
        after = before;
        if (before.Closed.Contains(resolve.Transaction)) return new SettledReason.Resolved();
        if (!before.Open.ContainsKey(resolve.Transaction)) return new SettledReason.Revived();
        var transaction = (SpaceEntry.Transact)reader.EntryAt(resolve.Transaction);
        if (!MayResolve(resolve, transaction, at.At, at.From)) return new SettledReason.NotAllowed(create.Requires.GetValueOrDefault("resolve", ""));
        if (resolve.IsRetried && Try(transaction, resolve.Author, at, before, isNew: false, out after) is { } why) return why;
        after = after with { Open = after.Open.Remove(resolve.Transaction), Closed = after.Closed.Add(resolve.Transaction) };
        return null;
    }

    private bool MayResolve(SpaceEntry.Resolve resolve, SpaceEntry.Transact transaction, DagVersion at, DagVersion from) =>
        resolve.Author == transaction.Author || create.IsCreator(resolve.Author)
        || (create.Requires.TryGetValue("resolve", out string? taken) && Has(resolve.Author, taken, at, from));

    // Given up for good: whoever gives something up may do otherwise then, and it must not come back.
    private SettledReason.Dismissed? Dismissed(SpaceEntry.Transact transaction, in SpacePlace at)
    {
        if (at.Number >= _log.Count) return null;
        var given = _log.EntriesBetween(DagVersion.Empty, at.From, TagFilter.Of(new Tag(ReplicatedSpace.DismissesKey, at.Hash)));
        foreach (int entry in given)
        {
            if (MayResolve((SpaceEntry.Resolve)reader.EntryAt(entry), transaction, _log.VersionOf(entry), at.From)) return new(_log.HashOf(entry));
        }
        return null;
    }

    private static SettledReason? Apply(ReadOnlySpan<(MemberDefinition Target, MemberOperation Operation)> operations, SpaceState before, bool isNew, out SpaceState after)
    {
        after = before;
        var members = before.Members;
        for (int i = 0; i < operations.Length; i++)
        {
            var (target, operation) = operations[i];
            var state = members[target.Entry];
            if (isNew && state.Check(operation.Payload) is { } invalid) return new SettledReason.Inapplicable(i, invalid);
            if (state.Apply(operation, out var why) is not { } next) return new SettledReason.Inapplicable(i, why);
            members = members.SetItem(target.Entry, next);
        }
        after = before with { Members = members };
        return null;
    }

    private static SettledReason? MemberVoid(IEnumerable<MemberDefinition> members, SpaceState state) =>
        members.FirstOrDefault(member => !state.Members.ContainsKey(member.Entry)) is { } missing ? new SettledReason.MemberVoid(missing.Id) : null;

    private SettledReason? NotAllowed(IEnumerable<string> capabilities, string author, in SpacePlace at)
    {
        foreach (string capability in capabilities)
        {
            if (!Has(author, capability, at.At, at.From)) return new SettledReason.NotAllowed(capability);
        }
        return null;
    }

    /// <summary>The capabilities that an entry takes, of its author.</summary>
    public IEnumerable<string> TakenBy(SpaceEntry entry) => entry switch
    {
        _ when authority is null => [],
        SpaceEntry.Member => Required("member"),
        SpaceEntry.Operation operation => Required("op").Concat(Required(operation.Target, operation.Payload)),
        SpaceEntry.Transact transaction => Required("transact").Concat(transaction.Ops.SelectMany(op => Required(op.Target, op.Payload))),
        _ => [],
    };

    /// <summary>The operation on a member that has the number given, in a transaction or the retry of one.</summary>
    /// <param name="entry">The transaction's hash, or that of the resolve which does it again.</param>
    /// <param name="index">The number, from 0.</param>
    public static ContentHash OperationId(ContentHash entry, int index) => CanonicalJson.Hash(Literal.Map.Of(("entry", entry.ToString()), ("op", index)));

    private IEnumerable<string> Required(string action) => create.Requires.TryGetValue(action, out string? capability) ? [capability] : [];

    private static IEnumerable<string> Required(MemberDefinition target, Literal.Map operation) =>
        operation.Text("action") is { } action && target.Requires.TryGetValue(action, out string? capability) ? [capability] : [];

    private bool Has(string keyId, string capability, DagVersion at, DagVersion from) => create.IsCreator(keyId) || (authority?.Has(keyId, capability, at, from) ?? false);

    private Func<int, bool> BelowOf(int entry) => earlier => _log.Precedes(earlier, entry);

    private static readonly TagFilter Barrier = TagFilter.OfKeys(CapabilityTags.Barrier), Dismissal = TagFilter.OfKeys(ReplicatedSpace.DismissesKey);

    private long SeniorityOf(int entry)
    {
        string author = reader.EntryAt(entry).Author;
        if (author.Length == 0 || create.IsCreator(author)) return 0;
        long oldest = Rank.NoSeniority;
        foreach (int grant in authority?.GrantsHeld(author, _log.VersionOf(_log.PrevOf(entry))) ?? []) oldest = Math.Min(oldest, _log.HistorySizeOf(grant));
        return oldest;
    }
}

/// <summary>Where an entry is judged.</summary>
/// <param name="Number">Its number in the log; the next one for an entry that is not in it yet.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Place">How many entries are before it in the order.</param>
/// <param name="At">The version that its author's rights are judged at: the entry itself, with its history.</param>
/// <param name="From">The version that they are judged from.</param>
internal readonly record struct SpacePlace(int Number, ContentHash Hash, int Place, DagVersion At, DagVersion From);
