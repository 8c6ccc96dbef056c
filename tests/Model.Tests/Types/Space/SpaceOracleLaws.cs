using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>The laws of docs/types/space.md over random and hostile histories, of the oracle alone: what the page says agrees with itself.</summary>
public sealed class SpaceOracleLaws
{
    // Signing takes most of the time, so the tests share them.
    private static readonly Lazy<SpaceHistories[]> All = new(() => [.. Enumerable.Range(0, 72).Select(seed => new SpaceHistories(seed, SpaceShape.Of(seed, 44)))]);

    private static IEnumerable<SpaceHistories> Histories(int count) => All.Value.Take(count);

    [Fact]
    public void Replaying_the_live_entries_makes_conditions_hold_and_those_of_the_void_ones_fail()
    {
        foreach (var history in Histories(24))
        {
            var graph = history.Oracle.Graph;
            var now = history.Oracle.Settle(history.Oracle.Frontier());
            var walk = new Dictionary<string, OracleMember>();
            foreach (var hash in now.Order)
            {
                var entry = graph[hash];
                var (verdict, source) = (now.Verdicts[hash], SourceOf(graph, entry));
                if (verdict.IsLive && entry.Action == "member") walk.Add(hash.ToString(), new(graph, entry));
                if (source is null || (!verdict.IsLive && verdict.Reason != OracleReason.Condition)) continue;
                Literal[] conditions = source.Payload["require"] is Literal.Array require ? require.Items.ToArray() : [];
                for (int i = 0; i < (verdict.Condition + 1 ?? conditions.Length); i++)
                {
                    if (OracleConditions.Parts(conditions[i]).Any(part => part.Member == "capabilities")) continue;
                    bool holds = OracleConditions.Holds(conditions[i], id => walk[id], (_, _) => throw new InvalidOperationException());
                    Assert.True(holds == (i != verdict.Condition), $"{history}: condition {i} of {hash}");
                }
                if (verdict.IsLive) Apply(walk, entry, source);
            }
            Assert.Equal(now.Members.ToDictionary(m => m.Key.ToString(), m => m.Value.ToString()), walk.ToDictionary(m => m.Key, m => m.Value.State().ToString()));
        }
    }

    [Fact]
    public void The_outcome_does_not_depend_on_the_order_in_which_entries_came()
    {
        foreach (var history in Histories(12))
        {
            var tips = history.Oracle.Frontier();
            var entries = history.Entries.ToArray();
            new Random(history.Seed).Shuffle(entries);
            Assert.Equal(history.Oracle.Settle(tips).Text(), new SpaceOracle(history.Writer.Id, history.Writer.Create, entries).Settle(tips).Text());
        }
    }

    [Fact]
    public void The_outcome_of_a_version_does_not_depend_on_what_else_is_known()
    {
        foreach (var history in Histories(12))
        {
            var tips = history.RandomVersion(new Random(history.Seed));
            var within = history.Oracle.Graph.HistoryOf(tips);
            var alone = new SpaceOracle(history.Writer.Id, history.Writer.Create, history.Entries.Where(e => within.Contains(e.Hash)));
            Assert.Equal(history.Oracle.Settle(tips).Text(), alone.Settle(tips).Text());
        }
    }

    [Fact]
    public void What_is_final_stays_as_it_is_whatever_arrives_while_the_authority_does_not_equivocate()
    {
        int compared = 0;
        foreach (var history in Histories(72))
        {
            var random = new Random(history.Seed);
            for (int i = 0; i < 4; i++)
            {
                var tips = history.RandomVersion(random);
                OracleOutcome early = history.Oracle.Settle(tips), late = history.Oracle.Settle([.. tips, .. history.RandomVersion(random)]);
                if (late.Equivocations.Count > 0) continue;
                var final = early.Order.Where(early.Final.Contains).ToList();
                compared += final.Count;
                Assert.Equal(final, late.Order.Take(final.Count));
                foreach (var hash in final)
                {
                    Assert.Contains(hash, late.Final);
                    Assert.Equal(early.Verdicts[hash], late.Verdicts[hash]);
                    Assert.True(early.Blame.GetValueOrDefault(hash)?.ToString() == late.Blame.GetValueOrDefault(hash)?.ToString(), $"{history}: {hash}");
                }
            }
        }
        Assert.True(compared > 100);
    }

