using System.Collections.Concurrent;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Tests.Types;
using Hhs.Model.Types;

namespace Hhs.Model.Tests.Contracts;

/// <summary>The part of the contract that makes histories: who wrote what, on top of what, and what reached whom.</summary>
public abstract partial class ReplicatedTypeContract
{
    /// <summary>A history that some replicas made, each at work on what had reached it.</summary>
    /// <remarks>Made once for all tests of a type that ask for it: its entries never change, and what it costs is signatures.</remarks>
    private protected History Generate(int seed, bool guarded = false, int operations = 60)
    {
        var key = (GetType(), seed, guarded, operations);
        if (!Histories.TryGetValue(key, out var history)) Histories[key] = history = MakeHistory(seed, guarded, operations);
        return history;
    }

    private History MakeHistory(int seed, bool guarded, int operations)
    {
        var random = new Random(seed);
        var history = Begin(random.Next(3, 6), guarded);
        int[] side = [.. history.Replicas.Select(_ => 0)];
        for (int made = 0; made < operations;)
        {
            // Now and then the network falls into two parts, or heals.
            if (random.Next(12) == 0) for (int i = 0; i < side.Length; i++) side[i] = random.Next(2);
            if (random.Next(20) == 0) Array.Clear(side);
            int who = random.Next(history.Replicas.Count);
            if (random.Next(2) > 0)
            {
                if (Write(history, who, random.Next(8) == 0, random)) made++;
                continue;
            }
            int other = random.Next(history.Replicas.Count);
            if (side[other] == side[who]) Send(history, who, other, random);
        }
        return history;
    }

    private History Begin(int replicas, bool guarded)
    {
        var authority = (guarded || NeedsAuthority) && GuardedOperations is { } names ? new TestAuthority(names) : null;
        var create = authority?.Guard(Create) ?? Create;
        return new(Entry.Make(create, Position.Empty), authority, [.. Enumerable.Range(0, replicas).Select(_ => MemoryReplica.Of(create, Registry, authority))]);
    }

    // Some valid operation on all that a replica has, or on a version of its past; false if it has been written before.
    private bool Write(History history, int who, bool inThePast, Random random)
    {
        var replica = history.Replicas[who];
        var at = inThePast ? replica.Log.PositionOf(history.RandomVersion(replica, random)) : replica.Log.Frontier;
        Assert.True(replica.Log.TryVersion(at, out var version));
        var obj = replica.Replica.Object!;
        var operation = NextOperation(obj, version, random);
        var entry = Entry.Make(history.Authority?.Sign(obj, operation, version, random) ?? operation, at);
        var judgement = replica.Admit(entry);
        if (judgement is Judgement.Known) return false;
        Assert.True(judgement is Judgement.Admitted, $"{judgement} for {entry.Payload}");
        history.Add(entry);
        return true;
    }

    // Some of what one has, to another.
    private static void Send(History history, int from, int to, Random random)
    {
        var news = history.Entries.Where(e => history.Replicas[from].Log.Contains(e.Hash)).Take(random.Next(1, history.Entries.Count + 1));
        Deliver([.. news], history.Replicas[to], random, whole: false);
    }

    // In any order, some of it twice; what has to wait comes again.
    private protected static void Deliver(IReadOnlyList<Entry> entries, MemoryReplica to, Random random, bool whole = true)
    {
        var open = entries.Where(e => whole || random.Next(4) > 0).OrderBy(_ => random.Next()).ToList();
        if (!whole) open = [.. entries.Where(open.Contains)];
        while (open.Count > 0)
        {
            var waiting = new List<Entry>();
            foreach (var entry in open)
            {
                var judgement = to.Admit(entry);
                Assert.False(judgement is Judgement.Refused, judgement.ToString());
                if (judgement is Judgement.Waiting) waiting.Add(entry);
                else if (random.Next(5) == 0) Assert.IsType<Judgement.Known>(to.Admit(entry));
            }
            if (waiting.Count == open.Count) break;
            open = waiting;
        }
    }

    // Tests of one class run one after another, classes at the same time.
    private static readonly ConcurrentDictionary<(Type, int, bool, int), History> Histories = [];

    private protected sealed class History(Entry create, TestAuthority? authority, IReadOnlyList<MemoryReplica> replicas)
    {
        private readonly Dictionary<ContentHash, Entry> _byHash = new() { [create.Hash] = create };

        public List<Entry> Entries { get; } = [create];

        public TestAuthority? Authority => authority;

        /// <summary>Who is apart: one bit a replica.</summary>
        public int Sides { get; set; }

        public IReadOnlyList<MemoryReplica> Replicas { get; } = replicas;

        public Entry ByHash(ContentHash hash) => _byHash[hash];

        public void Add(Entry entry)
        {
            if (_byHash.TryAdd(entry.Hash, entry)) Entries.Add(entry);
        }

        public DagVersion RandomVersion(MemoryReplica replica, Random random)
        {
            var log = replica.Log;
            int[] tips = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(log.Count))];
            return log.MinimalCover(log.VersionOf(tips));
        }

        public (Position At, Position From) RandomVersions(MemoryReplica replica, Random random)
        {
            var log = replica.Log;
            var at = RandomVersion(replica, random);
            var from = log.MinimalCover(log.VersionOf([.. at.Tips, .. RandomVersion(replica, random).Tips]));
            return (log.PositionOf(at), log.PositionOf(from));
        }
    }
}
