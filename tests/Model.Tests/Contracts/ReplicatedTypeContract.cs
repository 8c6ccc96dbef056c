using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Tests.Types;
using Hhs.Model.Types;

namespace Hhs.Model.Tests.Contracts;

/// <summary>
/// What makes a data type replicate: inherited by the tests of each type. A type says how its objects begin, makes up valid
/// operations, and writes down what a view shows. That replicas converge is in ConvergenceContract, conditions in ConditionContract; histories are made in Histories.
/// </summary>
public abstract partial class ReplicatedTypeContract
{
    /// <summary>The create payload of the object under test.</summary>
    protected abstract Literal.Map Create { get; }

    /// <summary>The types known.</summary>
    protected virtual TypeRegistry Registry => TypeRegistry.BuiltIn;

    /// <summary>Some operation that is valid on top of a version.</summary>
    protected abstract Literal.Map NextOperation(ReplicatedObject obj, DagVersion at, Random random);

    /// <summary>All that a view shows, as text.</summary>
    protected abstract string Observe(ReplicatedObject obj, DagVersion at, DagVersion from);

    /// <summary>What is observed at the end, put together from what is observed at the start and the delta between the two.</summary>
    protected abstract string Patch(ReplicatedObject obj, DagVersion start, ObjectDelta delta);

    /// <summary>Told before <see cref="Patch"/>: the end version, for deltas that name what to read anew there.</summary>
    protected virtual DagVersion? End { set { } }

    /// <summary>The names of the type's operations, where it takes an authority by capability object; null where it does not.</summary>
    /// <remarks>Then everything is checked a second time with signed operations, capabilities that come and go, and void entries.</remarks>
    protected virtual string[]? GuardedOperations => null;

    /// <summary>Whether the type has no objects without an authority; <see cref="Create"/> is given another then.</summary>
    protected virtual bool NeedsAuthority => false;

    /// <summary>Seeds of histories, each without an authority and with one. A type that has but one of these hides this by its own.</summary>
    public static TheoryData<int, bool> Seeds => SeedsOf(false, true);

    protected static TheoryData<int, bool> SeedsOf(params bool[] guarded) => [.. Enumerable.Range(1, 12).SelectMany(seed => guarded.Select(g => (seed, g)))];

    [Theory, MemberData(nameof(Seeds))]
    public void A_view_is_a_function_of_its_two_versions(int seed, bool guarded)
    {
        var history = Generate(seed, guarded);
        var random = new Random(seed * 37);
        var replica = new MemoryReplica(history.Entries[0].Hash, Registry, history.Authority);
        var seen = new List<(Position At, Position From, string Shown)>();
        foreach (var entry in history.Entries)
        {
            Assert.IsType<Judgement.Admitted>(replica.Admit(entry));
            if (random.Next(4) > 0) continue;
            var (at, from) = random.Next(2) == 0 ? (replica.Log.Frontier, replica.Log.Frontier) : history.RandomVersions(replica, random);
            seen.Add((at, from, ObserveAt(replica, at, from)));
        }
        foreach (var (at, from, shown) in seen.OrderBy(_ => random.Next())) Same(shown, ObserveAt(replica, at, from), seed);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_delta_says_what_comparing_the_views_says_and_nothing_changes_below_its_bound(int seed, bool guarded)
    {
        var history = Generate(seed, guarded);
        var random = new Random(seed * 41);
        var replica = Full(history);
        var obj = replica.Replica.Object!;
        for (int i = 0; i < 20; i++)
        {
            DagVersion start = history.RandomVersion(replica, random), end = i == 0 ? replica.Log.FrontierVersion : history.RandomVersion(replica, random);
            var delta = obj.Delta(start, end);
            string before = Observe(obj, start, start), after = Observe(obj, end, end);
            End = end;
            Same(after, Patch(obj, start, delta), seed);
            Assert.False(delta.IsEmpty && before != after, $"seed {seed}: an empty delta\n{before}\n{after}");
            Assert.True(replica.Log.Includes(start, delta.RevisionBound) && replica.Log.Includes(end, delta.RevisionBound), $"seed {seed}: the bound is not below both");
            foreach (int entry in replica.Log.EntriesIn(delta.RevisionBound).Where(_ => random.Next(5) == 0))
            {
                var at = replica.Log.VersionOf(entry);
                Same(Observe(obj, at, start), Observe(obj, at, end), seed);
            }
        }
        Assert.True(obj.Delta(replica.Log.FrontierVersion, replica.Log.FrontierVersion).IsEmpty);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void What_is_valid_on_its_own_history_stays_valid_whatever_else_is_known(int seed, bool guarded)
    {
        var history = Generate(seed, guarded);
        var random = new Random(seed * 43);
        var full = Full(history);
        foreach (var entry in history.Entries.Skip(1).Where(_ => random.Next(6) == 0))
        {
            Assert.True(full.Log.TryVersion(entry.Header.PrevEntryHashes, out var at));
            Assert.Equal(Verdict.Valid, full.Replica.Object!.Check(entry.Payload, at));
            var alone = new MemoryReplica(history.Entries[0].Hash, Registry, history.Authority);
            foreach (int below in full.Log.EntriesIn(at)) Assert.IsType<Judgement.Admitted>(alone.Admit(history.ByHash(full.Log.HashOf(below))));
            Assert.True(alone.Admit(entry) is Judgement.Admitted, $"seed {seed}: refused on its own history");
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Reopened_from_stored_tags_it_shows_and_takes_the_same(int seed, bool guarded)
    {
        var history = Generate(seed, guarded);
        var random = new Random(seed * 47);
        int kept = random.Next(1, history.Entries.Count);
        var live = new MemoryReplica(history.Entries[0].Hash, Registry, history.Authority);
        foreach (var entry in history.Entries.Take(kept)) live.Admit(entry);
        ObserveAt(live, live.Log.Frontier, live.Log.Frontier);
        var reopened = live.Reopen(Registry, history.Authority);
        foreach (var entry in history.Entries.Skip(kept))
        {
            Assert.Equal(Tags(live.Admit(entry)), Tags(reopened.Admit(entry)));
        }
        for (int i = 0; i < 6; i++)
        {
            var (at, from) = i == 0 ? (live.Log.Frontier, live.Log.Frontier) : history.RandomVersions(live, random);
            Same(ObserveAt(live, at, from), ObserveAt(reopened, at, from), seed);
        }

        static IReadOnlyList<Tag> Tags(Judgement judgement) => Assert.IsType<Judgement.Admitted>(judgement).Tags;
    }

    private protected string ObserveAt(MemoryReplica replica, Position at, Position from)
    {
        Assert.True(replica.Log.TryVersion(at, out var atVersion));
        Assert.True(replica.Log.TryVersion(from, out var fromVersion));
        // The frontier is one object as long as the log stands still; views at it are served from live state.
        if (at.Equals(replica.Log.Frontier)) atVersion = replica.Log.FrontierVersion;
        return Observe(replica.Replica.Object!, atVersion, fromVersion);
    }

    private MemoryReplica Full(History history)
    {
        var replica = new MemoryReplica(history.Entries[0].Hash, Registry, history.Authority);
        foreach (var entry in history.Entries) Assert.IsType<Judgement.Admitted>(replica.Admit(entry));
        return replica;
    }

    private static void Same(string expected, string actual, int seed) => Assert.True(expected == actual, $"seed {seed}:\n{expected}\n{actual}");
}
