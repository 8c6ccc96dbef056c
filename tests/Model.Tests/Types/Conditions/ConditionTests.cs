using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Conditions;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Text;

namespace Hhs.Model.Tests.Types.Conditions;

/// <summary>What the conditions of each type mean.</summary>
public sealed class ConditionTests
{
    [Theory]
    [InlineData("""{"atLeast":"7"}""", true)]
    [InlineData("""{"atLeast":"8"}""", false)]
    [InlineData("""{"atMost":"7"}""", true)]
    [InlineData("""{"atMost":"6"}""", false)]
    [InlineData("""{"atLeast":"-170141183460469231731687303715884105728"}""", true)]
    [InlineData("""{"atMost":"-9223372036854775809"}""", false)]
    [InlineData("""{"atLeast":7}""", null)]
    [InlineData("""{"atLeast":"07"}""", null)]
    [InlineData("""{"atLeast":"+7"}""", null)]
    [InlineData("""{"atLeast":"-0"}""", null)]
    [InlineData("""{"atLeast":"1e3"}""", null)]
    [InlineData("""{"atLeast":"7","atMost":"7"}""", null)]
    [InlineData("""{"length":{"min":1}}""", null)]
    [InlineData("""{}""", null)]
    public void Counter(string condition, bool? holds) => Check(MemoryReplica.Of(CounterPayloads.Create("c", 7)), condition, holds, "7");

    [Fact]
    public void A_counter_is_compared_beyond_64_bits_and_shows_its_total()
    {
        var replica = MemoryReplica.Of(CounterPayloads.Create("c", long.MaxValue));
        replica.Append(CounterPayloads.Add(long.MaxValue));
        Check(replica, """{"atLeast":"18446744073709551614"}""", true, "18446744073709551614");
        Check(replica, """{"atLeast":"18446744073709551615"}""", false, "18446744073709551614");
        Check(replica, $$"""{"atLeast":"{{new string('9', CounterPayloads.BoundUnitsMax)}}"}""", false, "18446744073709551614");
        Check(replica, $$"""{"atLeast":"{{new string('9', CounterPayloads.BoundUnitsMax + 1)}}"}""", null, null);
    }

    [Theory]
    [InlineData("""{"equals":"a"}""", true, true, false)]
    [InlineData("""{"equals":"b"}""", false, false, false)]
    [InlineData("""{"present":true}""", true, true, true)]
    [InlineData("""{"absent":true}""", false, false, false)]
    [InlineData("""{"present":false}""", null, null, null)]
    [InlineData("""{"absent":"a"}""", null, null, null)]
    public void A_register_is_asked_about_all_its_candidates(string condition, bool? alone, bool? twice, bool? torn)
    {
        var replica = MemoryReplica.Of(RegisterPayloads.Create("r"));
        var start = replica.Log.Frontier;
        Check(replica, """{"absent":true}""", true, new Literal.Array());
        replica.Append(RegisterPayloads.Set("a"), start);
        Check(replica, condition, alone);
        replica.Append(RegisterPayloads.Set("a").With("nonce", "2"), start);
        Check(replica, condition, twice);
        replica.Append(RegisterPayloads.Set("b"), start);
        Check(replica, condition, torn);
    }

