using System.Diagnostics;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Members;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Space;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>The members of a version, and the transactions that wait for an answer, in the settled order.</summary>
internal sealed record SpaceSight(IReadOnlyDictionary<ContentHash, OracleMemberState> Members, IReadOnlyList<ContentHash> Review);

/// <summary>A replica as a node has one, whose answers are put into the oracle's words.</summary>
internal sealed class SpaceEngine : ISpaceUnderTest
{
    private readonly MemoryReplica _replica;

    public SpaceEngine(ContentHash space) : this(new MemoryReplica(space)) { }

    private SpaceEngine(MemoryReplica replica) => _replica = replica;

    public ISpaceUnderTest Reopen() => new SpaceEngine(_replica.Reopen());

    public Judgement Admit(Entry entry) => _replica.Admit(entry);

    /// <summary>What a writer looks at before writing.</summary>
    public SpaceSight Look(IReadOnlyCollection<ContentHash> tips)
    {
        var settled = SettledAt(tips);
        var open = settled.State.Open.OrderBy(o => o.Value).Select(o => _replica.Log.HashOf(o.Key));
        return new(settled.Members.ToDictionary(m => m.Id, m => StateOf(settled.Member(m.Id)!)), [.. open]);
    }

    /// <summary>Whether an entry is live in a version.</summary>
    public bool IsLive(ContentHash entry, IReadOnlyCollection<ContentHash> tips) => SettledAt(tips).VerdictOf(entry) is { IsLive: true };

    private Settlement SettledAt(IReadOnlyCollection<ContentHash> tips) => ((ReplicatedSpace)_replica.Replica.Object!).Settle(_replica.Version([.. tips]));

    public OracleOutcome Settle(IReadOnlyCollection<ContentHash> tips)
    {
        var settled = SettledAt(tips);
        var order = settled.Order;
        var conflicts = settled.Conflicts().Select(c => new OracleConflict(c.Member.Id, c.Conflict.Subject, [.. c.Conflict.Candidates.Select(candidate => candidate.Entry)]));
        var notLive = order.Where(e => settled.VerdictOf(e) is { IsLive: false }).ToList();
        return new(
            order,
            order.ToDictionary(e => e, e => VerdictOf(settled.VerdictOf(e)!)),
            order.Where(settled.IsFinal).ToHashSet(),
            settled.Equivocations, settled.EquivocationCount,
            settled.Members.ToDictionary(m => m.Id, m => StateOf(settled.Member(m.Id)!)),
            [.. settled.Review().Select(explanation => explanation.Entry)],
            [.. conflicts],
            notLive.ToDictionary(e => e, e => BlameOf(settled.Explain(e)!)));
    }

    private static OracleVerdict VerdictOf(SettledVerdict verdict)
    {
        var standing = verdict.Fate switch { Fate.Live => OracleStanding.Live, Fate.Void => OracleStanding.Void, _ => OracleStanding.Pending };
        return verdict.Reason switch
        {
            null => new(standing),
            SettledReason.ConditionFails fails => new(standing, OracleReason.Condition, fails.Index),
            var reason => new(standing, Enum.Parse<OracleReason>(reason.GetType().Name)),
        };
    }

    private static OracleBlame BlameOf(Explanation explanation) =>
        new(explanation.Winners.First, explanation.Winners.Count, explanation.Lost.First, explanation.Lost.Count);

    public static OracleMemberState StateOf(MemberState state)
    {
        var fields = new SortedDictionary<string, IReadOnlyList<OracleCandidate>>(StringComparer.Ordinal);
        switch (state)
        {
            case CounterState counter: return new(OracleMember.CounterTypeId, counter.Total, fields, []);
            case SetState set: return new(OracleMember.SetTypeId, 0, fields, Hashes(set.Elements()));
            case GrowSetState grown: return new(OracleMember.GrowSetTypeId, 0, fields, Hashes(grown.Elements()));
            case RegisterState register:
                AddField("", register.View.Candidates);
                return new(OracleMember.RegisterTypeId, 0, fields, []);
            case RecordState record:
                foreach (string field in SpaceIntentions.Words.Union(record.Fields())) AddField(field, record.Candidates(field));
                return new(OracleMember.RecordTypeId, 0, fields, []);
            default: throw new UnreachableException(state.GetType().Name);
        }

        void AddField(string field, IReadOnlyList<ConflictCandidate> candidates)
        {
            if (candidates.Count > 0) fields.Add(field, [.. candidates.Select(c => new OracleCandidate(c.Entry, c.Value))]);
        }
    }

    private static List<ContentHash> Hashes(IEnumerable<Literal> elements) => [.. elements.Select(CanonicalJson.Hash)];
}
