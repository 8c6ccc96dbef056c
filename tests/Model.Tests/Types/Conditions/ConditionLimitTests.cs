using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Conditions;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;

namespace Hhs.Model.Tests.Types.Conditions;

/// <summary>Composition, and each limit of a condition from both sides.</summary>
public sealed class ConditionLimitTests
{
    private static readonly MemoryReplica Set = MemoryReplica.Of(GrowSetPayloads.Create("g", 1, 2));

    private static Literal.Map Has(int element) => Literal.Map.Of(("has", element));

    private static Literal.Map All(params Literal[] parts) => Literal.Map.Of(("allOf", new Literal.Array(parts)));

    private static Literal.Map AnyOf(params Literal[] parts) => Literal.Map.Of(("anyOf", new Literal.Array(parts)));

    [Fact]
    public void Parts_are_asked_in_order_until_it_is_decided_and_what_was_seen_is_kept()
    {
        Holds(All(Has(1), Has(2)), true, true);
        Fails(All(Has(1), Has(3), Has(2)), true, false);
        Holds(AnyOf(Has(3), Has(2), Has(1)), false, true);
        Fails(AnyOf(Has(3), Has(4)), false, false);
        Holds(All(AnyOf(Has(3), Has(1)), Has(2)), new Literal.Array(false, true), true);

        static void Holds(Literal condition, params Literal[] seen) => Assert.Equal(new ConditionOutcome.Holds(new Literal.Array(seen)), Evaluate(condition));
        static void Fails(Literal condition, params Literal[] seen) => Assert.Equal(new ConditionOutcome.Fails(new Literal.Array(seen)), Evaluate(condition));
        static ConditionOutcome Evaluate(Literal condition) => ConditionLaws.Evaluate(Set, condition, Set.Log.Frontier, Set.Log.Frontier);
    }

    [Fact]
    public void A_composition_is_falsified_by_what_falsifies_a_part()
    {
        var condition = ConditionLaws.Read(Set.Replica.Object!, AnyOf(Has(1), All(Literal.Map.Of(("lacks", 7)))), Set.Log.FrontierVersion);
        Assert.True(condition.CanFalsify(GrowSetPayloads.Add(7)));
        Assert.False(condition.CanFalsify(GrowSetPayloads.Add(8)));
    }

    [Fact]
    public void A_composition_is_an_array_of_conditions_and_nothing_else()
    {
        Refused(RejectCode.Malformed, All(), AnyOf(), All(1), All(Has(1), "x"), true, 1, "allOf", new Literal.Array(Has(1)));
        Refused(RejectCode.InvalidOperation, Literal.Map.Of(("allOf", Has(1))), All(Has(1)).With("anyOf", new Literal.Array(Has(1))), All(Has(1)).With("has", 1));
    }

    [Fact]
    public void At_most_4_levels()
    {
        Literal.Map condition = Has(1);
        for (int depth = 0; depth < Limits.ConditionDepthMax; depth++) condition = depth % 2 == 0 ? All(condition) : AnyOf(condition);
        Accepted(condition);
        Refused(RejectCode.OverLimit, All(condition));
    }

    [Fact]
    public void At_most_64_parts_itself_included()
    {
        Literal[] parts = [.. Enumerable.Range(0, Limits.ConditionPartsMax - 1).Select(Has)];
        Accepted(All(parts));
        Refused(RejectCode.OverLimit, All([.. parts, Has(1)]), All(AnyOf(parts)));
    }

    [Fact]
    public void At_most_131072_bytes()
    {
        int framing = CanonicalJson.Write(Literal.Map.Of(("has", ""))).Length;
        Accepted(Literal.Map.Of(("has", new string('x', Limits.ConditionBytesMax - framing))));
        Refused(RejectCode.OverLimit, Literal.Map.Of(("has", new string('x', Limits.ConditionBytesMax - framing + 1))));
        // The longest value that our types hold can be asked for.
        Accepted(Literal.Map.Of(("has", new string('x', PayloadValue.BytesMax - 2))));
    }

