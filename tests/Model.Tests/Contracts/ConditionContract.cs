using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Tests.Types;
using Hhs.Model.Tests.Types.Conditions;
using Hhs.Model.Types;

namespace Hhs.Model.Tests.Contracts;

/// <summary>The part of the contract that is about conditions, and about objects of which some entries are void.</summary>
public abstract partial class ReplicatedTypeContract
{
    /// <summary>Some condition that is well formed at a version and no composition, such as holds now and then.</summary>
    protected abstract Literal.Map NextCondition(ReplicatedObject obj, DagVersion at, Random random);

    [Theory, MemberData(nameof(Seeds))]
    public void A_condition_comes_to_the_same_on_all_replicas(int seed, bool guarded)
    {
        var history = Generate(seed, guarded);
        var random = new Random(seed * 53);
        foreach (var replica in history.Replicas) Deliver(history.Entries, replica, random);
        var first = history.Replicas[0];
        var reopened = first.Reopen(Registry, history.Authority);
        for (int i = 0; i < 24; i++)
        {
            var (at, from) = history.RandomVersions(first, random);
            if (i < 4) at = from;
            var condition = ConditionAt(first, at, random);
            var outcomes = history.Replicas.Append(reopened).Append(first).Select(r => ConditionLaws.Evaluate(r, condition, at, from)).ToList();
            Assert.All(outcomes, outcome => Assert.Equal(outcomes[0], outcome));
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Only_what_can_falsify_a_condition_does(int seed, bool guarded)
    {
        var history = Generate(seed, guarded);
        var random = new Random(seed * 59);
        var replica = Full(history);
        for (int i = 0; i < 150; i++)
        {
            int entry = random.Next(1, replica.Log.Count);
            var payload = (Literal.Map)history.ByHash(replica.Log.HashOf(entry)).Payload;
            ConditionLaws.CheckFalsified(replica.Replica.Object!, entry, payload, random, at => NextCondition(replica.Replica.Object!, at, random), $"seed {seed}");
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void What_is_no_condition_is_refused_and_nothing_ever_throws(int seed, bool guarded)
    {
        var history = Generate(seed, guarded);
        var random = new Random(seed * 61);
        var replica = Full(history);
        var obj = replica.Replica.Object!;
        for (int i = 0; i < 100; i++)
        {
            var at = history.RandomVersion(replica, random);
            ConditionLaws.CheckFuzzed(obj, at, replica.Log.FrontierVersion, ConditionFuzz.Mutate(NextCondition(obj, at, random), random), random);
        }
        Assert.Null(obj.ReadCondition(Literal.Map.Of(("noSuchKind", true)), replica.Log.FrontierVersion, out var why));
        Assert.Equal(RejectCode.InvalidOperation, why.Code);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Entries_that_are_void_with_all_above_them_are_as_if_never_written(int seed, bool guarded)
    {
        var history = Generate(seed, guarded);
        var random = new Random(seed * 67);
        var replica = Full(history);
        var log = replica.Log;
        for (int i = 0; i < 4; i++)
        {
            int[] gone = [.. Enumerable.Range(0, i).Select(_ => random.Next(1, log.Count))];
            bool IsLive(int entry) => !gone.Any(g => log.Precedes(g, entry));
            var without = replica.SeenThrough(IsLive, Registry, history.Authority);
            for (int j = 0; j < 4; j++)
            {
                var at = j == 0 ? log.FrontierVersion : history.RandomVersion(replica, random);
                var rest = log.MinimalCover(log.VersionOf([.. log.EntriesIn(at).Where(IsLive)]));
                Same(Observe(replica.Replica.Object!, rest, rest), Observe(without, at, at), seed);
                var condition = NextCondition(without, rest, random);
                Assert.Equal(ConditionLaws.Evaluate(replica.Replica.Object!, condition, rest, rest), ConditionLaws.Evaluate(without, condition, at, at));
            }
        }
    }

    private Literal ConditionAt(MemoryReplica replica, Position at, Random random)
    {
        Assert.True(replica.Log.TryVersion(at, out var version));
        return ConditionLaws.Compose(() => NextCondition(replica.Replica.Object!, version, random), random);
    }
}
