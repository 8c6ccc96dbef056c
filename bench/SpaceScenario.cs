using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Space;

namespace Hhs.Bench;

/// <summary>What it costs to admit a transaction and to settle a space, beside its history, its branches and a branch of spam.</summary>
/// <remarks>A transaction sells one ticket: it requires the ticket unsold and stock left, writes both, and is signed.</remarks>
internal sealed class SpaceScenario : IPayloadSource
{
    private static readonly SecretKey[] Offices = [.. Enumerable.Range(1, 51).Select(i => SecretKey.FromSeed(SHA256.HashData(BitConverter.GetBytes(i))))];

    private readonly Dictionary<ContentHash, Literal.Map> _payloads = [];
    private readonly Replica _replica;
    private readonly ContentHash _sold, _stock;
    private int _tickets;

    private SpaceScenario()
    {
        var create = Entry.Make(SpacePayloads.Create(new() { Seed = "bench", Creators = [Offices[0].PublicKey] }), Position.Empty);
        _replica = Replica.Empty(create.Hash, this, TypeRegistry.BuiltIn);
        Admit(create);
        _sold = Admit(Make(Offices[0], SpacePayloads.Member("sold", GrowSetPayloads.Create("sold")), _replica.Log.Frontier));
        _stock = Admit(Make(Offices[0], SpacePayloads.Member("stock", CounterPayloads.Create("stock", 1_000_000)), _replica.Log.Frontier));
    }

    private ReplicatedSpace Space => (ReplicatedSpace)_replica.Object!;

    public Literal.Map PayloadOf(ContentHash entry) => _payloads[entry];

    public static void Run(TextWriter output, int[] histories)
    {
        byte[] bytes = new byte[300], digest = new byte[32];
        output.WriteLine($"baseline: SHA-256 of 300 bytes {Each(100_000, _ => SHA256.HashData(bytes, digest)):0.00} us, Ed25519 verify {Verify():0} us");
        new SpaceScenario().Line(2_000);   // compiled before it is timed
        foreach (int history in histories)
        {
            output.WriteLine();
            output.WriteLine($"{history:N0} settled transactions");
            var bench = new SpaceScenario();
            long before = GC.GetTotalMemory(true);
            double line = bench.Line(history);
            output.WriteLine($"  each of them admitted and the space settled with it: {line:0} us; kept in memory: {(GC.GetTotalMemory(true) - before) / history} bytes each");
            bench.Branches(output);
            bench.Spam(output, 10_000);
            bench.Reopened(output);
        }
    }

    // One office after the other, each having seen all before.
    private double Line(int count)
    {
        long ticks = 0;
        for (int i = 0; i < count; i++)
        {
            var sale = Make(Offices[i % 50], Sale(), _replica.Log.Frontier);
            ticks += Timed(() =>
            {
                Admit(sale);
                Settle();
            });
        }
        return Microseconds(ticks) / count;
    }

    // Fifty offices that have not heard of one another since, each sells ten; then one that has heard of all.
    private void Branches(TextWriter output)
    {
        var tips = Enumerable.Repeat(_replica.Log.Frontier, 50).ToArray();
        var (admit, settle, worst) = (0L, 0L, 0L);
        for (int round = 0; round < 10; round++)
        {
            for (int office = 0; office < 50; office++)
            {
                var sale = Make(Offices[office], Sale(), tips[office]);
                admit += Timed(() => tips[office] = Position.Of(Admit(sale)));
                long settled = Timed(Settle);
                settle += settled;
                worst = Math.Max(worst, settled);
            }
        }
        output.WriteLine($"  50 branches of 1 to 10: admit {Microseconds(admit) / 500:0} us, settle {Microseconds(settle) / 500:0} us on average, {Microseconds(worst):0} us at most");
        var merged = Make(Offices[1], Sale(), _replica.Log.Frontier);
        long both = Timed(() => Admit(merged)), after = Timed(Settle);
        output.WriteLine($"  the one that has heard of all 50: admit {Microseconds(both):0} us, settle {Microseconds(after):0} us");
        Line(10);
    }

    // A stranger's branch, made offline, arrives while an office has sold a hundred; all at once, and then a sale that has not seen it.
    private void Spam(TextWriter output, int count)
    {
        var fork = _replica.Log.Frontier;
        Line(100);
        var office = _replica.Log.Frontier;
        var spam = new List<Entry>();
        var tip = fork;
        var writer = new Signer(Space);
        for (int i = 0; i < count; i++)
        {
            spam.Add(writer.Make(Offices[50], Sale(), tip));
            tip = Position.Of(spam[^1].Hash);
        }
        long admit = 0, settle = 0;
        foreach (var entry in spam) admit += Timed(() => Admit(entry));
        settle += Timed(Settle);
        var sale = Make(Offices[0], Sale(), office);
        long one = Timed(() => Admit(sale)), again = Timed(Settle);
        var seen = Make(Offices[0], Sale(), _replica.Log.Frontier);
        long last = Timed(() => Admit(seen)), after = Timed(Settle);
        output.WriteLine($"  a concurrent branch of {count:N0}: admit {Microseconds(admit) / count:0} us each, settle once {Microseconds(settle) / 1000:0.0} ms");
        output.WriteLine($"  a sale beside it: admit {Microseconds(one):0} us, settle {Microseconds(again) / 1000:0.0} ms; one on top of all: admit {Microseconds(last):0} us, settle {Microseconds(after):0} us");
    }

    private void Reopened(TextWriter output)
    {
        var index = Enumerable.Range(0, _replica.Log.Count).Select(n => (_replica.Log.HeaderOf(n), _replica.Log.TagsOf(n))).ToList();
        var again = Replica.Reopen(_replica.Id, index, this, TypeRegistry.BuiltIn);
        long first = Timed(() => ((ReplicatedSpace)again.Object!).Settle(again.Log.FrontierVersion));
        output.WriteLine($"  reopened, the first question: {Microseconds(first) / 1000:0} ms for {index.Count:N0} entries");
    }

    private Literal.Map Sale()
    {
        string ticket = _tickets++.ToString(CultureInfo.InvariantCulture);
        return SpacePayloads.Transact(
            [SpacePayloads.Condition(_sold.ToString(), "lacks", ticket), SpacePayloads.Condition(_stock.ToString(), "atLeast", "1")],
            [(_sold.ToString(), GrowSetPayloads.Add(ticket)), (_stock.ToString(), CounterPayloads.Add(-1))], isReviewed: true);
    }

    private Entry Make(SecretKey author, Literal.Map payload, Position at) => new Signer(Space).Make(author, payload, at);

    private ContentHash Admit(Entry entry)
    {
        if (_replica.Admit(entry) is not Judgement.Admitted) throw new InvalidOperationException("a sale of the bench was not admitted");
        _payloads.Add(entry.Hash, (Literal.Map)entry.Payload);
        return entry.Hash;
    }

    private void Settle() => Space.Settle(_replica.Log.FrontierVersion);

    private static double Verify()
    {
        byte[] message = new byte[500], signature = Offices[0].Sign(message);
        return Each(2_000, _ => Offices[0].PublicKey.TryVerify(message, signature, out var _));
    }

    private static double Each(int count, Action<int> action) => Microseconds(Timed(() =>
    {
        for (int i = 0; i < count; i++) action(i);
    })) / count;

    private static long Timed(Action action)
    {
        long started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetTimestamp() - started;
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;

    private readonly record struct Signer(ReplicatedSpace Space)
    {
        public Entry Make(SecretKey author, Literal.Map payload, Position at) => Entry.Make(SpacePayloads.Sign(payload, author, Space.Scope, at), at);
    }
}