    [Fact]
    public void Without_seals_entries_keep_their_order_among_themselves_when_others_come()
    {
        foreach (var history in Histories(72).Where(h => h.Writer.Create.Text("sealAuthority") == "none"))
        {
            var early = history.Oracle.Settle(history.RandomVersion(new Random(history.Seed))).Order;
            Assert.Equal(early, history.Oracle.Settle(history.Oracle.Frontier()).Order.Where(early.Contains));
        }
    }

    [Fact]
    public void A_transaction_is_done_once_at_most()
    {
        foreach (var history in Histories(72))
        {
            var now = history.Oracle.Settle(history.Oracle.Frontier());
            var done = now.Order.Where(now.IsLive).Select(h => history.Oracle.Graph[h]).Where(e => e.Action is "transact" or "resolve")
                .Select(e => e.Payload.Text("transaction") ?? e.Hash.ToString()).ToList();
            Assert.True(done.Count == done.Distinct().Count(), history.ToString());
        }
    }

    [Fact]
    public void Without_what_is_beside_it_every_entry_is_live()
    {
        foreach (var history in Histories(12))
        {
            foreach (var entry in history.Admitted) Assert.True(history.Oracle.Settle(entry.Hash).IsLive(entry.Hash), $"{history}: {entry.Hash}");
        }
    }

    [Fact]
    public void Histories_come_to_everything_that_the_page_speaks_of()
    {
        var met = new SortedDictionary<string, int>(StringComparer.Ordinal);
        void Meet(string what) => met[what] = met.GetValueOrDefault(what) + 1;
        foreach (var history in Histories(72))
        {
            var now = history.Oracle.Settle(history.Oracle.Frontier());
            var early = history.Oracle.Settle(history.RandomVersion(new Random(history.Seed)));
            foreach (var (hash, verdict) in now.Verdicts)
            {
                Meet($"{history.Oracle.Graph[hash].Action} {verdict.Standing} {verdict.Reason}");
                if (early.Verdicts.TryGetValue(hash, out var was) && was.IsLive != verdict.IsLive) Meet(verdict.IsLive ? "revived" : "voided");
            }
            if (now.Equivocations.Count > 0) Meet("equivocation");
            if (now.Conflicts.Count > 0) Meet("conflict");
            if (now.Final.Count > 0) Meet("final");
            foreach (var blame in now.Blame.Values) Meet(blame.WinnersCount > 0 ? "winner" : blame.LostCount > 0 ? "lost" : "nobody");
            foreach (var offer in history.Offers.Where(o => !o.IsAdmissible)) Meet("refused");
        }
        string report = string.Join('\n', met.Select(m => $"{m.Key}: {m.Value}"));
        string[] expected =
        [
            "member Void NotAllowed", "op Live ", "op Void NotAllowed", "op Void MemberVoid", "resolve Live ", "resolve Void Condition",
            "resolve Void NotAllowed", "resolve Void Resolved", "resolve Void Revived", "seal Live ", "transact Live ", "transact Pending Condition", "transact Pending NotAllowed",
            "transact Void Condition", "transact Pending Dismissed", "transact Void MemberVoid", "transact Void NotAllowed",
            "revived", "voided", "equivocation", "conflict", "final", "winner", "lost", "refused",
        ];
        TestContext.Current.SendDiagnosticMessage(report);
        Assert.True(expected.All(met.ContainsKey), $"missing: {string.Join(", ", expected.Where(e => !met.ContainsKey(e)))}\n{report}");
    }

    // The transaction whose operations an entry does, or itself if it is a plain operation.
    private static OracleEntry? SourceOf(OracleGraph graph, OracleEntry entry) => entry.Action switch
    {
        "op" when !OracleAuthority.IsOperation(entry) => entry,
        "transact" => entry,
        "resolve" when entry.Payload.Text("how") == "retry" => graph[ContentHash.Parse(entry.Payload.Text("transaction")!)],
        _ => null,
    };

    private static void Apply(Dictionary<string, OracleMember> members, OracleEntry entry, OracleEntry source)
    {
        if (source.Action == "op")
        {
            members[source.Payload.Text("member")!].Apply(entry.Hash, entry.Hash, false, (Literal.Map)source.Payload["payload"]!);
            return;
        }
        var operations = ((Literal.Array)source.Payload["ops"]!).Items;
        for (int i = 0; i < operations.Length; i++)
        {
            var operation = (Literal.Map)operations[i];
            members[operation.Text("member")!].Apply(OracleWalk.OperationId(entry.Hash, i), entry.Hash, true, (Literal.Map)operation["payload"]!);
        }
    }
}
