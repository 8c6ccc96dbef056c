using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Tests.Types.Conditions;

/// <summary>What holds of the conditions of every type.</summary>
internal static class ConditionLaws
{
    public static ConditionOutcome Evaluate(MemoryReplica replica, Literal condition, Position at, Position from)
    {
        Assert.True(replica.Log.TryVersion(at, out var atVersion));
        Assert.True(replica.Log.TryVersion(from, out var fromVersion));
        return Evaluate(replica.Replica.Object!, condition, atVersion, fromVersion);
    }

    public static ConditionOutcome Evaluate(ReplicatedObject obj, Literal condition, DagVersion at, DagVersion from) => Read(obj, condition, at).Evaluate(at, from);

    public static Condition Read(ReplicatedObject obj, Literal condition, DagVersion at)
    {
        var read = obj.ReadCondition(condition, at, out var why);
        Assert.True(read is not null, $"{why} for {condition}");
        return read;
    }

    /// <summary>An entry joins a version, on top of it or beside it: what holds and that it cannot falsify holds still. So does what is judged from there.</summary>
    public static void CheckFalsified(ReplicatedObject obj, int entry, Literal.Map payload, Random random, Func<DagVersion, Literal.Map> next, string context)
    {
        var log = obj.Scope.Log;
        var before = log.VersionOf(log.PrevOf(entry));
        if (random.Next(3) > 0)
        {
            int[] beside = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(log.Count)).Where(other => !log.Precedes(entry, other))];
            before = log.MinimalCover(log.VersionOf([.. before.Tips, .. beside]));
        }
        var after = log.MinimalCover(log.VersionOf([.. before.Tips, entry]));
        int[] history = [.. log.EntriesIn(before)];
        var earlier = log.VersionOf(history[random.Next(history.Length)]);
        var literal = Compose(() => next(earlier), random);
        var condition = Read(obj, literal, earlier);
        if (condition.CanFalsify(payload)) return;
        Check(condition.Evaluate(before, before), condition.Evaluate(after, after), "joined");
        Check(condition.Evaluate(earlier, before), condition.Evaluate(earlier, after), "seen");

        void Check(ConditionOutcome was, ConditionOutcome now, string how)
        {
            Assert.False(was is ConditionOutcome.Waiting || now is ConditionOutcome.Waiting, $"{context}: waiting");
            Assert.False(was is ConditionOutcome.Holds && now is ConditionOutcome.Fails, $"{context}: {literal} was falsified by {payload}, {how}: {was}, {now}");
        }
    }

    /// <summary>Whatever it is: refused with a reason, or a condition that can be asked anything.</summary>
    public static void CheckFuzzed(ReplicatedObject obj, DagVersion at, DagVersion from, Literal literal, Random random)
    {
        if (obj.ReadCondition(literal, at, out var why) is not { } condition)
        {
            Assert.False(string.IsNullOrEmpty(why.Detail));
            return;
        }
        Assert.Equal(condition.Evaluate(at, from), condition.Evaluate(at, from));
        if (ConditionFuzz.Any(random, 3) is Literal.Map operation) condition.CanFalsify(operation);
        condition.CanFalsify((Literal.Map)ConditionFuzz.Mutate(Literal.Map.Of(
            ("action", "add"), ("element", 1), ("elementHash", "x"), ("fields", true), ("field", "name"), ("amount", 1), ("value", 1), ("elements", 1), ("updatePayload", 1)), random));
    }

    public static Literal Compose(Func<Literal.Map> next, Random random, int depth = 0)
    {
        if (depth == 3 || random.Next(3) > 0) return next();
        return Literal.Map.Of((random.Next(2) == 0 ? "allOf" : "anyOf", new Literal.Array([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Compose(next, random, depth + 1))])));
    }
}
