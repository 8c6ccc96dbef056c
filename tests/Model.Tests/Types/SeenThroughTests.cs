using System.Numerics;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Tests.Types.Capabilities;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Text;
using static Hhs.Model.Tests.Types.Capabilities.CapabilityScript;

namespace Hhs.Model.Tests.Types;

/// <summary>Objects of which an entry in the middle is void, while what builds on it is not.</summary>
public sealed class SeenThroughTests
{
    [Fact]
    public void What_a_void_write_superseded_is_shown_again()
    {
        var replica = MemoryReplica.Of(RegisterPayloads.Create("r"));
        replica.Append(RegisterPayloads.Set("old"));
        var write = replica.Append(RegisterPayloads.Set("new"));
        Assert.Equal("old", Without<ReplicatedRegister>(replica, write).View(replica.Log.FrontierVersion).Value);
        Assert.Equal("new", ((ReplicatedRegister)replica.Replica.Object!).View(replica.Log.FrontierVersion).Value);
        Assert.Null(Without<ReplicatedRegister>(replica, write, replica.Log.HashOf(1)).View(replica.Log.FrontierVersion).Value);
    }

    [Fact]
    public void Void_amounts_elements_and_records_are_left_out()
    {
        var counter = MemoryReplica.Of(CounterPayloads.Create("c", 10));
        var spent = counter.Append(CounterPayloads.Add(-7));
        counter.Append(CounterPayloads.Add(2));
        Assert.Equal(12, Without<ReplicatedCounter>(counter, spent).View(counter.Log.FrontierVersion).Total);

        var grown = MemoryReplica.Of(GrowSetPayloads.Create("g"));
        var (first, _) = (grown.Append(GrowSetPayloads.Add("a", "b")), grown.Append(GrowSetPayloads.Add("b", "c")));
        Assert.Equal(((Literal[])["b", "c"]).ToHashSet(), [.. Without<ReplicatedGrowSet>(grown, first).View(grown.Log.FrontierVersion).Elements()]);

        var log = MemoryReplica.Of(LogPayloads.Create("l"));
        ContentHash[] records = [.. ((Literal[])[1, 2, 3]).Select(value => log.Append(LogPayloads.Append(value)))];
        Assert.Equal([(Literal)1, 3], Without<ReplicatedLog>(log, records[1]).View(log.Log.FrontierVersion).All().Select(r => r.Value));
    }

    [Fact]
    public void A_void_delete_gives_the_element_back_and_a_void_add_takes_it_away()
    {
        var set = MemoryReplica.Of(SetPayloads.Create(new SetOptions { Seed = "s" }));
        var add = set.Append(SetPayloads.Add("a"));
        var delete = set.Append(SetPayloads.Delete(CanonicalJson.Hash("a")));
        Assert.True(Without<ReplicatedSet>(set, delete).View(set.Log.FrontierVersion).Has("a"));
        Assert.False(Without<ReplicatedSet>(set, delete, add).View(set.Log.FrontierVersion).Has("a"));
    }

    [Fact]
    public void What_hangs_on_a_void_insert_stays_in_its_place()
    {
        var replica = MemoryReplica.Of(TextPayloads.Create("t"));
        var text = (ReplicatedText)replica.Replica.Object!;
        replica.Append(TextPayloads.Insert(Now(), 0, "ad"));
        var middle = replica.Append(TextPayloads.Insert(Now(), 1, "b"));
        replica.Append(TextPayloads.Insert(Now(), 2, "c"));
        var gone = replica.Append(TextPayloads.Delete(Now(), 0, 1)[0]);
        Assert.Equal("bcd", Now().Text);
        Assert.Equal("cd", Without<ReplicatedText>(replica, middle).View(replica.Log.FrontierVersion).Text);
        Assert.Equal("abcd", Without<ReplicatedText>(replica, gone).View(replica.Log.FrontierVersion).Text);
        Assert.Equal("acd", Without<ReplicatedText>(replica, gone, middle).View(replica.Log.FrontierVersion).Text);

        TextView Now() => text.View(replica.Log.FrontierVersion);
    }

