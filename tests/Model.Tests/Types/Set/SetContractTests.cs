using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Tests.Contracts;
using Hhs.Model.Types;
using Hhs.Model.Types.Set;

namespace Hhs.Model.Tests.Types.Set;

/// <summary>The original's set under the contract of all types, with each kind of barrier and without.</summary>
public abstract class SetContractTests : ReplicatedTypeContract
{
    public static new TheoryData<int, bool> Seeds => SeedsOf(false);

    protected abstract SetOptions Options { get; }

    protected override Literal.Map Create => SetPayloads.Create(Options);

    protected override Literal.Map NextOperation(ReplicatedObject obj, DagVersion at, Random random)
    {
        Literal element = random.Next(12);
        if (random.Next(2) == 0) return SetPayloads.Add(element, Options.SupportBarrierAdd is null ? null : random.Next(3) == 0);
        return SetPayloads.Delete(CanonicalJson.Hash(element), Options.SupportBarrierDelete is null ? null : random.Next(3) == 0);
    }

    protected override Literal.Map NextCondition(ReplicatedObject obj, DagVersion at, Random random) =>
        Literal.Map.Of((random.Next(2) == 0 ? "has" : "lacks", random.Next(12)));

    protected override string Observe(ReplicatedObject obj, DagVersion at, DagVersion from) =>
        string.Join(' ', ((ReplicatedSet)obj).View(at, from).ElementHashes());

    protected override string Patch(ReplicatedObject obj, DagVersion start, ObjectDelta delta)
    {
        var changed = (SetDelta)delta;
        return string.Join(' ', ((ReplicatedSet)obj).View(start).ElementHashes().Except(changed.Removed).Concat(changed.Added).Order());
    }
}

public sealed class PlainSetContractTests : SetContractTests
{
    protected override SetOptions Options => new() { Seed = "plain", InitialElements = ["a"], AcceptRedundantDelete = true };
}

public sealed class BarrierDeleteSetContractTests : SetContractTests
{
    protected override SetOptions Options => new() { Seed = "delete", AcceptRedundantDelete = true, SupportBarrierDelete = true };
}

public sealed class BarrierAddSetContractTests : SetContractTests
{
    protected override SetOptions Options => new() { Seed = "add", AcceptRedundantDelete = true, SupportBarrierAdd = true };
}
