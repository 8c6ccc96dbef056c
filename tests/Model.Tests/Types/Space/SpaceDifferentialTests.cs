using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Types;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>The comparison finds what it is there to find: tried on the oracle itself, and on outcomes that are spoilt.</summary>
public sealed class SpaceDifferentialTests
{
    [Fact]
    public void A_replica_that_says_what_the_oracle_says_passes_whatever_the_order_of_delivery()
    {
        for (int seed = 0; seed < 6; seed++)
        {
            var history = new SpaceHistories(seed, SpaceShape.Of(seed, 30));
            SpaceDifferential.Compare(history, h => new OracleReplica(h), delivery: seed);
        }
    }

    [Fact]
    public void Each_field_that_is_said_wrongly_is_found()
    {
        var history = new SpaceHistories(1, SpaceShape.Of(1, 48));
        var right = history.Oracle.Settle(history.Oracle.Frontier());
        var live = right.Order.Last(right.IsLive);
        OracleOutcome[] wrong =
        [
            right with { Order = [.. right.Order.Reverse()] },
            right with { Verdicts = right.Verdicts.ToDictionary(v => v.Key, v => v.Key == live ? new(OracleStanding.Void, OracleReason.Condition, 0) : v.Value) },
            right with { Final = right.Order.Where(h => !right.Final.Contains(h)).ToHashSet() },
            right with { Equivocations = [.. right.Equivocations, (live, live)] },
            right with { Members = right.Members.Skip(1).ToDictionary() },
            right with { Review = [.. right.Review, live] },
            right with { Conflicts = [.. right.Conflicts, new(live, "", [])] },
            right with { Blame = right.Order.ToDictionary(h => h, _ => OracleBlame.Of([live], [])) },
        ];
        Assert.Empty(SpaceDifferential.Differences(right, right));
        Assert.All(wrong, outcome => Assert.NotEmpty(SpaceDifferential.Differences(right, outcome)));
    }

    private sealed class OracleReplica(SpaceHistories history) : ISpaceUnderTest
    {
        private readonly HashSet<ContentHash> _known = [];
        private readonly SpaceOracle _oracle = new(history.Writer.Id, history.Writer.Create);

        public Judgement Admit(Entry entry)
        {
            if (_known.Contains(entry.Hash)) return new Judgement.Known();
            if (!entry.Header.PrevEntryHashes.All(_known.Contains)) return new Judgement.Waiting([]);
            // The oracle looks at no signature.
            if (!history.Offers.First(o => o.Entry.Hash == entry.Hash).IsAdmissible) return new Judgement.Refused(default);
            if (entry.Hash != history.Writer.Id) _oracle.Add(SpaceHistories.PlainOf(entry));
            _known.Add(entry.Hash);
            return new Judgement.Admitted(_known.Count, []);
        }

        public ISpaceUnderTest Reopen() => this;

        public OracleOutcome Settle(IReadOnlyCollection<ContentHash> tips) => _oracle.Settle(tips);
    }
}
