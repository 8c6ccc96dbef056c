using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Tests.Types.Capabilities;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Conditions;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Set;
using static Hhs.Model.Tests.Types.Capabilities.CapabilityScript;

namespace Hhs.Model.Tests.Types.Conditions;

/// <summary>Who holds a capability, asked of the capability object and of an object under its authority; and what is not here.</summary>
public sealed class HoldsConditionTests
{
    public static TheoryData<int, bool> Histories => [.. Enumerable.Range(1, 30).SelectMany(seed => (ValueTuple<int, bool>[])[(seed, false), (seed, true)])];

    private static Literal.Map Holds(string keyId, string capability) => Literal.Map.Of(("holds", Literal.Map.Of(("keyId", keyId), ("capability", capability))));

    [Theory, MemberData(nameof(Histories))]
    public void The_laws_of_conditions_hold_of_capability_objects(int seed, bool isOurs)
    {
        var random = new Random(seed);
        var history = new RandomCapabilities(random, isOurs ? CapabilityType.Ours : CapabilityType.Original, 40);
        var (caps, log) = (history.Object, history.Object.Scope.Log);
        var other = Elsewhere(history, random);
        for (int i = 0; i < 100; i++)
        {
            int entry = random.Next(1, log.Count);
            ConditionLaws.CheckFalsified(caps, entry, history.Twin.Naive.Payloads[entry], random, _ => Next(), $"seed {seed}");

            var at = history.Twin.Version(history.Twin.RandomPosition(random));
            var from = log.VersionOf([.. at.Tips, random.Next(log.Count)]);
            var condition = ConditionLaws.Compose(Next, random);
            Assert.True(other.Log.TryVersion(log.PositionOf(at), out var otherAt));
            Assert.True(other.Log.TryVersion(log.PositionOf(from), out var otherFrom));
            Assert.Equal(ConditionLaws.Evaluate(caps, condition, at, from), ConditionLaws.Evaluate(other.Replica.Object!, condition, otherAt, otherFrom));
            ConditionLaws.CheckFuzzed(caps, at, from, ConditionFuzz.Mutate(Next(), random), random);
        }

        Literal.Map Next() => Holds(RandomCapabilities.People[random.Next(RandomCapabilities.People.Length)].KeyId.ToString(), RandomCapabilities.Caps[random.Next(RandomCapabilities.Caps.Length)]);
    }

    [Theory, MemberData(nameof(Histories))]
    public void Entries_that_are_void_with_all_above_them_are_as_if_never_written(int seed, bool isOurs)
    {
        var random = new Random(seed * 7);
        var history = new RandomCapabilities(random, isOurs ? CapabilityType.Ours : CapabilityType.Original, 40);
        var log = history.Object.Scope.Log;
        int[] gone = [.. Enumerable.Range(0, 1 + seed % 3).Select(_ => random.Next(1, log.Count))];
        bool IsLive(int entry) => !gone.Any(g => log.Precedes(g, entry));
        var without = (ReplicatedCapabilities)history.Twin.Replica.SeenThrough(IsLive);
        for (int i = 0; i < 20; i++)
        {
            var at = log.VersionOf(random.Next(log.Count), random.Next(log.Count));
            var rest = log.MinimalCover(log.VersionOf([.. log.EntriesIn(at).Where(IsLive)]));
            Assert.Equal(Shown(history.Object.View(rest)), Shown(without.View(at)));
        }

        static string Shown(CapabilityView view) => string.Join("; ", RandomCapabilities.Caps.Select(cap =>
            $"{cap}: {string.Join(' ', view.SurvivingOrigins(cap))} {string.Join(' ', view.ManagedBy(cap))} {string.Join(' ', view.Holders(cap))}"))
            + string.Join(' ', view.Identities());
    }

    [Fact]
    public void A_creator_holds_everything_for_ever_and_enrolling_takes_nothing_away()
    {
        var caps = new CapabilityScript(CapabilityType.Ours, "s", Bob);
        var grant = caps.Grant(Bob, "write");
        caps.Write(Creator, grant);
        var creator = Read(caps, Holds(Creator.KeyId.ToString(), "anything"));
        var bob = Read(caps, Holds(Bob.KeyId.ToString(), "write"));
        var revoke = caps.Revoke(Bob, "write");
        Assert.False(creator.CanFalsify(revoke));
        Assert.True(bob.CanFalsify(revoke));
        Assert.True(bob.CanFalsify(caps.Delete("admin")));
        Assert.False(bob.CanFalsify(CapabilityPayloads.AddIdentity(Carol.PublicKey)));
        Assert.Equal(new ConditionOutcome.Holds(true), bob.Evaluate(caps.Replica.Log.FrontierVersion, caps.Replica.Log.FrontierVersion));
        caps.Write(Creator, revoke);
        Assert.Equal(new ConditionOutcome.Fails(false), bob.Evaluate(caps.Replica.Log.FrontierVersion, caps.Replica.Log.FrontierVersion));
        Assert.Null(caps.Object.ReadCondition(Holds("nobody", "write"), caps.Replica.Log.FrontierVersion, out _));
        Assert.Null(caps.Object.ReadCondition(Holds(Bob.KeyId.ToString(), new string('c', 257)), caps.Replica.Log.FrontierVersion, out _));
        Assert.NotNull(caps.Object.ReadCondition(Holds(Bob.KeyId.ToString(), new string('c', 256)), caps.Replica.Log.FrontierVersion, out _));

        static Condition Read(CapabilityScript caps, Literal condition) => ConditionLaws.Read(caps.Object, condition, caps.Replica.Log.FrontierVersion);
    }