    [Fact]
    public void Long_values_and_many_candidates_are_seen_in_short()
    {
        var replica = MemoryReplica.Of(RegisterPayloads.Create("r"));
        var start = replica.Log.Frontier;
        var at = replica.Append(RegisterPayloads.Set(new string('x', SeenValue.ValueBytesMax - 2)), start);
        Assert.Equal(Literal.Map.Of(("value", new string('x', SeenValue.ValueBytesMax - 2))), Seen(replica)[0]);
        string longer = new('x', SeenValue.ValueBytesMax - 1);
        replica.Append(RegisterPayloads.Set(longer), Position.Of(at));
        Assert.Equal(
            Literal.Map.Of(("value", Literal.Map.Of(("hash", CanonicalJson.Hash(longer).ToString()), ("bytes", SeenValue.ValueBytesMax + 1)))), Seen(replica)[0]);
        for (int i = 0; i < 20; i++) replica.Append(RegisterPayloads.Set(i), start);
        Assert.Equal(SeenValue.CandidatesMax + 1, Seen(replica).Length);
        Assert.Equal(21 - SeenValue.CandidatesMax, Seen(replica)[^1]);

        static Literal[] Seen(MemoryReplica replica) => ((Literal.Array)Assert.IsType<ConditionOutcome.Fails>(
            ConditionLaws.Evaluate(replica, Literal.Map.Of(("equals", 99)), replica.Log.Frontier, replica.Log.Frontier)).Seen).Items.ToArray();
    }

    [Fact]
    public void What_a_condition_of_a_type_s_own_has_seen_is_bounded_too()
    {
        string fits = new('x', Limits.ConditionSeenBytesMax - 2);
        Assert.Equal(new ConditionOutcome.Fails(fits), Looking(fits));
        Assert.Equal(new ConditionOutcome.Fails(Literal.Map.Of(("hash", CanonicalJson.Hash(fits + "x").ToString()), ("bytes", Limits.ConditionSeenBytesMax + 1))), Looking(fits + "x"));

        static ConditionOutcome Looking(string seen) => new Condition((_, _) => (false, seen), _ => true).Evaluate(DagVersion.Empty, DagVersion.Empty);
    }

    [Fact]
    public void A_record_is_asked_about_at_most_64_fields_at_once()
    {
        var record = MemoryReplica.Of(RecordPayloads.Create("r"));
        (string, Literal)[] fields = [.. Enumerable.Range(0, RecordPayloads.FieldsMax + 1).Select(i => ($"f{i}", (Literal)1))];
        Assert.NotNull(record.Replica.Object!.ReadCondition(Literal.Map.Of(("equals", Literal.Map.Of(fields[1..]))), record.Log.FrontierVersion, out _));
        Assert.Null(record.Replica.Object!.ReadCondition(Literal.Map.Of(("equals", Literal.Map.Of(fields))), record.Log.FrontierVersion, out _));
    }

    [Fact]
    public void A_bound_of_a_counter_has_at_most_40_units()
    {
        var counter = MemoryReplica.Of(CounterPayloads.Create("c"));
        string longest = "-" + new string('9', CounterPayloads.BoundUnitsMax - 1);
        Assert.NotNull(counter.Replica.Object!.ReadCondition(Literal.Map.Of(("atLeast", longest)), counter.Log.FrontierVersion, out _));
        Assert.Null(counter.Replica.Object!.ReadCondition(Literal.Map.Of(("atLeast", longest + "9")), counter.Log.FrontierVersion, out var why));
        Assert.Equal(RejectCode.InvalidOperation, why.Code);
    }

    private static void Accepted(Literal condition) => Assert.NotNull(Set.Replica.Object!.ReadCondition(condition, Set.Log.FrontierVersion, out _));

    private static void Refused(RejectCode code, params Literal[] conditions) => Assert.All(conditions, condition =>
    {
        Assert.Null(Set.Replica.Object!.ReadCondition(condition, Set.Log.FrontierVersion, out var why));
        Assert.Equal(code, why.Code);
    });
}
