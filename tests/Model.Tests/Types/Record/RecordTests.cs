using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Tests.Contracts;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Text;

namespace Hhs.Model.Tests.Types.Record;

public sealed class RecordTests : ReplicatedTypeContract
{
    private static readonly Dictionary<string, FieldRule> Rules = new()
    {
        ["name"] = new("string", IsRequired: true, Min: 1, Max: 20),
        ["age"] = new("integer", Min: 0, Max: 150),
        ["tags"] = new("array", Max: 3),
        ["notes"] = new("object", ContentType: TextType.Id),
        ["visits"] = new("object", ContentType: CounterType.Id),
    };

    protected override Literal.Map Create => RecordPayloads.Create("r", Literal.Map.Of(("name", "ann")), Rules);

    protected override string[] GuardedOperations => ["set", "remove", "add", "keep", "update"];

    protected override Literal.Map NextOperation(ReplicatedObject obj, DagVersion at, Random random)
    {
        var record = (ReplicatedRecord)obj;
        var view = record.View(at);
        switch (random.Next(8))
        {
            case 0: return RecordPayloads.Remove("age");
            case 1: return RecordPayloads.Add("notes", TextPayloads.Create($"t{random.Next()}"));
            case 2: return RecordPayloads.Add("visits", CounterPayloads.Create($"c{random.Next()}"));
            case 3 when view.Child("notes") is ReplicatedText notes:
                return RecordPayloads.Update(notes.Id, TextPayloads.Insert(notes.View(at), random.Next(notes.View(at).Count + 1), random.Next(1000).ToString()));
            case 4 when view.Child("visits") is { } visits: return RecordPayloads.Update(visits.Id, CounterPayloads.Add(random.Next(1, 9)));
            case 5 when view.Candidates("notes") is { Count: > 0 } all: return RecordPayloads.Keep("notes", all[random.Next(all.Count)].Child!.Value);
            case 6: return RecordPayloads.Set(("age", random.Next(150)), ("name", $"n{random.Next(100)}"));
            default: return RecordPayloads.Set(("tags", new Literal.Array(random.Next(9), random.Next(9))));
        }
    }

    protected override Literal.Map NextCondition(ReplicatedObject obj, DagVersion at, Random random)
    {
        var view = ((ReplicatedRecord)obj).View(at);
        string field = ((string[])["name", "age", "tags", "notes", "visits"])[random.Next(5)];
        switch (random.Next(6))
        {
            case 0: return Literal.Map.Of(("present", field));
            case 1: return Literal.Map.Of(("absent", field));
            case 2 when view.Child("visits") is ReplicatedCounter visits:
                return Inside(visits, "atLeast", visits.View(at).Total.ToString());
            case 3 when view.Child("notes") is ReplicatedText notes:
                return Inside(notes, "length", Literal.Map.Of((random.Next(2) == 0 ? "max" : "min", notes.View(at).Count)));
            default: return Literal.Map.Of(("equals", Literal.Map.Of(("name", view.Value("name") ?? ""), ("age", view.Value("age") ?? 1))));
        }

        static Literal.Map Inside(ReplicatedObject child, string kind, Literal argument) =>
            Literal.Map.Of(("inside", Literal.Map.Of(("object", child.Id.ToString()), (kind, argument))));
    }

    protected override string Observe(ReplicatedObject obj, DagVersion at, DagVersion from)
    {
        var view = ((ReplicatedRecord)obj).View(at, from);
        return string.Join('\n', view.Fields().Select(f => Line(view, f, at, from)));
    }

    // Fields that the delta does not name keep their lines; the named ones and those whose object changed are read anew.
    protected override string Patch(ReplicatedObject obj, DagVersion start, ObjectDelta delta)
    {
        var changed = (RecordDelta)delta;
        var record = (ReplicatedRecord)obj;
        RecordView before = record.View(start), after = record.View(_end!);
        return string.Join('\n', before.Fields().Union(changed.Fields).Order(StringComparer.Ordinal)
            .Where(f => !changed.Fields.Contains(f) || after.Fields().Contains(f))
            .Select(f => changed.Fields.Contains(f) || before.Candidates(f).Any(c => c.Child is { } id && changed.Children.ContainsKey(id))
                ? Line(after, f, _end!, _end!) : Line(before, f, start, start)));
    }

