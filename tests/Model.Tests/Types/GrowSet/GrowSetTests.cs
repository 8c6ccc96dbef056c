using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Tests.Contracts;
using Hhs.Model.Types;
using Hhs.Model.Types.GrowSet;

namespace Hhs.Model.Tests.Types.GrowSet;

public sealed class GrowSetTests : ReplicatedTypeContract
{
    protected override Literal.Map Create => GrowSetPayloads.Create("g", 3, 1000);

    protected override string[] GuardedOperations => ["add"];

    protected override Literal.Map NextOperation(ReplicatedObject obj, DagVersion at, Random random) =>
        GrowSetPayloads.Add([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (Literal)random.Next(40))]);

    protected override Literal.Map NextCondition(ReplicatedObject obj, DagVersion at, Random random) =>
        Literal.Map.Of((random.Next(2) == 0 ? "has" : "lacks", random.Next(40)));

    protected override string Observe(ReplicatedObject obj, DagVersion at, DagVersion from)
    {
        var view = ((ReplicatedGrowSet)obj).View(at, from);
        Assert.Equal(view.ElementHashes(), view.Elements().Select(CanonicalJson.Hash));
        return string.Join(' ', view.ElementHashes());
    }

    protected override string Patch(ReplicatedObject obj, DagVersion start, ObjectDelta delta)
    {
        var changed = (GrowSetDelta)delta;
        return string.Join(' ', ((ReplicatedGrowSet)obj).View(start).ElementHashes().Except(changed.Removed).Concat(changed.Added).Order());
    }

    [Fact]
    public void An_add_has_1_to_1024_elements()
    {
        var replica = MemoryReplica.Of(GrowSetPayloads.Create("g"));
        Literal[] many = [.. Enumerable.Range(0, 1025).Select(i => (Literal)i)];
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(GrowSetPayloads.Add(many), replica.Log.Frontier)));
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(GrowSetPayloads.Add(), replica.Log.Frontier)));
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(GrowSetPayloads.Add(new string('x', PayloadValue.BytesMax)), replica.Log.Frontier)));
        Assert.IsType<Judgement.Admitted>(replica.Admit(Entry.Make(GrowSetPayloads.Add(many[..1024]), replica.Log.Frontier)));
        Assert.NotNull(new GrowSetType().CheckCreate(GrowSetPayloads.Create("g", many), TypeRegistry.BuiltIn, null));
        Assert.True(((ReplicatedGrowSet)replica.Replica.Object!).View(replica.Log.FrontierVersion).Has(1023));
    }
}
