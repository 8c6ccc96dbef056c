using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;
using static Hhs.Model.Tests.Types.Capabilities.CapabilityScript;

namespace Hhs.Model.Tests.Types.Capabilities;

/// <summary>What our capability type does otherwise than the original's, and what both do.</summary>
public sealed class CapabilityTests
{
    [Fact]
    public void In_the_original_type_anybody_can_bring_a_revoked_grant_back_by_appending_it_again()
    {
        var caps = new CapabilityScript(CapabilityType.Original, "s", Bob);
        var grant = caps.Make(Creator, caps.Grant(Bob, "write"));
        caps.Replica.Admit(grant);
        caps.Write(Creator, caps.Revoke(Bob, "write"));
        Assert.False(caps.Holds(Bob, "write"));

        var replayed = Entry.Make(grant.Payload, caps.Replica.Log.Frontier);   // no key needed
        Assert.IsType<Judgement.Admitted>(caps.Replica.Admit(replayed));
        Assert.True(caps.Holds(Bob, "write"));
    }

    [Fact]
    public void In_our_type_a_revoked_grant_cannot_be_appended_again()
    {
        var caps = new CapabilityScript(CapabilityType.Ours, "s", Bob);
        var grant = caps.Make(Creator, caps.Grant(Bob, "write"));
        caps.Replica.Admit(grant);
        caps.Write(Creator, caps.Revoke(Bob, "write"));

        var replayed = Entry.Make(grant.Payload, caps.Replica.Log.Frontier);
        var refused = Assert.IsType<Judgement.Refused>(caps.Replica.Admit(replayed));
        Assert.Equal(RejectCode.BadSignature, refused.Why.Code);
        Assert.False(caps.Holds(Bob, "write"));
        caps.Write(Creator, caps.Grant(Bob, "write"));   // an honest second grant is another signature
        Assert.True(caps.Holds(Bob, "write"));
    }

    [Fact]
    public void In_our_type_an_operation_counts_in_no_other_object()
    {
        var one = new CapabilityScript(CapabilityType.Ours, "one");
        var other = new CapabilityScript(CapabilityType.Ours, "other");
        var add = one.Make(Creator, CapabilityPayloads.AddIdentity(Bob.PublicKey));
        var moved = Entry.Make(add.Payload, other.Replica.Log.Frontier);
        Assert.IsType<Judgement.Refused>(other.Replica.Admit(moved));
        Assert.IsType<Judgement.Admitted>(one.Replica.Admit(add));
    }