    protected override DagVersion? End { set => _end = value; }

    private DagVersion? _end;

    private static string Line(RecordView view, string field, DagVersion at, DagVersion from)
    {
        string inner = view.Child(field) switch
        {
            ReplicatedText text => text.View(at, from).Text,
            ReplicatedCounter counter => counter.View(at, from).Total.ToString(),
            _ => "",
        };
        return $"{field} = {view.Value(field)} {view.Child(field)?.Id.Short} '{inner}' of {string.Join(' ', view.Candidates(field).Select(c => c.Entry.Short))}";
    }

    [Fact]
    public void Writes_of_different_fields_do_not_disturb_each_other_and_one_field_keeps_all_its_candidates()
    {
        var replica = MemoryReplica.Of(RecordPayloads.Create("open"));
        var record = (ReplicatedRecord)replica.Replica.Object!;
        var at = replica.Log.Frontier;
        replica.Append(RecordPayloads.Set(("a", 1), ("b", 1)), at);
        replica.Append(RecordPayloads.Set(("b", 2), ("c", 2)), at);
        var view = record.View(replica.Log.FrontierVersion);
        Assert.Equal(["a", "b", "c"], view.Fields());
        var conflict = Assert.Single(record.Conflicts(replica.Log.FrontierVersion, replica.Log.FrontierVersion));
        Assert.Equal(("b", 2), (conflict.Subject, conflict.Candidates.Count));
        replica.Append(record.Resolve(conflict, 0));
        Assert.Equal(conflict.Candidates[0].Value, record.View(replica.Log.FrontierVersion).Value("b"));
        Assert.Empty(record.Conflicts(replica.Log.FrontierVersion, replica.Log.FrontierVersion));
    }

    [Fact]
    public void Of_two_nested_objects_added_at_once_either_can_be_kept_with_what_was_done_to_it()
    {
        foreach (int choice in (int[])[0, 1])
        {
            var replica = MemoryReplica.Of(RecordPayloads.Create("open"));
            var record = (ReplicatedRecord)replica.Replica.Object!;
            var at = replica.Log.Frontier;
            foreach (string name in (string[])["x", "y"])
            {
                var child = replica.Append(RecordPayloads.Add("count", CounterPayloads.Create(name)), at);
                replica.Append(RecordPayloads.Update(child, CounterPayloads.Add(name == "x" ? 10 : 20)), [child]);
            }
            var conflict = Assert.Single(record.Conflicts(replica.Log.FrontierVersion, replica.Log.FrontierVersion));
            replica.Append(record.Resolve(conflict, choice));
            var counter = Assert.IsType<ReplicatedCounter>(record.View(replica.Log.FrontierVersion).Child("count"));
            Assert.Equal(conflict.Candidates[choice].Entry, counter.Id);
            Assert.Equal(replica.PayloadOf(counter.Id)["element"]!.ToString().Contains("\"x\"", StringComparison.Ordinal) ? 10 : 20, (int)counter.View(replica.Log.FrontierVersion).Total);
        }
    }

