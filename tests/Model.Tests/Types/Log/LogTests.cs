using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Tests.Contracts;
using Hhs.Model.Types;
using Hhs.Model.Types.Log;

namespace Hhs.Model.Tests.Types.Log;

public sealed class LogTests : ReplicatedTypeContract
{
    protected override Literal.Map Create => LogPayloads.Create("l");

    protected override string[] GuardedOperations => ["append"];

    protected override Literal.Map NextOperation(ReplicatedObject obj, DagVersion at, Random random) => LogPayloads.Append(random.Next(1_000_000));

    protected override Literal.Map NextCondition(ReplicatedObject obj, DagVersion at, Random random) =>
        Literal.Map.Of(("length", Literal.Map.Of((random.Next(2) == 0 ? "min" : "max", Math.Max(0, ((ReplicatedLog)obj).View(at).Count + random.Next(-1, 3))))));

    protected override string Observe(ReplicatedObject obj, DagVersion at, DagVersion from)
    {
        var view = ((ReplicatedLog)obj).View(at, from);
        Assert.Equal(view.Count, view.All().Count());
        return string.Join(' ', view.All().Select(r => r.Value));
    }

    protected override string Patch(ReplicatedObject obj, DagVersion start, ObjectDelta delta)
    {
        var changed = (LogDelta)delta;
        var records = ((ReplicatedLog)obj).View(start).All().ToList();
        foreach (var (index, record) in changed.Removed.Reverse())
        {
            Assert.Equal(record, records[index]);
            records.RemoveAt(index);
        }
        foreach (var (index, record) in changed.Added) records.Insert(index, record);
        return string.Join(' ', records.Select(r => r.Value));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void What_was_seen_comes_before_what_answers_it(int seed, bool guarded)
    {
        var history = Generate(seed, guarded);
        var replica = history.Replicas[0];
        Deliver(history.Entries, replica, new Random(seed));
        var order = ((ReplicatedLog)replica.Replica.Object!).View(replica.Log.FrontierVersion).All().Select((r, i) => (r.Entry, i)).ToDictionary(p => p.Entry, p => p.i);
        foreach (var entry in history.Entries.Where(e => order.ContainsKey(e.Hash)))
        {
            foreach (var prev in entry.Header.PrevEntryHashes.Where(order.ContainsKey)) Assert.True(order[prev] < order[entry.Hash], $"seed {seed}");
        }
    }

    [Fact]
    public void A_page_is_a_part_of_all()
    {
        var replica = MemoryReplica.Of(LogPayloads.Create("l"));
        for (int i = 0; i < 50; i++) replica.Append(LogPayloads.Append(i));
        var view = ((ReplicatedLog)replica.Replica.Object!).View(replica.Log.FrontierVersion);
        Assert.Equal([20, 21, 22], view.Page(20, 3).Select(r => ((Literal.Number)r.Value).Value));
        Assert.Equal(5, view.Page(45, 100).Count());
    }

    [Fact]
    public void A_record_has_at_most_65536_bytes()
    {
        var replica = MemoryReplica.Of(LogPayloads.Create("l"));
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(LogPayloads.Append(new string('x', PayloadValue.BytesMax - 1)), replica.Log.Frontier)));
        Assert.IsType<Judgement.Admitted>(replica.Admit(Entry.Make(LogPayloads.Append(new string('x', PayloadValue.BytesMax - 2)), replica.Log.Frontier)));
    }
}