    [Fact]
    public void An_element_whose_move_is_void_is_where_it_was()
    {
        var replica = MemoryReplica.Of(SequencePayloads.Create("s"));
        var sequence = (ReplicatedSequence)replica.Replica.Object!;
        replica.Append(SequencePayloads.Insert(sequence.View(replica.Log.FrontierVersion), 0, 1, 2, 3));
        var move = replica.Append(SequencePayloads.Move(sequence.View(replica.Log.FrontierVersion), 0, 3));
        Assert.Equal([(Literal)2, 3, 1], sequence.View(replica.Log.FrontierVersion).Items());
        Assert.Equal([(Literal)1, 2, 3], Without<ReplicatedSequence>(replica, move).View(replica.Log.FrontierVersion).Items());
    }

    [Fact]
    public void A_nested_object_is_seen_through_with_its_container()
    {
        var replica = MemoryReplica.Of(RecordPayloads.Create("r"));
        var id = replica.Append(RecordPayloads.Add("visits", CounterPayloads.Create("c")));
        replica.Append(RecordPayloads.Update(id, CounterPayloads.Add(1)));
        var update = replica.Append(RecordPayloads.Update(id, CounterPayloads.Add(2)));
        var record = Without<ReplicatedRecord>(replica, update);
        Assert.True(record.TryGetChild(id, out var child));
        Assert.Equal(1, ((ReplicatedCounter)child!).View(replica.Log.FrontierVersion).Total);
        Assert.Null(Without<ReplicatedRecord>(replica, id).View(replica.Log.FrontierVersion).Child("visits"));
        Assert.Throws<InvalidOperationException>(() => child.Scope.SeenThrough(_ => true));
    }

    [Fact]
    public void A_register_in_a_set_is_seen_through_with_the_set()
    {
        var replica = MemoryReplica.Of(SetPayloads.Create(new SetOptions { Seed = "s", ContentType = RegisterType.Id }));
        var id = replica.Append(SetPayloads.Add(RegisterPayloads.Create("r", "free")));
        var taken = replica.Append(SetPayloads.Update(id, RegisterPayloads.Set("taken")));
        Assert.True(Without<ReplicatedSet>(replica, taken).TryGetChild(id, out var child));
        Assert.Equal("free", ((ReplicatedRegister)child!).View(replica.Log.FrontierVersion).Value);
    }

    [Fact]
    public void A_void_deletion_takes_no_capability_away_that_is_created_beside_it()
    {
        var caps = new CapabilityScript(CapabilityType.Original);
        caps.Write(Creator, caps.Delete("write"));
        var gone = caps.Replica.Log.Frontier[0];
        var one = caps.Write(Creator, CapabilityPayloads.CreateCap("write", []), gone);
        var other = caps.Write(Creator, CapabilityPayloads.CreateCap("write", ["admin"]), gone);
        var deletion = caps.Write(Creator, caps.Delete("write", other), other);
        Assert.Empty(caps.Now.SurvivingOrigins("write"));
        Assert.Equal([.. ((ContentHash[])[one, other]).Order()],
            Without<ReplicatedCapabilities>(caps.Replica, deletion).View(caps.Replica.Log.FrontierVersion).SurvivingOrigins("write"));
    }

    [Fact]
    public void A_void_ref_advance_does_not_count()
    {
        var people = new CapabilityScript(CapabilityType.Ours, "people", Bob);
        people.Write(Creator, people.Grant(Bob, "write"));
        var granted = people.Replica.Log.Frontier;
        people.Write(Creator, people.Revoke(Bob, "write"));
        var rules = new AuthorityRules(people.Object.Id.ToString(), new Dictionary<string, string> { ["add"] = "write" }, [], true);
        var replica = MemoryReplica.Of(rules.WriteTo(CounterPayloads.Create("c")), foreign: ForeignObjects.Of(people.Replica));
        var advance = Write(CapabilityPayloads.RefAdvance(people.Object.Id, granted), Creator, replica.Log.Frontier);
        var shared = replica.Log.Frontier;
        Write(CounterPayloads.Add(3), Bob, shared);
        var revoked = Write(CapabilityPayloads.RefAdvance(people.Object.Id, people.Replica.Log.Frontier), Creator, shared);
        Assert.Equal(0, Total());
        Assert.Equal(3, Total(revoked));
        Assert.Equal(0, Total(advance));
        Assert.Equal(0, Total(revoked, advance));

        BigInteger Total(params ContentHash[] gone) => ((ReplicatedCounter)replica.SeenThrough(
            entry => !gone.Contains(replica.Log.HashOf(entry)), foreign: ForeignObjects.Of(people.Replica))).View(replica.Log.FrontierVersion).Total;

        ContentHash Write(Literal.Map operation, SecretKey author, Position at)
        {
            Assert.True(replica.Log.TryVersion(at, out var version));
            return replica.Append(((GuardedObject)replica.Replica.Object!).Sign(operation, version, author), at);
        }
    }