    [Fact]
    public void An_object_under_an_authority_answers_by_the_version_that_counts_for_it_and_waits_while_that_is_not_here()
    {
        var people = new CapabilityScript(CapabilityType.Ours, "people", Bob);
        people.Write(Creator, people.Grant(Bob, "write"));
        var rules = new AuthorityRules(people.Object.Id.ToString(), new Dictionary<string, string> { ["add"] = "write" }, [], true);
        foreach (var create in (Literal.Map[])[rules.WriteTo(CounterPayloads.Create("c", 5)), SetPayloads.Create(new SetOptions { Seed = "s", Authority = rules })])
        {
            var replica = MemoryReplica.Of(create, foreign: ForeignObjects.Of(people.Replica));
            var bob = Holds(Bob.KeyId.ToString(), "write");
            Assert.Equal(new ConditionOutcome.Fails(false), Now(replica, bob));
            var advance = CapabilityPayloads.RefAdvance(people.Object.Id, people.Replica.Log.Frontier);
            var signed = replica.Replica.Object is GuardedObject guarded
                ? guarded.Sign(advance, replica.Log.FrontierVersion, Creator) : Hhs.Model.Identity.SignedPayload.Sign(advance, Creator);
            replica.Append(signed);
            Assert.Equal(new ConditionOutcome.Holds(true), Now(replica, bob));
            var read = ConditionLaws.Read(replica.Replica.Object!, bob, replica.Log.FrontierVersion);
            Assert.True(read.CanFalsify(signed));
            Assert.False(read.CanFalsify(CounterPayloads.Add(1)));

            // Everything waits, composed or not, whatever else would decide it.
            var alone = replica.Reopen();
            var other = create.Has("initial") ? Literal.Map.Of(("atLeast", "1")) : Literal.Map.Of(("lacks", 1));
            var composed = Literal.Map.Of(("anyOf", new Literal.Array(bob, other)));
            foreach (var condition in (Literal[])[bob, other, composed])
                Assert.Equal(new ConditionOutcome.Waiting(Dependency.OnObject(people.Object.Id)), Now(alone, condition));

            // A copy of the capability object that has not got that far.
            var behind = new CapabilityScript(CapabilityType.Ours, "people");
            Assert.Equal(people.Object.Id, behind.Object.Id);
            var lagging = replica.Reopen(foreign: ForeignObjects.Of(behind.Replica));
            Assert.Equal(new ConditionOutcome.Waiting(Dependency.OnObject(people.Object.Id, people.Replica.Log.Frontier[0])), Now(lagging, bob));
        }
    }

    [Fact]
    public void Nothing_holds_of_an_object_whose_authority_is_none()
    {
        var counter = MemoryReplica.Of(CounterPayloads.Create("not caps"));
        var rules = new AuthorityRules(counter.Replica.Id.ToString(), new Dictionary<string, string>(), [], true);
        var replica = MemoryReplica.Of(rules.WriteTo(CounterPayloads.Create("c", 5)), foreign: ForeignObjects.Of(counter));
        Assert.IsType<ConditionOutcome.Fails>(Now(replica, Literal.Map.Of(("atLeast", "1"))));
        Assert.IsType<ConditionOutcome.Fails>(Now(replica, Holds(Bob.KeyId.ToString(), "write")));
        // What is seen is bounded, however the other object's type is called.
        var strange = MemoryReplica.Of(Literal.Map.Of(("action", "create"), ("type", new string('t', 10_000))));
        var under = MemoryReplica.Of((rules with { CapabilityRef = strange.Replica.Id.ToString() }).WriteTo(CounterPayloads.Create("c", 5)), foreign: ForeignObjects.Of(strange));
        var seen = Assert.IsType<ConditionOutcome.Fails>(Now(under, Literal.Map.Of(("atLeast", "1")))).Seen;
        Assert.InRange(CanonicalJson.Write(seen).Length, 1, Limits.ConditionSeenBytesMax);
        var unspelled = MemoryReplica.Of(SetPayloads.Create(new SetOptions { Seed = "s", Authority = rules with { CapabilityRef = "no id", Requirements = new Dictionary<string, string> { ["add"] = "x" } } }));
        Assert.IsType<ConditionOutcome.Fails>(Now(unspelled, Literal.Map.Of(("lacks", "a"))));
    }

    private static ConditionOutcome Now(MemoryReplica replica, Literal condition) => ConditionLaws.Evaluate(replica, condition, replica.Log.Frontier, replica.Log.Frontier);

    // The same entries in another order of arrival.
    private static MemoryReplica Elsewhere(RandomCapabilities history, Random random)
    {
        var (from, naive) = (history.Twin.Replica, history.Twin.Naive);
        var replica = MemoryReplica.Of(naive.Payloads[0]);
        var open = Enumerable.Range(1, naive.Count - 1).ToList();
        while (open.Count > 0)
        {
            var ready = open.Where(e => replica.Log.MissingOf(from.Log.HeaderOf(e).PrevEntryHashes).Count == 0).ToList();
            int next = ready[random.Next(ready.Count)];
            replica.Log.Append(from.Log.HeaderOf(next), [.. replica.Replica.Object!.Describe(naive.Payloads[next], from.Log.HashOf(next))]);
            open.Remove(next);
        }
        return replica;
    }
}
