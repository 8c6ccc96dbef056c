using System.Buffers.Binary;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Settling;

namespace Hhs.Model.Tests.Settling;

/// <summary>The engine by itself, over entries that mean nothing: the state is the order, some entries are seals, and some take rights away.</summary>
public class SettlerTests
{
    [Fact]
    public void Settling_bit_by_bit_is_settling_from_scratch_and_both_are_the_definition()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var history = new History(seed);
            var settler = new Settler<string>(history.Log, history);
            for (int entry = 0; entry < history.Count; entry++)
            {
                history.Append(entry);
                Same(history, settler, history.Log.FrontierVersion);
                Same(history, settler, history.Log.VersionOf(history.Random.Next(entry + 1)));
                Same(history, settler, history.Log.VersionOf(history.Random.Next(entry + 1), history.Random.Next(entry + 1)));
            }
        }
    }

    private static void Same(History history, Settler<string> settler, DagVersion version)
    {
        var other = new Settler<string>(history.Log, history);
        string settled = settler.StateOf(settler.At(version)!), scratch = other.StateOf(other.At(version)!);
        Assert.True(settled == history.Define(version), $"seed {history.Seed}, {history.Log.Count} entries\n{settled}\n{history.Define(version)}");
        Assert.Equal(settled, scratch);
    }

    // Without rights and seals: the verdicts found anew are of the entry itself and of what is concurrent with it; of a batch, with some of it.
    [Fact]
    public void Settling_costs_what_is_concurrent_and_never_the_history_below()
    {
        int most = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            var history = new History(seed, mayHaveSealsAndRights: false);
            var settler = new Settler<string>(history.Log, history);
            for (int entry = 0; entry < history.Count; entry++)
            {
                history.Append(entry);
                int before = history.SettledCount;
                settler.At(history.Log.FrontierVersion);
                int concurrent = Enumerable.Range(0, entry).Count(other => !history.Log.Precedes(other, entry));
                Assert.InRange(history.SettledCount - before, 1, concurrent + 1);
                most = Math.Max(most, concurrent);
            }
        }
        Assert.True(most > 10);
    }

    [Fact]
    public void A_branch_of_10_000_entries_is_settled_once_and_what_has_seen_it_costs_one()
    {
        var spam = new History(3, mayHaveSealsAndRights: false) { IsLine = true, KeepsAll = false };
        const int Count = 10_000, Fork = 100;
        for (int entry = 0; entry <= Fork; entry++) spam.Append(entry);
        // An honest line of 100 beside a hostile one of 10,000, both on the same entry.
        for (int entry = Fork + 1; entry <= Fork + 100; entry++) spam.Append(entry);
        var settler = new Settler<string>(spam.Log, spam);
        settler.At(spam.Log.FrontierVersion);
        int start = spam.SettledCount;
        spam.AppendOn(Fork);
        for (int entry = 1; entry < Count; entry++) spam.AppendOn(spam.Log.Count - 1);
        settler.At(spam.Log.FrontierVersion);
        Assert.InRange(spam.SettledCount - start, Count, Count + 100);
        start = spam.SettledCount;
        spam.AppendOn(Fork + 100, spam.Log.Count - 1);
        settler.At(spam.Log.FrontierVersion);
        Assert.Equal(1, spam.SettledCount - start);
    }

    // The states of a long line are not all kept: those far back are made again, and are the same.
    [Fact]
    public void A_state_far_back_is_there_when_it_is_asked_for()
    {
        var line = new History(1) { IsLine = true };
        for (int entry = 0; entry < 2_500; entry++) line.Append(entry);
        var settler = new Settler<string>(line.Log, line);
        settler.At(line.Log.FrontierVersion);
        int settled = line.SettledCount;
        foreach (int entry in (int[])[0, 1, 63, 64, 65, 700, 1_000, 1_475, 1_476, 1_477, 2_498, 2_499])
        {
            string state = settler.StateOf(settler.At(line.Log.VersionOf(entry))!);
            Assert.EndsWith($" {entry}()", state, StringComparison.Ordinal);
            Assert.Equal(entry + 1, state.Count(c => c == '('));
        }
        Assert.InRange(line.SettledCount - settled, 1, 12 * 64);
    }

    [Fact]
    public void Between_equals_the_lower_hash_goes_first_and_the_senior_before_both()
    {
        ContentHash space = ContentHash.Of("space"u8), one = ContentHash.Of("one"u8), other = ContentHash.Of("other"u8);
        Assert.NotEqual(Rank.Of(5, space, one), Rank.Of(5, space, other));
        Assert.True(Rank.Of(4, space, one) < Rank.Of(5, space, one));
        Assert.True(Rank.Of(4, space, one) < Rank.Of(5, space, other));
        Assert.True(Rank.Of(4, space, other) < Rank.Of(5, space, one));
        Span<byte> digest = stackalloc byte[32];
        ContentHash.Of(System.Text.Encoding.UTF8.GetBytes(space.ToString() + one)).CopyTo(digest);
        Assert.Equal(BinaryPrimitives.ReadUInt128BigEndian(digest), Rank.Of(0, space, one).High);
    }

    /// <summary>A random graph of few writers; its rules name every entry with the barriers that its verdict rests on.</summary>
    private sealed class History : ISettlingRules<string>
    {
        private readonly HashSet<int> _seals = [], _barriers = [], _users = [];
        private readonly List<int[]> _prev = [];

        public History(int seed, bool mayHaveSealsAndRights = true)
        {
            (Seed, Random) = (seed, new(seed));
            int writers = 1 + Random.Next(4);
            bool hasSeals = mayHaveSealsAndRights && Random.Next(2) == 0, hasRights = mayHaveSealsAndRights && Random.Next(2) == 0;
            var tips = new HashSet<int>[writers];
            for (int i = 0; i < writers; i++) tips[i] = [0];
            _prev.Add([]);
            for (int entry = 1; entry < Count; entry++)
            {
                int writer = Random.Next(writers);
                if (Random.Next(3) == 0) tips[writer].UnionWith(tips[Random.Next(writers)]);
                int[] on = Random.Next(8) == 0 ? [Random.Next(entry)] : [.. tips[writer]];
                _prev.Add(Maximal(on));
                tips[writer] = [entry];
                if (hasSeals && Random.Next(6) == 0) _seals.Add(entry);
                else if (hasRights && Random.Next(6) == 0) _barriers.Add(entry);
                else if (Random.Next(2) == 0) _users.Add(entry);
            }
        }

        public int Seed { get; }

        public Random Random { get; }

        public int Count { get; } = 40;

        public DagLog Log { get; } = new();

        /// <summary>Whether the graph is none, each entry on top of the one before.</summary>
        public bool IsLine { get; init; }

        public int SettledCount { get; private set; }

        /// <summary>Whether the state names all entries before, and not the last alone.</summary>
        public bool KeepsAll { get; init; } = true;

        public void Append(int entry)
        {
            var hash = HashOf(entry);
            if (IsLine && entry >= Count) _prev.Add([entry - 1]);
            if (IsLine && entry > 0) _prev[entry] = [entry - 1];
            Log.Append(new Header(hash, Position.Of([.. _prev[entry].Select(HashOf)]), hash), []);
        }

        public void AppendOn(params int[] prev)
        {
            while (_prev.Count <= Log.Count) _prev.Add([]);
            _prev[Log.Count] = prev;
            var hash = HashOf(Log.Count);
            Log.Append(new Header(hash, Position.Of([.. prev.Select(HashOf)]), hash), []);
        }

        public Rank RankOf(int entry) => Rank.Of(entry % 3, HashOf(0), HashOf(entry));

        public bool IsSeal(int entry) => _seals.Contains(entry);

        public bool RestsOnAuthority(int entry) => _users.Contains(entry);

        public IEnumerable<int> BarriersBetween(DagVersion one, DagVersion other) =>
            _barriers.Where(barrier => barrier < Log.Count && Log.Includes(one, barrier) != Log.Includes(other, barrier));

        // A barrier counts unless a barrier of a lower rank, concurrent with it, does away with it.
        public (SettledVerdict, string) Settle(int entry, int place, string? before, DagVersion authority)
        {
            SettledCount++;
            var against = _users.Contains(entry) ? _barriers.Where(barrier => Concurrent(barrier, entry, authority)
                && !_barriers.Any(other => RankOf(other) < RankOf(barrier) && Concurrent(other, barrier, authority))) : [];
            return (SettledVerdict.Live, KeepsAll ? $"{before} {entry}({string.Join(',', against.Order())})" : $"{entry}");
        }

        /// <summary>The page, word for word.</summary>
        public string Define(DagVersion version)
        {
            var all = Enumerable.Range(0, Log.Count).Where(entry => Log.Includes(version, entry)).ToHashSet();
            var taken = new List<int>();
            string state = "";
            var seals = all.Where(IsSeal).ToHashSet();
            var covered = new HashSet<int>();
            while (seals.Count > 0)
            {
                int seal = seals.Where(s => !seals.Any(o => o != s && Log.Precedes(o, s))).MinBy(RankOf);
                seals.Remove(seal);
                covered.UnionWith(all.Where(entry => Log.Precedes(entry, seal)));
                Take(covered, Log.VersionOf([.. covered]));
            }
            Take(all, version);
            return state;

            void Take(HashSet<int> part, DagVersion authority)
            {
                while (true)
                {
                    var ready = part.Where(entry => !taken.Contains(entry) && _prev[entry].All(taken.Contains)).ToList();
                    if (ready.Count == 0) return;
                    int next = ready.MinBy(RankOf);
                    state = Settle(next, taken.Count, taken.Count == 0 ? null : state, authority).Item2;
                    taken.Add(next);
                }
            }
        }

        private bool Concurrent(int one, int other, DagVersion known) =>
            one < Log.Count && Log.Includes(known, one) && !Log.Precedes(one, other) && !Log.Precedes(other, one);

        private int[] Maximal(int[] on)
        {
            bool Above(int low, int high) => high == low || (high > low && _prev[high].Any(p => Above(low, p)));
            return [.. on.Distinct().Where(entry => !on.Any(other => other != entry && Above(entry, other)))];
        }

        private static ContentHash HashOf(int entry) => ContentHash.Of(BitConverter.GetBytes(entry));
    }
}