    [Fact]
    public void A_grant_whose_revoke_is_void_holds_and_one_by_a_manager_whose_own_grant_is_void_does_not()
    {
        var caps = new CapabilityScript(CapabilityType.Ours, "s", Alice, Bob);
        var managing = caps.Write(Creator, caps.Grant(Alice, "admin"));
        caps.Write(Alice, caps.Grant(Bob, "write"));
        Assert.True(caps.Holds(Bob, "write"));
        Assert.False(Holds(managing));
        var revoke = caps.Write(Creator, caps.Revoke(Bob, "write"));
        Assert.False(caps.Holds(Bob, "write"));
        Assert.True(Holds(revoke));

        bool Holds(params ContentHash[] gone) =>
            Without<ReplicatedCapabilities>(caps.Replica, gone).View(caps.Replica.Log.FrontierVersion).HasCapability(Bob.KeyId.ToString(), "write");
    }

    [Fact]
    public void The_types_that_keep_nothing_of_it_follow_another_choice_at_once()
    {
        var open = new (Literal.Map Create, Func<int, Literal.Map> Operation, Func<ReplicatedObject, DagVersion, string> Shown)[]
        {
            (CounterPayloads.Create("c"), i => CounterPayloads.Add(i + 1), (o, at) => ((ReplicatedCounter)o).View(at).Total.ToString()),
            (GrowSetPayloads.Create("g"), i => GrowSetPayloads.Add(i), (o, at) => string.Join(' ', ((ReplicatedGrowSet)o).View(at).ElementHashes())),
            (LogPayloads.Create("l"), i => LogPayloads.Append(i), (o, at) => string.Join(' ', ((ReplicatedLog)o).View(at).All().Select(r => r.Value))),
            (RecordPayloads.Create("r"), i => RecordPayloads.Set(($"f{i % 3}", i)), (o, at) => string.Join(' ', ((ReplicatedRecord)o).View(at).Fields().Select(f => $"{f}={((ReplicatedRecord)o).View(at).Value(f)}"))),
            (RegisterPayloads.Create("r"), i => RegisterPayloads.Set(i), (o, at) => $"{((ReplicatedRegister)o).View(at).Value}"),
            (SetPayloads.Create(new SetOptions { Seed = "s", AcceptRedundantDelete = true }), i => i % 3 == 2 ? SetPayloads.Delete(CanonicalJson.Hash(i - 1)) : SetPayloads.Add(i), (o, at) => string.Join(' ', ((ReplicatedSet)o).View(at).ElementHashes())),
        };
        foreach (var (create, operation, shown) in open)
        {
            var replica = MemoryReplica.Of(create);
            for (int i = 0; i < 12; i++) replica.Append(operation(i));
            int modulus = 2;
            bool IsLive(int entry) => entry == 0 || entry % modulus != 0;
            var followed = replica.SeenThrough(IsLive);
            var all = new HashSet<string>();
            foreach (int choice in (int[])[2, 3, 5, 12, 2, 3])
            {
                modulus = choice;
                string fresh = shown(replica.SeenThrough(IsLive), replica.Log.FrontierVersion);
                Assert.Equal(fresh, shown(followed, replica.Log.FrontierVersion));
                all.Add(fresh);
            }
            Assert.True(all.Count > 1, followed.TypeId);
        }
    }

    private static T Without<T>(MemoryReplica replica, params ContentHash[] gone) where T : ReplicatedObject =>
        (T)replica.SeenThrough(entry => !gone.Contains(replica.Log.HashOf(entry)));
}
