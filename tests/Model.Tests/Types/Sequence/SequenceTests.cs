using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Tests.Contracts;
using Hhs.Model.Types;
using Hhs.Model.Types.Sequence;

namespace Hhs.Model.Tests.Types.Sequence;

public sealed class SequenceTests : ReplicatedTypeContract
{
    protected override Literal.Map Create => SequencePayloads.Create("s");

    protected override string[] GuardedOperations => ["insert", "delete", "move"];

    protected override Literal.Map NextOperation(ReplicatedObject obj, DagVersion at, Random random)
    {
        var view = ((ReplicatedSequence)obj).View(at);
        if (view.Count > 0 && random.Next(3) == 0) return SequencePayloads.Move(view, random.Next(view.Count), random.Next(view.Count + 1));
        if (view.Count > 0 && random.Next(4) == 0)
        {
            int index = random.Next(view.Count);
            return SequencePayloads.Delete(view, index, random.Next(1, Math.Min(4, view.Count - index + 1)))[0];
        }
        return SequencePayloads.Insert(view, random.Next(view.Count + 1), [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => (Literal)random.Next(1_000_000))]);
    }

    protected override Literal.Map NextCondition(ReplicatedObject obj, DagVersion at, Random random)
    {
        var view = ((ReplicatedSequence)obj).View(at);
        if (random.Next(2) == 0) return Literal.Map.Of(("length", Literal.Map.Of((random.Next(2) == 0 ? "min" : "max", Math.Max(0, view.Count + random.Next(-2, 3))))));
        int index = random.Next(view.Count + 1);
        return Literal.Map.Of(("elementAt", Literal.Map.Of(("index", index), ("value", index < view.Count ? view[index] : 1))));
    }

    protected override string Observe(ReplicatedObject obj, DagVersion at, DagVersion from)
    {
        var view = ((ReplicatedSequence)obj).View(at, from);
        string items = string.Join(' ', view.Items());
        Assert.Equal(items, string.Join(' ', Enumerable.Range(0, view.Count).Select(i => view[i])));
        for (int i = 0; i < view.Count; i += 3)
        {
            Assert.True(view.TryIndexOf(view.ElementAt(i), out int index));
            Assert.Equal(i, index);
        }
        Assert.Equal(view.Count, Enumerable.Range(0, view.Count).Select(view.ElementAt).Distinct().Count());
        return items;
    }

    protected override string Patch(ReplicatedObject obj, DagVersion start, ObjectDelta delta)
    {
        var items = ((ReplicatedSequence)obj).View(start).Items().ToList();
        foreach (var (index, removed, inserted) in ((SequenceDelta)delta).Splices.Reverse())
        {
            items.RemoveRange(index, removed);
            items.InsertRange(index, inserted);
        }
        return string.Join(' ', items);
    }

    [Theory, MemberData(nameof(NaiveSeeds))]
    public void It_shows_what_a_literal_reading_of_the_rules_shows(int seed)
    {
        var history = Generate(seed, operations: 150);
        var random = new Random(seed * 53);
        var replica = history.Replicas[0];
        Deliver(history.Entries, replica, random);
        var sequence = (ReplicatedSequence)replica.Replica.Object!;
        for (int i = 0; i < 20; i++)
        {
            var at = i == 0 ? replica.Log.FrontierVersion : history.RandomVersion(replica, random);
            Assert.Equal(NaiveSequence.Items(replica, at), sequence.View(at).Items());
        }
    }

    public static TheoryData<int> NaiveSeeds => [.. Enumerable.Range(1, 40)];

    [Fact]
    public void An_element_moved_by_two_is_in_one_place_and_the_conflict_can_be_settled_either_way()
    {
        foreach (int choice in (int[])[0, 1])
        {
            var replica = MemoryReplica.Of(SequencePayloads.Create("s"));
            var sequence = (ReplicatedSequence)replica.Replica.Object!;
            replica.Append(SequencePayloads.Insert(sequence.View(replica.Log.FrontierVersion), 0, "a", "b", "c", "d"));
            var (at, view) = (replica.Log.Frontier, sequence.View(replica.Log.FrontierVersion));
            var toFront = replica.Append(SequencePayloads.Move(view, 2, 0), at);
            var toEnd = replica.Append(SequencePayloads.Move(view, 2, 4), at);
            string Items() => string.Concat(sequence.View(replica.Log.FrontierVersion).Items().Select(i => ((Literal.String)i).Value));
            Assert.Equal(toFront < toEnd ? "abdc" : "cabd", Items());

            var conflict = Assert.Single(sequence.Conflicts(replica.Log.FrontierVersion, replica.Log.FrontierVersion));
            replica.Append(sequence.Resolve(conflict, choice));
            Assert.Equal(conflict.Candidates[choice].Entry == toEnd ? "abdc" : "cabd", Items());
            Assert.Empty(sequence.Conflicts(replica.Log.FrontierVersion, replica.Log.FrontierVersion));
        }
    }

    [Fact]
    public void A_deleted_element_stays_deleted_when_it_is_moved_concurrently()
    {
        var replica = MemoryReplica.Of(SequencePayloads.Create("s"));
        var sequence = (ReplicatedSequence)replica.Replica.Object!;
        replica.Append(SequencePayloads.Insert(sequence.View(replica.Log.FrontierVersion), 0, "a", "b", "c"));
        var (at, view) = (replica.Log.Frontier, sequence.View(replica.Log.FrontierVersion));
        replica.Append(SequencePayloads.Move(view, 0, 3), at);
        Assert.Equal(["b", "c", "a"], sequence.View(replica.Log.FrontierVersion).Items());
        replica.Append(SequencePayloads.Delete(view, 0, 1)[0], at);
        Assert.Equal(["b", "c"], sequence.View(replica.Log.FrontierVersion).Items());
    }

    [Fact]
    public void An_insert_has_1_to_1024_items()
    {
        var replica = MemoryReplica.Of(SequencePayloads.Create("s"));
        var sequence = (ReplicatedSequence)replica.Replica.Object!;
        Literal[] many = [.. Enumerable.Range(0, 1025).Select(i => (Literal)i)];
        var most = SequencePayloads.Insert(sequence.View(replica.Log.FrontierVersion), 0, many[..1024]);
        Assert.Throws<ArgumentException>(() => SequencePayloads.Insert(sequence.View(replica.Log.FrontierVersion), 0, many));
        foreach (var items in (Literal[])[new Literal.Array(many), new Literal.Array(), "text", new Literal.Array(new string('x', PayloadValue.BytesMax))])
            Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(most.With("items", items), replica.Log.Frontier)));
        var entry = replica.Append(most);
        foreach (var operation in (Literal.Map[])[
            SequencePayloads.Move(new(entry, 1024), new(null, TreeSide.Right)),
            SequencePayloads.Move(new(entry, 0), new(new(entry, 5), TreeSide.Right)),
            SequencePayloads.Move(new(replica.Replica.Id, 0), new(null, TreeSide.Right))])
        {
            Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(operation, replica.Log.Frontier)));
        }
        var move = replica.Append(SequencePayloads.Move(new(entry, 3), new(new(entry, 1023), TreeSide.Right)));
        // The spot of a move has a place in the order, and is no element.
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(SequencePayloads.Move(new(move, 0), new(null, TreeSide.Right)), replica.Log.Frontier)));
        Assert.IsType<Judgement.Admitted>(replica.Admit(Entry.Make(SequencePayloads.Move(new(entry, 4), new(new(move, 0), TreeSide.Right)), replica.Log.Frontier)));
        Assert.Equal([3, 4], sequence.View(replica.Log.FrontierVersion).Items().TakeLast(2).Select(i => ((Literal.Number)i).Value));
    }
}