    [Fact]
    public void A_conflict_within_nested_objects_is_listed_and_settled_from_the_outermost()
    {
        var replica = MemoryReplica.Of(SetPayloads.Create(new SetOptions { Seed = "set", ContentType = RecordType.Id }));
        var set = (ReplicatedSet)replica.Replica.Object!;
        var record = replica.Append(SetPayloads.Add(RecordPayloads.Create("r")));
        var register = replica.Append(SetPayloads.Update(record, RecordPayloads.Add("state", RegisterPayloads.Create("s"))));
        var at = replica.Log.Frontier;
        foreach (string value in (string[])["x", "y"])
            replica.Append(SetPayloads.Update(record, RecordPayloads.Update(register, RegisterPayloads.Set(value))), at);
        var conflict = Assert.Single(set.Conflicts(replica.Log.FrontierVersion, replica.Log.FrontierVersion));
        Assert.Equal([record, register], conflict.Path);
        replica.Append(set.Resolve(conflict, 0));
        Assert.Empty(set.Conflicts(replica.Log.FrontierVersion, replica.Log.FrontierVersion));
        Assert.True(set.TryGetChild(record, out var child));
        var settled = (ReplicatedRegister)((ReplicatedRecord)child).View(replica.Log.FrontierVersion).Child("state")!;
        Assert.Equal(conflict.Candidates[0].Value, settled.View(replica.Log.FrontierVersion).Value);
    }

    [Fact]
    public void The_schema_is_enforced_at_admission()
    {
        var replica = MemoryReplica.Of(Create);
        foreach (var (operation, why) in ((Literal.Map, string)[])[
            (RecordPayloads.Set(("name", "")), "too short"),
            (RecordPayloads.Set(("name", new string('n', 21))), "too long"),
            (RecordPayloads.Set(("age", 1.5)), "no integer"),
            (RecordPayloads.Set(("age", 151)), "too high"),
            (RecordPayloads.Set(("age", "5")), "no number"),
            (RecordPayloads.Set(("age", 5), ("other", 1)), "not in the schema"),
            (RecordPayloads.Set(("tags", new Literal.Array(1, 2, 3, 4))), "too many"),
            (RecordPayloads.Set(("notes", "text")), "an object is wanted"),
            (RecordPayloads.Remove("name"), "required"),
            (RecordPayloads.Add("notes", CounterPayloads.Create("c")), "another type"),
            (RecordPayloads.Add("age", CounterPayloads.Create("c")), "no object"),
            (RecordPayloads.Add("other", CounterPayloads.Create("c")), "not in the schema")])
        {
            Assert.True(replica.Admit(Entry.Make(operation, replica.Log.Frontier)) is Judgement.Refused, why);
        }
        var type = new RecordType();
        foreach (var (create, why) in ((Literal.Map, string)[])[
            (RecordPayloads.Create("r", null, Rules), "a required field is missing"),
            (RecordPayloads.Create("r", Literal.Map.Of(("name", "ann"), ("age", -1)), Rules), "an initial value is wrong"),
            (RecordPayloads.Create("r", null, new Dictionary<string, FieldRule> { ["f"] = new("date") }), "an unknown field type"),
            (RecordPayloads.Create("r", null, new Dictionary<string, FieldRule> { ["f"] = new("boolean", Max: 1) }), "a bound without a size"),
            (RecordPayloads.Create("r", null, new Dictionary<string, FieldRule> { ["f"] = new("object") }), "an object of no type"),
            (RecordPayloads.Create("r", null, new Dictionary<string, FieldRule> { ["f"] = new("object", true, ContentType: TextType.Id) }), "a required object"),
            (RecordPayloads.Create("r", null, Enumerable.Range(0, 257).ToDictionary(i => $"f{i}", _ => new FieldRule("any"))), "too many rules"),
            (RecordPayloads.Create("r", null, new Dictionary<string, FieldRule> { [""] = new("any") }), "no name")])
        {
            Assert.True(type.CheckCreate(create, TypeRegistry.BuiltIn, null) is not null, why);
        }
        Assert.Null(type.CheckCreate(RecordPayloads.Create("r", Literal.Map.Of(("name", "ann"), ("more", 1)), Rules, isOpen: true), TypeRegistry.BuiltIn, null));
    }

