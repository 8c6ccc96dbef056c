using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Members;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Space;

namespace Hhs.Model.Tests.Types.Space.Laws;

/// <summary>The laws where members are logs, sequences, texts, sets of sets, and of a type that the library does not know.</summary>
public sealed class ReplayedLawTests : SpaceLawContract
{
    private static readonly Lazy<SpaceLawHistory[]> All = new(() => [.. Enumerable.Range(0, 24).Select(seed => ReplayedHistories.Make(seed, 30))]);

    private protected override IReadOnlyList<SpaceLawHistory> Histories => All.Value;

    [Fact]
    public void What_refers_to_something_rolled_back_is_not_applicable_and_comes_back_with_it()
    {
        var (inapplicable, revived) = (0, 0);
        foreach (var history in Histories)
        {
            var replica = history.Open();
            var gone = new HashSet<ContentHash>();
            foreach (var entry in history.Shuffled(new Random(1)))
            {
                replica.Admit(entry);
                var now = replica.Now();
                revived += gone.RemoveWhere(e => now.VerdictOf(e)!.IsLive);
                foreach (var e in now.Order.Where(e => now.VerdictOf(e)!.Reason is SettledReason.Inapplicable))
                {
                    if (gone.Add(e)) inapplicable++;
                    // A plain one is asked in its own history: so something is not live there.
                    Assert.True(now.Explain(e)!.Lost.Count > 0 || replica.PayloadOf(e).Text("action") != "op", $"{history}: {e}");
                }
            }
        }
        Assert.True(inapplicable > 5 && revived > 0, $"{inapplicable} not applicable, {revived} revived");
    }

    // Three on one version, in the order of their ranks: the gate is shut; the last one is sold while the gate is open; the last one is sold, and a link made.
    [Fact]
    public void A_link_on_one_that_lost_is_not_applicable_until_what_had_won_has_lost_too()
    {
        SecretKey ann = SpaceWriter.Person(0), bob = SpaceWriter.Person(1);
        var writer = new SpaceWriter(SpaceWriter.CreatePayload("revived", [ann]));
        var replica = new MemoryReplica(writer.Id, ReplayedHistories.Types);
        Admit(writer.CreateEntry);
        ContentHash stock = Write(SpaceWriter.Member("stock", CounterPayloads.Create("stock", 1))), gate = Write(SpaceWriter.Member("gate", RegisterPayloads.Create("gate", "open"))),
            chain = Write(SpaceWriter.Member("chain", ChainType.Create("chain")));
        var sold = SpaceWriter.Condition(stock, "atLeast", "1");
        Entry shuts = Ranked(SpaceWriter.Transact([], [(gate, RegisterPayloads.Set("shut"))]), null),
            wins = Ranked(SpaceWriter.Transact([sold, SpaceWriter.Condition(gate, "equals", "open")], [(stock, CounterPayloads.Add(-1))]), shuts),
            loses = Ranked(SpaceWriter.Transact([sold], [(stock, CounterPayloads.Add(-1)), (chain, ChainType.Link(null))]), wins);

        Admit(loses);
        var link = OracleWalk.OperationId(loses.Hash, 1);
        var linked = writer.Make(bob, SpaceWriter.Op(chain, ChainType.Link(link)), loses.Hash);
        Admit(linked);
        Assert.Equal(((ContentHash[])[link, linked.Hash]).Order(), Links());

        Admit(wins);
        Assert.IsType<SettledReason.ConditionFails>(replica.Now().VerdictOf(loses.Hash)!.Reason);
        Assert.IsType<SettledReason.Inapplicable>(replica.Now().VerdictOf(linked.Hash)!.Reason);
        Assert.Equal([loses.Hash], replica.Now().Explain(linked.Hash)!.Lost.First);
        Assert.Empty(Links());

        Admit(shuts);
        Assert.True(replica.Now().VerdictOf(loses.Hash)!.IsLive && replica.Now().VerdictOf(linked.Hash)!.IsLive);
        Assert.Equal(2, Links().Count);

        IReadOnlyList<ContentHash> Links() => replica.Now().Member(chain) is ReplayedState state ? ((Chain)state.Object).Links(state.Version) : [];
        void Admit(Entry entry) => Assert.IsType<Judgement.Admitted>(replica.Admit(entry));
        ContentHash Write(Literal.Map payload)
        {
            var entry = writer.Make(ann, payload, [.. replica.Log.Frontier]);
            Admit(entry);
            return entry.Hash;
        }
        Entry Ranked(Literal.Map payload, Entry? above)
        {
            while (true)
            {
                var entry = writer.Make(bob, payload, chain);
                if (above is null || Rank.Of(0, writer.Id, above.Hash) < Rank.Of(0, writer.Id, entry.Hash)) return entry;
            }
        }
    }

    [Fact]
    public void A_log_shows_the_live_appends_by_generation_and_then_by_hash()
    {
        int records = 0;
        foreach (var history in Histories)
        {
            var replica = history.Open();
            foreach (var entry in history.Shuffled(new Random(2)))
            {
                replica.Admit(entry);
                var now = replica.Now();
                foreach (var member in now.Members.Where(m => m.Type.TypeId == LogType.Id))
                {
                    var state = (ReplayedState)now.Member(member.Id)!;
                    var shown = ((ReplicatedLog)state.Object).View(state.Version).All().Select(r => $"{r.Entry} {r.Value}").ToList();
                    Assert.Equal(Expected(replica, now, member.Id), shown);
                    records += shown.Count;
                }
            }
        }
        Assert.True(records > 500, $"only {records}");
    }

    // An append of a transaction has seen all before it in the order, a plain one what is in its history.
    private static List<string> Expected(MemoryReplica replica, Settlement now, ContentHash log)
    {
        var appended = new List<(ContentHash Id, ContentHash Entry, int Generation, Literal Value)>();
        foreach (var hash in now.Order.Where(e => now.VerdictOf(e)!.IsLive))
        {
            var payload = replica.PayloadOf(hash);
            bool isPlain = payload.Text("action") == "op";
            if (payload.Text("how") == "dismiss") continue;
            var source = payload.Text("how") == "retry" ? replica.PayloadOf(ContentHash.Parse(payload.Text("transaction")!)) : payload;
            Literal.Map[] operations = isPlain ? [payload] : source["ops"] is Literal.Array ops ? [.. ops.Items.ToArray().Cast<Literal.Map>()] : [];
            for (int i = 0; i < operations.Length; i++)
            {
                if (operations[i].Text("member") != log.ToString()) continue;
                var seen = appended.Where(a => !isPlain || replica.Log.Precedes(replica.Version(a.Entry).Tips[0], replica.Version(hash).Tips[0]));
                appended.Add((isPlain ? hash : OracleWalk.OperationId(hash, i), hash, seen.Select(a => a.Generation).DefaultIfEmpty(0).Max() + 1, ((Literal.Map)operations[i]["payload"]!)["value"]!));
            }
        }
        return [.. appended.OrderBy(a => a.Generation).ThenBy(a => a.Id).Select(a => $"{a.Id} {a.Value}")];
    }
}