/// <summary>docs/types/sequence.md read literally: the tree of what a version holds, walked in order by recursion.</summary>
internal static class NaiveSequence
{
    public static List<Literal> Items(MemoryReplica replica, DagVersion at)
    {
        var log = replica.Log;
        var children = new Dictionary<(string Parent, string Side), List<ContentHash>>();
        var operations = log.EntriesIn(at).Select(e => (Hash: log.HashOf(e), Payload: replica.PayloadOf(log.HashOf(e)))).ToDictionary(o => o.Hash, o => o.Payload);
        var deleted = new HashSet<string>();
        foreach (var (hash, payload) in operations)
        {
            if (payload.Text("action") is "insert" or "move")
            {
                string parent = ElementId.TryRead(payload["parent"], out var id) ? id.ToString() : "root";
                if (!children.TryGetValue((parent, payload.Text("side")!), out var list)) children.Add((parent, payload.Text("side")!), list = []);
                list.Add(hash);
            }
            if (payload.Text("action") != "delete") continue;
            foreach (var (entry, ranges) in ((Literal.Map)payload["elements"]!).Entries)
            {
                int[] numbers = [.. ((Literal.Array)ranges).Items.ToArray().Select(n => (int)((Literal.Number)n).Value)];
                for (int i = 0; i < numbers.Length; i += 2)
                {
                    for (int k = 0; k < numbers[i + 1]; k++) deleted.Add(new ElementId(ContentHash.Parse(entry), numbers[i] + k).ToString());
                }
            }
        }
        var shownAt = new Dictionary<string, ContentHash>();
        foreach (var moved in operations.Where(o => o.Value.Text("action") == "move").GroupBy(o => Element(o.Value).ToString()))
        {
            var maximal = moved.Where(m => !moved.Any(other => other.Key != m.Key && Below(m.Key, other.Key)));
            shownAt[moved.Key] = maximal.Max(m => m.Key);
        }

        var items = new List<Literal>();
        foreach (var run in Children("root", "R")) Walk(run);
        return items;

        void Walk(ContentHash entry)
        {
            var payload = operations[entry];
            bool isMove = payload.Text("action") == "move";
            var run = isMove ? [] : ((Literal.Array)payload["items"]!).Items.ToArray();
            int length = isMove ? 1 : run.Length;
            for (int offset = 0; offset < length; offset++)
            {
                string own = new ElementId(entry, offset).ToString();
                foreach (var child in Children(own, "L")) Walk(child);
                var element = isMove ? Element(payload) : new ElementId(entry, offset);
                bool isHere = shownAt.TryGetValue(element.ToString(), out var spot) ? spot == entry : !isMove;
                if (isHere && !deleted.Contains(element.ToString())) items.Add(((Literal.Array)operations[element.Entry]["items"]!).Items[element.Offset]);
                foreach (var child in Children(own, "R")) Walk(child);
            }
        }

        IEnumerable<ContentHash> Children(string parent, string side) => children.TryGetValue((parent, side), out var list) ? list.Order() : [];

        bool Below(ContentHash lower, ContentHash upper)
        {
            Assert.True(log.TryIndex(lower, out int x));
            Assert.True(log.TryIndex(upper, out int y));
            return log.EntriesIn(log.VersionOf(y)).Contains(x);
        }

        static ElementId Element(Literal.Map move) => ElementId.TryRead(move["element"], out var id) ? id : throw new InvalidOperationException();
    }
}
