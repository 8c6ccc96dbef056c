using System.Numerics;
using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Tests.Contracts;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Counter;

namespace Hhs.Model.Tests.Types.Counter;

public sealed class CounterTests : ReplicatedTypeContract
{
    protected override Literal.Map Create => CounterPayloads.Create("c", 7);

    protected override string[] GuardedOperations => ["add"];

    protected override Literal.Map NextOperation(ReplicatedObject obj, DagVersion at, Random random)
    {
        long amount = random.Next(3) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(-9, 10);
        return CounterPayloads.Add(amount == 0 ? 1 : amount);
    }

    protected override Literal.Map NextCondition(ReplicatedObject obj, DagVersion at, Random random)
    {
        string bound = (((ReplicatedCounter)obj).View(at).Total + random.Next(-9, 10)).ToString();
        return random.Next(2) == 0 ? Literal.Map.Of(("atLeast", bound)) : Literal.Map.Of(("atMost", bound));
    }

    protected override string Observe(ReplicatedObject obj, DagVersion at, DagVersion from) => Text(((ReplicatedCounter)obj).View(at, from));

    protected override string Patch(ReplicatedObject obj, DagVersion start, ObjectDelta delta)
    {
        var (view, change) = (((ReplicatedCounter)obj).View(start), (CounterDelta)delta);
        var byAuthor = view.ByAuthor.Keys.Union(change.ByAuthor.Keys).Order(StringComparer.Ordinal)
            .ToDictionary(a => a, a => view.ByAuthor.GetValueOrDefault(a) + change.ByAuthor.GetValueOrDefault(a));
        return Text(new(view.Total + change.Total, byAuthor));
    }

    private static string Text(CounterView view) =>
        $"{view.Total} of {string.Join(' ', view.ByAuthor.Where(a => !a.Value.IsZero).Select(a => $"{a.Key[..6]}={a.Value}"))}";

    [Fact]
    public void The_same_increment_of_two_writers_counts_twice_if_they_say_that_it_is_not_one()
    {
        var replica = MemoryReplica.Of(CounterPayloads.Create("c"));
        var start = replica.Log.Frontier;
        foreach (string nonce in (string[])["a", "b", new('c', GuardedObject.NonceUnitsMax)])
            replica.Append(CounterPayloads.Add(1).With(GuardedObject.Nonce, nonce), start);
        Assert.Equal(3, Total(replica));
        foreach (Literal bad in (Literal[])[1d, new string('c', GuardedObject.NonceUnitsMax + 1)])
            Assert.IsType<Judgement.Refused>(replica.Replica.Admit(Entry.Make(CounterPayloads.Add(1).With(GuardedObject.Nonce, bad), start)));
    }

    [Fact]
    public void The_sum_is_exact_beyond_64_bits()
    {
        var replica = MemoryReplica.Of(CounterPayloads.Create("big", long.MaxValue));
        for (int i = 0; i < 1000; i++) replica.Append(CounterPayloads.Add(long.MaxValue));
        Assert.Equal(new BigInteger(long.MaxValue) * 1001, Total(replica));
        for (int i = 0; i < 2002; i++) replica.Append(CounterPayloads.Add(long.MinValue));
        Assert.Equal((new BigInteger(long.MaxValue) * 1001) + (new BigInteger(long.MinValue) * 2002), Total(replica));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("+5")]
    [InlineData("05")]
    [InlineData(" 5")]
    [InlineData("5.0")]
    [InlineData("")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("\u0665")]
    public void An_amount_has_one_spelling_and_64_bits(string amount)
    {
        var replica = MemoryReplica.Of(CounterPayloads.Create("c"));
        var add = Literal.Map.Of(("action", "add"), ("amount", amount));
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(add, replica.Log.Frontier)));
        Assert.NotNull(new CounterType().CheckCreate(CounterPayloads.Create("c").With("initial", amount), TypeRegistry.BuiltIn, null));
    }

    [Fact]
    public void An_amount_is_text_and_nothing_stands_beside_it()
    {
        var replica = MemoryReplica.Of(CounterPayloads.Create("c"));
        foreach (var operation in (Literal.Map[])[Literal.Map.Of(("action", "add"), ("amount", 5)), CounterPayloads.Add(5).With("more", true), Literal.Map.Of(("action", "sub"), ("amount", "5"))])
            Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(operation, replica.Log.Frontier)));
        Assert.IsType<Judgement.Admitted>(replica.Admit(Entry.Make(CounterPayloads.Add(long.MinValue), replica.Log.Frontier)));
        Assert.Throws<ArgumentException>(() => CounterPayloads.Add(0));
    }

    [Fact]
    public void A_seed_has_at_most_1024_units()
    {
        Assert.Null(new CounterType().CheckCreate(CounterPayloads.Create(new string('s', 1024)), TypeRegistry.BuiltIn, null));
        Assert.NotNull(new CounterType().CheckCreate(CounterPayloads.Create(new string('s', 1025)), TypeRegistry.BuiltIn, null));
    }

    private static BigInteger Total(MemoryReplica replica) =>
        ((ReplicatedCounter)replica.Replica.Object!).View(replica.Log.FrontierVersion).Total;
}