    [Fact]
    public void No_capability_is_called_like_the_manager_that_stands_for_the_creators()
    {
        Assert.Throws<ArgumentException>(() => CapabilityPayloads.CreateCap("creator", "creator"));
        Assert.Throws<ArgumentException>(() => CapabilityPayloads.Create(CapabilityType.Ours, "s", [Creator.PublicKey], new Dictionary<string, string[]> { ["creator"] = [] }));
        // One that a peer defines nevertheless is taken, as the original takes it, and its holders manage nothing.
        var caps = new CapabilityScript(CapabilityType.Ours, "s", Bob);
        caps.Write(Creator, CapabilityPayloads.CreateCap("x", "creator").With("capName", "creator"));
        caps.Write(Creator, caps.Grant(Bob, "creator"));
        Assert.IsType<Judgement.Refused>(caps.Replica.Admit(caps.Make(Bob, caps.Grant(Bob, "write"))));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_revoke_of_what_is_no_key_id_is_taken_by_the_original_only(bool isOurs)
    {
        var caps = new CapabilityScript(isOurs ? CapabilityType.Ours : CapabilityType.Original);
        var revoke = caps.Make(Creator, caps.Revoke(Bob, "write").With("grantee", "b:" + Bob.KeyId));
        Assert.Equal(!isOurs, caps.Replica.Admit(revoke) is Judgement.Admitted);
    }

    [Fact]
    public void A_capability_named_like_a_JavaScript_property_has_no_managers_in_the_original_type()
    {
        var caps = new CapabilityScript(CapabilityType.Original, "s", Alice, Bob);
        caps.Write(Creator, caps.Grant(Alice, "admin"));
        caps.Write(Creator, CapabilityPayloads.CreateCap("toString", "admin"));
        Assert.IsType<Judgement.Refused>(caps.Replica.Admit(caps.Make(Alice, caps.Grant(Bob, "toString"))));
        caps.Write(Creator, caps.Grant(Bob, "toString"));
        Assert.True(caps.Holds(Bob, "toString"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void An_unknown_author_is_waited_for(bool isOurs)
    {
        var caps = new CapabilityScript(isOurs ? CapabilityType.Ours : CapabilityType.Original);
        var root = caps.Replica.Replica.Id;
        var early = caps.Make(Bob, caps.Revoke(Alice, "write"));
        var waiting = Assert.IsType<Judgement.Waiting>(caps.Replica.Admit(early));
        Assert.Equal([default(Dependency)], waiting.On);
        caps.Write(Creator, CapabilityPayloads.AddIdentity(Bob.PublicKey), root);
        Assert.IsType<Judgement.Refused>(caps.Replica.Admit(early));   // known now, and not allowed to
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_use_before_the_revoke_stays_and_one_concurrent_with_it_is_void(bool isOurs)
    {
        var caps = new CapabilityScript(isOurs ? CapabilityType.Ours : CapabilityType.Original, "s", Alice, Bob, Carol);
        caps.Write(Creator, caps.Grant(Alice, "admin"));
        var before = caps.Write(Alice, caps.Grant(Bob, "write"));
        var revoke = caps.Write(Creator, caps.Revoke(Alice, "admin"));
        var concurrent = caps.Write(Alice, caps.Grant(Carol, "write", before), before);
        Assert.True(caps.Holds(Bob, "write", revoke, concurrent));
        Assert.False(caps.Holds(Carol, "write", revoke, concurrent));
        Assert.True(caps.Holds(Carol, "write", concurrent));
    }

    [Fact]
    public void In_our_type_a_deletion_voids_what_is_concurrent_with_it()
    {
        var caps = new CapabilityScript(CapabilityType.Ours, "s", Alice, Bob);
        var grant = caps.Write(Creator, caps.Grant(Alice, "admin"));
        var deletion = caps.Write(Creator, caps.Delete("admin"));
        var use = caps.Write(Alice, caps.Grant(Bob, "write", grant), grant);
        Assert.True(caps.Holds(Bob, "write", use));
        Assert.False(caps.Object.View(caps.Replica.Version(use), caps.Replica.Version(use, deletion)).HasCapability(Bob.KeyId.ToString(), "write"));

        // The original's: the grant outlives the deletion that it was concurrent with.
        var original = new CapabilityScript(CapabilityType.Original, "s", Alice, Bob);
        grant = original.Write(Creator, original.Grant(Alice, "admin"));
        deletion = original.Write(Creator, original.Delete("admin"));
        use = original.Write(Alice, original.Grant(Bob, "write", grant), grant);
        Assert.True(original.Holds(Bob, "write", use, deletion));
    }

    [Fact]
    public void In_our_type_a_deletion_removes_what_it_names_and_not_a_re_creation_that_it_did_not_know()
    {
        var caps = new CapabilityScript(CapabilityType.Ours, "s", Bob);
        var start = caps.Replica.Log.Frontier[0];
        var first = caps.Write(Creator, caps.Delete("write", start), start);
        // A different predecessor makes it another entry: the same deletion by somebody who did not know the first.
        var aside = caps.Write(Creator, CapabilityPayloads.AddIdentity(Carol.PublicKey), start);
        var second = caps.Write(Creator, caps.Delete("write", aside), aside);
        var again = caps.Write(Creator, CapabilityPayloads.CreateCap("write", "admin"), first);
        Assert.Equal([again], caps.Object.View(caps.Replica.Version(again, second)).SurvivingOrigins("write"));
    }

    [Fact]
    public void A_re_created_capability_revives_no_grant_and_obeys_its_new_managers()
    {
        var caps = new CapabilityScript(CapabilityType.Ours, "s", Alice, Bob);
        caps.Write(Creator, caps.Grant(Alice, "admin"));
        caps.Write(Alice, caps.Grant(Bob, "write"));
        caps.Write(Creator, caps.Delete("write"));
        caps.Write(Creator, CapabilityPayloads.CreateCap("write", "creator"));
        Assert.False(caps.Holds(Bob, "write"));
        Assert.Equal(["creator"], caps.Now.ManagedBy("write"));
        Assert.IsType<Judgement.Refused>(caps.Replica.Admit(caps.Make(Alice, caps.Grant(Bob, "write"))));
        caps.Write(Creator, caps.Grant(Bob, "write"));
        Assert.True(caps.Holds(Bob, "write"));
    }

    [Fact]
    public void In_our_type_the_managers_are_those_of_all_surviving_creations_in_any_order()
    {
        var caps = new CapabilityScript(CapabilityType.Ours, "s", Alice, Bob);
        var start = caps.Write(Creator, caps.Grant(Alice, "write"));
        var one = caps.Write(Creator, CapabilityPayloads.CreateCap("mod", "admin"), start);
        var other = caps.Write(Creator, CapabilityPayloads.CreateCap("mod", "write"), start);
        Assert.Equal(["admin", "write"], caps.Object.View(caps.Replica.Version(one, other)).ManagedBy("mod"));
        caps.Write(Alice, caps.Grant(Bob, "mod"));
        Assert.True(caps.Holds(Bob, "mod"));
    }

    [Fact]
    public void Changes_between_two_versions_are_listed_with_those_who_lost_a_deleted_capability()
    {
        var caps = new CapabilityScript(CapabilityType.Ours, "s", Alice);
        caps.Write(Creator, caps.Grant(Alice, "write"));
        var start = caps.Replica.Log.FrontierVersion;
        caps.Write(Creator, caps.Delete("write"));
        caps.Write(Creator, CapabilityPayloads.AddIdentity(Bob.PublicKey));
        caps.Write(Creator, caps.Grant(Bob, "admin"));
        var delta = caps.Object.Delta(start, caps.Replica.Log.FrontierVersion);
        Assert.Equal([Bob.KeyId.ToString()], delta.IdentitiesAdded);
        Assert.Equal(["write"], delta.Deleted);
        Assert.Equal([("admin", Bob.KeyId.ToString())], delta.Granted);
        Assert.Equal([("write", Alice.KeyId.ToString())], delta.Revoked);
        Assert.Equal(start.Tips.ToArray(), delta.RevisionBound.Tips.ToArray());
        Assert.True(caps.Object.Delta(start, start).IsEmpty);
    }

    [Fact]
    public void Views_need_no_payload_after_reopening()
    {
        var caps = new CapabilityScript(CapabilityType.Ours, "s", Alice, Bob);
        caps.Write(Creator, caps.Grant(Alice, "admin"));
        caps.Write(Alice, caps.Grant(Bob, "write"));
        var log = caps.Replica.Log;
        var reopened = Replica.Reopen(caps.Object.Id, Enumerable.Range(0, log.Count).Select(i => (log.HeaderOf(i), log.TagsOf(i))),
            new OnlyCreate(caps.Replica.PayloadOf(caps.Object.Id)), TypeRegistry.BuiltIn);
        var view = ((ReplicatedCapabilities)reopened.Object!).View(reopened.Log.FrontierVersion);
        Assert.True(view.HasCapability(Bob.KeyId.ToString(), "write"));
        Assert.Equal([Bob.KeyId.ToString()], view.Holders("write"));
        Assert.True(((ReplicatedCapabilities)reopened.Object!).TryGetKey(Bob.KeyId.ToString(), out var key));
        Assert.Equal(Bob.PublicKey, key);
    }

    private sealed class OnlyCreate(Literal.Map create) : IPayloadSource
    {
        public Literal.Map PayloadOf(Hhs.Model.Hashing.ContentHash entry) => entry == Entry.Make(create, Position.Empty).Hash ? create : throw new InvalidOperationException("a payload was read");
    }
}
