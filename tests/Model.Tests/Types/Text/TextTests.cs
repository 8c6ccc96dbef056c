using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Tests.Contracts;
using Hhs.Model.Types;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Text;

namespace Hhs.Model.Tests.Types.Text;

public sealed class TextTests : ReplicatedTypeContract
{
    protected override Literal.Map Create => TextPayloads.Create("t");

    protected override string[] GuardedOperations => ["insert", "delete"];

    protected override Literal.Map NextOperation(ReplicatedObject obj, DagVersion at, Random random)
    {
        var view = ((ReplicatedText)obj).View(at);
        int index = Whole(view, random.Next(view.Count + 1));
        if (view.Count > 0 && random.Next(3) == 0)
        {
            int end = Whole(view, Math.Min(view.Count, index + random.Next(1, 6)));
            if (end > index) return TextPayloads.Delete(view, index, end - index)[0];
        }
        string text = string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => random.Next(9) == 0 ? "\ud83d\ude00" : ((char)('a' + random.Next(26))).ToString()));
        return TextPayloads.Insert(view, index, text);
    }

    protected override Literal.Map NextCondition(ReplicatedObject obj, DagVersion at, Random random)
    {
        var view = ((ReplicatedText)obj).View(at);
        if (random.Next(2) == 0) return Literal.Map.Of(("length", Literal.Map.Of((random.Next(2) == 0 ? "min" : "max", Math.Max(0, view.Count + random.Next(-2, 3))))));
        int index = Whole(view, random.Next(view.Count + 1)), end = Whole(view, Math.Min(view.Count, index + 3));
        return Literal.Map.Of(("elementAt", Literal.Map.Of(("index", index), ("value", end > index ? view.Substring(index, end - index) : "x"))));
    }

    protected override string Observe(ReplicatedObject obj, DagVersion at, DagVersion from)
    {
        var view = ((ReplicatedText)obj).View(at, from);
        string text = view.Text;
        Assert.Equal(text.Length, view.Count);
        for (int i = 0; i < text.Length; i += 7)
        {
            Assert.Equal(text[i], view[i]);
            Assert.True(view.TryIndexOf(view.ElementAt(i), out int index));
            Assert.Equal(i, index);
        }
        return text;
    }

    protected override string Patch(ReplicatedObject obj, DagVersion start, ObjectDelta delta)
    {
        string text = ((ReplicatedText)obj).View(start).Text;
        foreach (var (index, removed, inserted) in ((TextDelta)delta).Splices.Reverse()) text = text.Remove(index, removed).Insert(index, inserted);
        return text;
    }

    private static int Whole(TextView view, int index) => index > 0 && index < view.Count && char.IsLowSurrogate(view[index]) ? index - 1 : index;

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    public void Runs_typed_concurrently_at_one_place_stay_whole(bool backward, int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 20; round++)
        {
            var replica = MemoryReplica.Of(TextPayloads.Create($"n{round}"));
            var text = (ReplicatedText)replica.Replica.Object!;
            var bases = replica.Append(TextPayloads.Insert(text.View(replica.Log.FrontierVersion), 0, "<>"));
            string[] runs = ["abcdefgh", "ABCDEFGH", "01234567"];
            foreach (string run in runs)
            {
                // Each writer types alone on what all had seen, one character or a few at a time.
                var tip = bases;
                int typed = 0;
                while (typed < run.Length)
                {
                    int take = Math.Min(run.Length - typed, random.Next(1, 4));
                    var view = text.View(replica.Version(tip));
                    string piece = backward ? run[(run.Length - typed - take)..(run.Length - typed)] : run[typed..(typed + take)];
                    tip = replica.Append(TextPayloads.Insert(view, backward ? 1 : 1 + typed, piece), [tip]);
                    typed += take;
                }
            }
            string merged = text.View(replica.Log.FrontierVersion).Text;
            Assert.Equal(26, merged.Length);
            Assert.All(runs, run => Assert.Contains(run, merged));
        }
    }

    [Fact]
    public void A_cursor_stays_with_its_character_through_edits_and_falls_to_its_place_when_it_is_deleted()
    {
        var replica = MemoryReplica.Of(TextPayloads.Create("t"));
        var text = (ReplicatedText)replica.Replica.Object!;
        TextView Now() => text.View(replica.Log.FrontierVersion);
        replica.Append(TextPayloads.Insert(Now(), 0, "hello world"));
        var after = Now().CursorAt(5);
        var before = Now().CursorAt(6, stickToNext: true);
        replica.Append(TextPayloads.Insert(Now(), 5, ", dear"));
        Assert.Equal((5, 12), (Now().IndexOf(after), Now().IndexOf(before)));
        replica.Append(TextPayloads.Delete(Now(), 3, 4)[0]);
        Assert.Equal("heldear world", Now().Text.Replace(" dear", "dear", StringComparison.Ordinal));
        Assert.Equal(3, Now().IndexOf(after));
        Assert.Equal((0, Now().Count), (Now().IndexOf(SequenceCursor.Start), Now().IndexOf(SequenceCursor.End)));
        Assert.True(ElementId.TryParse(after.Element.ToString(), out var parsed));
        Assert.Equal(after.Element, parsed);
    }

    [Fact]
    public void A_view_keeps_what_it_shows_when_the_log_grows()
    {
        var replica = MemoryReplica.Of(TextPayloads.Create("t"));
        var text = (ReplicatedText)replica.Replica.Object!;
        replica.Append(TextPayloads.Insert(text.View(replica.Log.FrontierVersion), 0, "one"));
        var view = text.View(replica.Version([.. replica.Log.Frontier]));
        Assert.Equal("one", view.Text);
        replica.Append(TextPayloads.Insert(view, 3, " two"));
        Assert.Equal("one two", text.View(replica.Log.FrontierVersion).Text);
        Assert.Equal(("one", 3, "e"), (view.Text, view.Count, view.Substring(2, 1)));
    }

    [Fact]
    public void A_surrogate_pair_is_never_split()
    {
        var replica = MemoryReplica.Of(TextPayloads.Create("t"));
        var text = (ReplicatedText)replica.Replica.Object!;
        var pair = replica.Append(TextPayloads.Insert(text.View(replica.Log.FrontierVersion), 0, "a\ud83d\ude00b"));
        var view = text.View(replica.Log.FrontierVersion);
        Assert.Throws<ArgumentException>(() => TextPayloads.Insert(view, 2, "x"));
        Assert.Throws<ArgumentException>(() => TextPayloads.Delete(view, 1, 1));
        foreach (var operation in (Literal.Map[])[
            Literal.Map.Of(("action", "insert"), ("parent", new ElementId(pair, 2).ToLiteral()), ("side", "L"), ("text", "x")),
            Deletion(pair.ToString(), 1, 1), Deletion(pair.ToString(), 2, 2)])
        {
            Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(operation, replica.Log.Frontier)));
        }
        replica.Append(TextPayloads.Delete(view, 1, 2)[0]);
        Assert.Equal("ab", text.View(replica.Log.FrontierVersion).Text);
    }

    [Fact]
    public void An_insert_has_1_to_65536_units_and_an_anchor_in_its_history()
    {
        var replica = MemoryReplica.Of(TextPayloads.Create("t"));
        var text = (ReplicatedText)replica.Replica.Object!;
        var root = replica.Log.Frontier;
        var one = replica.Append(TextPayloads.Insert(text.View(replica.Log.FrontierVersion), 0, new string('x', TextPayloads.UnitsMax)), root);
        var concurrent = replica.Append(Insert(null, "R", "y"), root);
        foreach (var (operation, why) in ((Literal.Map, string)[])[
            (Insert(null, "R", ""), "empty"),
            (Insert(null, "R", new string('x', TextPayloads.UnitsMax + 1)), "too long"),
            (Insert(null, "L", "x"), "left of the root"),
            (Insert(new(one, TextPayloads.UnitsMax), "L", "x"), "offset too high"),
            (Insert(new(one, 0), "R", "x"), "right child within a run"),
            (Insert(new(concurrent, 0), "R", "x"), "concurrent"),
            (Insert(new(replica.Replica.Id, 0), "R", "x"), "the create entry"),
            (Insert(new(one, 0), "X", "x"), "no side"),
            (Insert(new(one, 0), "L", "x").With("more", 1), "more fields"),
            (Insert(new(one, 0), "L", "x").With("parent", new Literal.Array(one.ToString(), 0.5)), "half an offset"),
            (Insert(new(one, 0), "L", "x").With("text", 5), "no text"),
            (SequencePayloads.Move(new(one, 0), new(null, TreeSide.Right)), "texts have no moves"),
            (Deletion(concurrent.ToString(), 0, 1), "delete of a concurrent"),
            (Deletion(one.ToString(), 0, TextPayloads.UnitsMax + 1), "delete too long"),
            (Deletion(one.ToString(), 0, 0), "delete of nothing"),
            (Deletion(one.ToString(), 0, 2, 1, 2), "delete that overlaps"),
            (Deletion(one.ToString(), 5, 1, 1, 1), "delete that descends"),
            (Deletion(one.ToString(), 0, 1, 2), "delete with half a range"),
            (Deletion("nobody", 0, 1), "delete of no hash"),
            (Literal.Map.Of(("action", "delete"), ("elements", Literal.Map.Empty)), "delete of no entry")])
        {
            Assert.True(replica.Admit(Entry.Make(operation, [one])) is Judgement.Refused, why);
        }
        Assert.IsType<Judgement.Admitted>(replica.Admit(Entry.Make(Insert(new(one, TextPayloads.UnitsMax - 1), "R", "x"), [one])));
        Assert.IsType<Judgement.Admitted>(replica.Admit(Entry.Make(Deletion(one.ToString(), 0, 1, 3, TextPayloads.UnitsMax - 3), [one])));
    }

    [Fact]
    public void A_delete_names_at_most_1024_entries_and_64_ranges_of_each()
    {
        var replica = MemoryReplica.Of(TextPayloads.Create("t"));
        var text = (ReplicatedText)replica.Replica.Object!;
        var one = replica.Append(Insert(null, "R", new string('x', 200)));
        double[] ranges = [.. Enumerable.Range(0, 65).SelectMany(i => new double[] { 2 * i, 1 })];
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(Deletion(one.ToString(), ranges), replica.Log.Frontier)));
        Assert.IsType<Judgement.Admitted>(replica.Admit(Entry.Make(Deletion(one.ToString(), ranges[..128]), replica.Log.Frontier)));

        for (int i = 0; i < 1100; i++) replica.Append(TextPayloads.Insert(text.View(replica.Log.FrontierVersion), 0, "y"));
        var view = text.View(replica.Log.FrontierVersion);
        var payloads = TextPayloads.Delete(view, 0, view.Count);
        Assert.Equal(2, payloads.Count);
        var (first, second) = ((Literal.Map)payloads[0]["elements"]!, (Literal.Map)payloads[1]["elements"]!);
        var tooMany = Literal.Map.FromPairs([.. first.Entries, second.Entries[^1]]);
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(payloads[0].With("elements", tooMany), replica.Log.Frontier)));
        foreach (var payload in payloads) replica.Append(payload);
        Assert.Equal("", text.View(replica.Log.FrontierVersion).Text);
    }

    [Fact]
    public void Thousands_of_concurrent_inserts_at_one_place_stand_in_the_order_of_their_hashes()
    {
        var replica = MemoryReplica.Of(TextPayloads.Create("t"));
        var root = replica.Log.Frontier;
        var inserts = Enumerable.Range(0, 4000).Select(i => (Text: $"[{i}]", Hash: replica.Append(Insert(null, "R", $"[{i}]"), root))).ToList();
        var text = (ReplicatedText)replica.Replica.Object!;
        Assert.Equal(string.Concat(inserts.OrderBy(i => i.Hash).Select(i => i.Text)), text.View(replica.Log.FrontierVersion).Text);
    }

    [Fact]
    public void A_deep_chain_made_to_slow_siblings_down_is_walked_within_seconds()
    {
        // Typed backward, each character is a left child of the one before: the walk to the edge of the subtree is the whole chain.
        var replica = MemoryReplica.Of(TextPayloads.Create("t"));
        var text = (ReplicatedText)replica.Replica.Object!;
        var stem = replica.Append(Insert(null, "R", "."));
        var top = replica.Append(Insert(new(stem, 0), "L", "x"), [stem]);
        var tip = top;
        for (int i = 0; i < 20_000; i++) tip = replica.Append(Insert(new(tip, 0), "L", "x"), [tip]);
        for (int i = 0; i < 1000; i++) replica.Append(Insert(new(stem, 0), "L", $"<{i}>"), [stem]);
        var watch = ThreadTime.Start();
        string shown = text.View(replica.Log.FrontierVersion).Text;
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
        Assert.Equal(20_002, shown.Count(c => c is 'x' or '.'));
        Assert.Contains(new string('x', 20_001), shown);
        Assert.EndsWith(".", shown, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(NaiveSeeds))]
    public void Edits_by_one_writer_are_those_of_a_plain_string(int seed)
    {
        var random = new Random(seed);
        var replica = MemoryReplica.Of(TextPayloads.Create("t"));
        var text = (ReplicatedText)replica.Replica.Object!;
        string expected = "";
        for (int i = 0; i < 400; i++)
        {
            var view = text.View(replica.Log.FrontierVersion);
            int index = random.Next(expected.Length + 1);
            if (expected.Length > 0 && random.Next(3) == 0)
            {
                index = random.Next(expected.Length);
                int count = random.Next(1, Math.Min(20, expected.Length - index) + 1);
                foreach (var payload in TextPayloads.Delete(view, index, count)) replica.Append(payload);
                expected = expected.Remove(index, count);
            }
            else
            {
                string typed = new((char)('a' + random.Next(26)), random.Next(1, 12));
                replica.Append(TextPayloads.Insert(view, index, typed));
                expected = expected.Insert(index, typed);
            }
            Assert.True(expected == text.View(replica.Log.FrontierVersion).Text, $"seed {seed}, edit {i}");
        }
        var now = text.View(replica.Log.FrontierVersion);
        Assert.Equal(expected.Substring(expected.Length / 3, expected.Length / 3), now.Substring(expected.Length / 3, expected.Length / 3));
    }

    public static TheoryData<int> NaiveSeeds => [.. Enumerable.Range(1, 20)];

    private static Literal.Map Insert(ElementId? parent, string side, string text)
    {
        var insert = Literal.Map.Of(("action", "insert"), ("side", side), ("text", text));
        return parent is { } id ? insert.With("parent", id.ToLiteral()) : insert;
    }

    private static Literal.Map Deletion(string entry, params ReadOnlySpan<double> ranges) => Literal.Map.Of(
        ("action", "delete"), ("elements", Literal.Map.Of((entry, new Literal.Array([.. ranges.ToArray().Select(n => (Literal)n)])))));
}