    [Fact]
    public void Names_values_and_counts_have_bounds()
    {
        var replica = MemoryReplica.Of(RecordPayloads.Create("open"));
        var many = Enumerable.Range(0, 65).Select(i => ($"f{i}", (Literal)i)).ToArray();
        string longest = new('n', RecordPayloads.NameUnitsMax);
        foreach (var (operation, why) in ((Literal.Map, string)[])[
            (RecordPayloads.Set(many), "65 fields"),
            (RecordPayloads.Set(), "no field"),
            (RecordPayloads.Set(("", 1)), "no name"),
            (RecordPayloads.Set((longest + "n", 1)), "a long name"),
            (RecordPayloads.Set(("f", new string('x', PayloadValue.BytesMax))), "a long value"),
            (RecordPayloads.Remove(), "nothing to remove"),
            (RecordPayloads.Remove([.. many.Select(m => m.Item1)]), "65 to remove"),
            (RecordPayloads.Remove("f", "f"), "one twice"),
            (RecordPayloads.Add(longest + "n", TextPayloads.Create("t")), "a long name"),
            (RecordPayloads.Add("f", Literal.Map.Of(("action", "create"), ("type", "x/unknown"))), "an unknown type"),
            (RecordPayloads.Add("f", TextPayloads.Create("t").With("more", 1)), "an invalid nested create"),
            (RecordPayloads.Add("f", Literal.Map.Of(("action", "create"), ("type", "hhs-actors/cap_v1"))), "a capability object"),
            (RecordPayloads.Keep("f", replica.Replica.Id), "no child"),
            (RecordPayloads.Update(replica.Replica.Id, CounterPayloads.Add(1)), "no child"),
            (RecordPayloads.Set(("f", 1)).With("more", 1), "a field too many")])
        {
            Assert.True(replica.Admit(Entry.Make(operation, replica.Log.Frontier)) is Judgement.Refused, why);
        }
        replica.Append(RecordPayloads.Set(many[..64]));
        replica.Append(RecordPayloads.Set((longest, 1)));
        var root = replica.Log.Frontier;
        var child = replica.Append(RecordPayloads.Add("c", CounterPayloads.Create("c")), root);
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(RecordPayloads.Update(child, CounterPayloads.Add(1)), root)));
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(RecordPayloads.Update(child, RecordPayloads.Remove("x")), [child])));
        Literal.Map Initial(int count) => Literal.Map.FromPairs([.. Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"f{i}", (Literal)i))]);
        Assert.Null(new RecordType().CheckCreate(RecordPayloads.Create("r", Initial(256)), TypeRegistry.BuiltIn, null));
        Assert.NotNull(new RecordType().CheckCreate(RecordPayloads.Create("r", Initial(257)), TypeRegistry.BuiltIn, null));
    }

    [Fact]
    public void Records_nest_in_records()
    {
        var replica = MemoryReplica.Of(RecordPayloads.Create("outer"));
        var record = (ReplicatedRecord)replica.Replica.Object!;
        var inner = replica.Append(RecordPayloads.Add("inner", RecordPayloads.Create("i")));
        var text = replica.Append(RecordPayloads.Update(inner, RecordPayloads.Add("text", TextPayloads.Create("t"))));
        var child = (ReplicatedRecord)record.View(replica.Log.FrontierVersion).Child("inner")!;
        var notes = (ReplicatedText)child.View(replica.Log.FrontierVersion).Child("text")!;
        Assert.Equal(text, notes.Id);
        replica.Append(RecordPayloads.Update(inner, RecordPayloads.Update(text, TextPayloads.Insert(notes.View(replica.Log.FrontierVersion), 0, "deep"))));
        var reopened = (ReplicatedRecord)replica.Reopen().Replica.Object!;
        var at = reopened.Scope.Log.FrontierVersion;
        var again = (ReplicatedText)((ReplicatedRecord)reopened.View(at).Child("inner")!).View(at).Child("text")!;
        Assert.Equal("deep", again.View(at).Text);
        var delta = reopened.Delta(reopened.Scope.Log.VersionOf(0), at);
        Assert.Equal(["inner"], delta.Fields);
        Assert.Equal(inner, Assert.Single(delta.Children).Key);
    }
}
