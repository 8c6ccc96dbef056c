using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Tests.Contracts;
using Hhs.Model.Types;
using Hhs.Model.Types.Register;

namespace Hhs.Model.Tests.Types.Register;

public sealed class RegisterTests : ReplicatedTypeContract
{
    protected override Literal.Map Create => RegisterPayloads.Create("r", "first");

    protected override string[] GuardedOperations => ["set", "clear"];

    protected override Literal.Map NextOperation(ReplicatedObject obj, DagVersion at, Random random) =>
        random.Next(6) == 0 ? RegisterPayloads.Clear : RegisterPayloads.Set(random.Next(100));

    protected override Literal.Map NextCondition(ReplicatedObject obj, DagVersion at, Random random) => random.Next(4) switch
    {
        0 => Literal.Map.Of(("present", true)),
        1 => Literal.Map.Of(("absent", true)),
        _ => Literal.Map.Of(("equals", ((ReplicatedRegister)obj).View(at).Value ?? 1)),
    };

    protected override string Observe(ReplicatedObject obj, DagVersion at, DagVersion from) => Text(((ReplicatedRegister)obj).View(at, from));

    protected override string Patch(ReplicatedObject obj, DagVersion start, ObjectDelta delta) => Text(((RegisterDelta)delta).After);

    private static string Text(RegisterView view) => $"{view.Value}: {string.Join(", ", view.Candidates.Select(c => $"{c.Entry.Short}={c.Value}"))}";

    [Fact]
    public void Concurrent_writes_are_all_candidates_and_the_highest_hash_is_shown()
    {
        var (replica, at) = (MemoryReplica.Of(RegisterPayloads.Create("r")), MemoryReplica.Of(RegisterPayloads.Create("r")).Log.Frontier);
        Assert.Null(View(replica).Value);
        var hashes = ((string[])["a", "b", "c"]).Select(v => replica.Append(RegisterPayloads.Set(v), at)).Order().ToArray();
        Assert.Equal(hashes, View(replica).Candidates.Select(c => c.Entry));
        Assert.Equal(replica.PayloadOf(hashes[^1])["value"], View(replica).Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Resolving_a_conflict_leaves_the_chosen_value_alone(int choice)
    {
        var replica = MemoryReplica.Of(RegisterPayloads.Create("r"));
        var at = replica.Log.Frontier;
        replica.Append(RegisterPayloads.Set("a"), at);
        replica.Append(RegisterPayloads.Clear, at);
        var register = (ReplicatedRegister)replica.Replica.Object!;
        var conflict = Assert.Single(register.Conflicts(replica.Log.FrontierVersion, replica.Log.FrontierVersion));
        replica.Append(register.Resolve(conflict, choice));
        Assert.Equal(conflict.Candidates[choice].Value, Assert.Single(View(replica).Candidates).Value);
        Assert.Empty(register.Conflicts(replica.Log.FrontierVersion, replica.Log.FrontierVersion));
        Assert.Throws<ArgumentException>(() => register.Resolve(conflict, 2));
    }

    [Fact]
    public void A_value_has_at_most_65536_bytes_of_canonical_text()
    {
        var replica = MemoryReplica.Of(RegisterPayloads.Create("r"));
        // Two quotes and two bytes a letter.
        string longest = new('\u00e4', (PayloadValue.BytesMax - 2) / 2);
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(RegisterPayloads.Set(longest + "x"), replica.Log.Frontier)));
        Assert.IsType<Judgement.Admitted>(replica.Admit(Entry.Make(RegisterPayloads.Set(longest), replica.Log.Frontier)));
        Assert.NotNull(new RegisterType().CheckCreate(RegisterPayloads.Create("r", longest + "x"), TypeRegistry.BuiltIn, null));
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(RegisterPayloads.Clear.With("value", 1), replica.Log.Frontier)));
    }

    private static RegisterView View(MemoryReplica replica) => ((ReplicatedRegister)replica.Replica.Object!).View(replica.Log.FrontierVersion);
}