    [Fact]
    public void A_register_cleared_beside_a_write_is_neither_present_nor_absent()
    {
        var replica = MemoryReplica.Of(RegisterPayloads.Create("r"));
        var start = replica.Log.Frontier;
        replica.Append(RegisterPayloads.Set("a"), start);
        replica.Append(RegisterPayloads.Clear, start);
        foreach (string condition in (string[])["""{"present":true}""", """{"absent":true}""", """{"equals":"a"}"""]) Check(replica, condition, false);
        var seen = Assert.IsType<ConditionOutcome.Fails>(Evaluate(replica, """{"equals":"a"}""")).Seen;
        Assert.Equal(["""{"value":"a"}""", "{}"], ((Literal.Array)seen).Items.ToArray().Select(c => c.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"equals":{"name":"ann"}}""", true)]
    [InlineData("""{"equals":{"age":3,"name":"ann"}}""", true)]
    [InlineData("""{"equals":{"age":4,"name":"ann"}}""", false)]
    [InlineData("""{"equals":{"mail":"x"}}""", false)]
    [InlineData("""{"present":"age"}""", true)]
    [InlineData("""{"present":"mail"}""", false)]
    [InlineData("""{"absent":"mail"}""", true)]
    [InlineData("""{"absent":"age"}""", false)]
    [InlineData("""{"absent":"gone"}""", true)]
    [InlineData("""{"present":"gone"}""", false)]
    [InlineData("""{"present":""}""", null)]
    [InlineData("""{"equals":{}}""", null)]
    [InlineData("""{"equals":"ann"}""", null)]
    [InlineData("""{"inside":{"object":"x","atLeast":"1"}}""", null)]
    public void Record(string condition, bool? holds)
    {
        var replica = MemoryReplica.Of(RecordPayloads.Create("r", Literal.Map.Of(("name", "ann"))));
        replica.Append(RecordPayloads.Set(("age", 3), ("gone", true)));
        replica.Append(RecordPayloads.Remove("gone"));
        Check(replica, condition, holds);
    }

    [Theory]
    [InlineData("""{"equals":{"age":4,"name":"ann"}}""", false, """{"age":[{"value":3}]}""")]
    [InlineData("""{"equals":{"age":3,"name":"ann"}}""", true, """{"age":[{"value":3}],"name":[{"value":"ann"}]}""")]
    [InlineData("""{"absent":"gone"}""", true, """{"gone":[{}]}""")]
    public void A_record_shows_the_first_field_that_differs_or_all(string condition, bool holds, string seen)
    {
        var replica = MemoryReplica.Of(RecordPayloads.Create("r", Literal.Map.Of(("name", "ann"), ("age", 3), ("gone", 1))));
        replica.Append(RecordPayloads.Remove("gone"));
        Check(replica, condition, holds, Parse(seen));
    }

    [Fact]
    public void What_is_nested_in_a_record_is_asked_by_its_id_from_where_it_is_made()
    {
        var replica = MemoryReplica.Of(RecordPayloads.Create("r"));
        var before = replica.Log.Frontier;
        var id = replica.Append(RecordPayloads.Add("visits", CounterPayloads.Create("c", 2)));
        string condition = $$$"""{"inside":{"object":"{{{id}}}","atLeast":"3"}}""";
        Check(replica, condition, false, "2");
        replica.Append(RecordPayloads.Update(id, CounterPayloads.Add(1)));
        Check(replica, condition, true, "3");
        Assert.True(replica.Log.TryVersion(before, out var at));
        Assert.Null(replica.Replica.Object!.ReadCondition(Parse(condition), at, out _));
        var read = ConditionLaws.Read(replica.Replica.Object!, Parse(condition), replica.Log.FrontierVersion);
        Assert.True(read.CanFalsify(RecordPayloads.Update(id, CounterPayloads.Add(-1))));
        Assert.False(read.CanFalsify(RecordPayloads.Update(id, CounterPayloads.Add(1))));
        Assert.False(read.CanFalsify(RecordPayloads.Remove("visits")));
    }

    [Fact]
    public void A_set_of_objects_is_asked_by_id_and_what_is_nested_in_it_too()
    {
        var replica = MemoryReplica.Of(SetPayloads.Create(new SetOptions { Seed = "s", ContentType = RegisterType.Id }));
        var id = replica.Append(SetPayloads.Add(RegisterPayloads.Create("r", "free")));
        Check(replica, $$"""{"has":"{{id}}"}""", true, true);
        Check(replica, $$"""{"lacks":"{{id}}"}""", false, true);
        Check(replica, """{"has":"no id"}""", null);
        string free = $$$"""{"inside":{"object":"{{{id}}}","equals":"free"}}""";
        Check(replica, free, true);
        replica.Append(SetPayloads.Update(id, RegisterPayloads.Set("taken")));
        Check(replica, free, false);
        var lacks = ConditionLaws.Read(replica.Replica.Object!, Parse($$"""{"lacks":"{{id}}"}"""), replica.Log.FrontierVersion);
        Assert.True(lacks.CanFalsify(SetPayloads.Add(RegisterPayloads.Create("other"))));
    }

    [Theory]
    [InlineData("""{"has":"a"}""", true)]
    [InlineData("""{"has":"b"}""", false)]
    [InlineData("""{"lacks":"a"}""", false)]
    [InlineData("""{"lacks":{"any":["thing"]}}""", true)]
    public void Sets_of_both_kinds(string condition, bool holds)
    {
        Check(MemoryReplica.Of(SetPayloads.Create(new SetOptions { Seed = "s", InitialElements = ["a"] })), condition, holds);
        Check(MemoryReplica.Of(GrowSetPayloads.Create("g", "a")), condition, holds);
    }

    [Theory]
    [InlineData("""{"length":{"min":3}}""", true)]
    [InlineData("""{"length":{"max":3,"min":3}}""", true)]
    [InlineData("""{"length":{"max":2}}""", false)]
    [InlineData("""{"length":{"min":4}}""", false)]
    [InlineData("""{"length":{}}""", null)]
    [InlineData("""{"length":{"min":2,"max":1}}""", null)]
    [InlineData("""{"length":{"min":-1}}""", null)]
    [InlineData("""{"length":{"min":0.5}}""", null)]
    [InlineData("""{"length":{"min":1,"step":1}}""", null)]
    [InlineData("""{"length":3}""", null)]
    public void Length(string condition, bool? holds)
    {
        var (log, list, text) = (MemoryReplica.Of(LogPayloads.Create("l")), Sequence(), Text());
        foreach (int value in (int[])[1, 2, 3]) log.Append(LogPayloads.Append(value));
        foreach (var replica in (MemoryReplica[])[log, list, text]) Check(replica, condition, holds, 3);
    }

    [Theory]
    [InlineData("""{"elementAt":{"index":2,"value":"c"}}""", true, """{"length":3,"value":"c"}""")]
    [InlineData("""{"elementAt":{"index":1,"value":"c"}}""", false, """{"length":3,"value":"b"}""")]
    [InlineData("""{"elementAt":{"index":3,"value":"c"}}""", false, """{"length":3}""")]
    [InlineData("""{"elementAt":{"index":-1,"value":"c"}}""", null, null)]
    [InlineData("""{"elementAt":{"index":1}}""", null, null)]
    [InlineData("""{"elementAt":["c"]}""", null, null)]
    public void Element_at(string condition, bool? holds, string? seen)
    {
        Check(Sequence(), condition, holds, seen is null ? null : Parse(seen));
        Check(Text(), condition, holds, seen is null ? null : Parse(seen));
    }

    [Theory]
    [InlineData("""{"elementAt":{"index":0,"value":"abc"}}""", true)]
    [InlineData("""{"elementAt":{"index":1,"value":"bc"}}""", true)]
    [InlineData("""{"elementAt":{"index":1,"value":"bcd"}}""", false)]
    [InlineData("""{"elementAt":{"index":1,"value":""}}""", null)]
    [InlineData("""{"elementAt":{"index":1,"value":1}}""", null)]
    public void A_text_is_asked_for_as_many_units_as_are_given(string condition, bool? holds) => Check(Text(), condition, holds);

    [Fact]
    public void An_object_of_an_unknown_type_refuses_every_condition()
    {
        var replica = MemoryReplica.Of(Literal.Map.Of(("action", "create"), ("type", "else/where_v1")));
        foreach (string condition in (string[])["""{"has":1}""", """{"open":true}""", """{"allOf":[{"length":{"min":0}}]}"""]) Check(replica, condition, null);
    }

    internal static Literal Parse(string text) => LiteralReader.TryRead(System.Text.Encoding.UTF8.GetBytes(text), out var literal, out var why) ? literal : throw new ArgumentException(why.ToString());

    private static MemoryReplica Sequence()
    {
        var replica = MemoryReplica.Of(SequencePayloads.Create("s"));
        replica.Append(SequencePayloads.Insert(((ReplicatedSequence)replica.Replica.Object!).View(replica.Log.FrontierVersion), 0, "a", "b", "c"));
        return replica;
    }

    private static MemoryReplica Text()
    {
        var replica = MemoryReplica.Of(TextPayloads.Create("t"));
        replica.Append(TextPayloads.Insert(((ReplicatedText)replica.Replica.Object!).View(replica.Log.FrontierVersion), 0, "abc"));
        return replica;
    }

    private static ConditionOutcome Evaluate(MemoryReplica replica, string condition) =>
        ConditionLaws.Evaluate(replica, Parse(condition), replica.Log.Frontier, replica.Log.Frontier);

    private static void Check(MemoryReplica replica, string condition, bool? holds, Literal? seen = null)
    {
        var read = replica.Replica.Object!.ReadCondition(Parse(condition), replica.Log.FrontierVersion, out var why);
        if (holds is null)
        {
            Assert.Null(read);
            Assert.Equal(RejectCode.InvalidOperation, why.Code);
            return;
        }
        Assert.True(read is not null, why.ToString());
        var outcome = read.Evaluate(replica.Log.FrontierVersion, replica.Log.FrontierVersion);
        Assert.Equal(holds, outcome is ConditionOutcome.Holds);
        if (seen is not null) Assert.Equal(seen, outcome is ConditionOutcome.Holds(var value) ? value : Assert.IsType<ConditionOutcome.Fails>(outcome).Seen);
    }
}
