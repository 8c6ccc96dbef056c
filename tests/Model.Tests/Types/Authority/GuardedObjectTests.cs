using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Tests.Types.Capabilities;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;
using static Hhs.Model.Tests.Types.Capabilities.CapabilityScript;

namespace Hhs.Model.Tests.Types.Authority;

/// <summary>The authority that objects of our types can have.</summary>
public sealed class GuardedObjectTests
{
    private readonly CapabilityScript _caps = new(CapabilityType.Ours, "s", Alice, Bob);

    private AuthorityRules Rules => new(_caps.Object.Id.ToString(), new Dictionary<string, string> { ["put"] = "write", ["update"] = "write" }, [], true);

    private MemoryReplica Open() => MemoryReplica.Of(BoxType.Create(Rules), BoxType.Registry, ForeignObjects.Of(_caps.Replica));

    private static BoxType.Box Object(MemoryReplica box) => (BoxType.Box)box.Replica.Object!;

    private static Literal.Map Put(string text) => Literal.Map.Of(("action", "put"), ("text", text));

    private static Entry Make(MemoryReplica box, SecretKey author, Literal.Map operation, params ReadOnlySpan<ContentHash> at)
    {
        var position = at.Length == 0 ? box.Log.Frontier : Position.Of(at);
        Assert.True(box.Log.TryVersion(position, out var version));
        return Entry.Make(Object(box).Sign(operation, version, author), position);
    }

    private static ContentHash Write(MemoryReplica box, SecretKey author, Literal.Map operation, params ReadOnlySpan<ContentHash> at)
    {
        var entry = Make(box, author, operation, at);
        var judgement = box.Admit(entry);
        Assert.True(judgement is Judgement.Admitted, judgement.ToString());
        return entry.Hash;
    }

    private ContentHash Advance(MemoryReplica box, params ReadOnlySpan<ContentHash> at) =>
        Write(box, Creator, CapabilityPayloads.RefAdvance(_caps.Object.Id, _caps.Replica.Log.Frontier), at);

    [Fact]
    public void Without_an_authority_anybody_may_write_and_nobody_signs()
    {
        var box = MemoryReplica.Of(BoxType.Create(), BoxType.Registry);
        box.Append(Put("a"));
        Assert.True(Object(box).Has("a", box.Log.FrontierVersion, box.Log.FrontierVersion));
        Assert.IsType<Judgement.Refused>(box.Admit(Entry.Make(Put("b").With("author", "x"), box.Log.Frontier)));
        Assert.IsType<Judgement.Refused>(box.Admit(Entry.Make(CapabilityPayloads.RefAdvance(_caps.Object.Id, _caps.Replica.Log.Frontier), box.Log.Frontier)));
    }

    [Fact]
    public void Only_holders_may_write_once_the_reference_has_been_advanced_to_their_grant()
    {
        var box = Open();
        Assert.Equal([_caps.Object.Id], box.Replica.References);
        _caps.Write(Creator, _caps.Grant(Bob, "write"));
        Assert.IsType<Judgement.Refused>(box.Admit(Make(box, Bob, Put("early"))));
        Advance(box);
        var entry = Write(box, Bob, Put("a"));
        Assert.True(box.Log.TryIndex(entry, out int number));
        Assert.Equal(Bob.KeyId.ToString(), Object(box).AuthorOf(number));
        Assert.IsType<Judgement.Refused>(box.Admit(Make(box, Alice, Put("b"))));
        Assert.IsType<Judgement.Refused>(box.Admit(Entry.Make(Put("c"), box.Log.Frontier)));
    }

    [Fact]
    public void A_write_concurrent_with_the_news_of_the_revocation_is_void_and_one_before_it_stays()
    {
        var box = Open();
        _caps.Write(Creator, _caps.Grant(Bob, "write"));
        Advance(box);
        var before = Write(box, Bob, Put("before"));
        _caps.Write(Creator, _caps.Revoke(Bob, "write"));
        Advance(box);
        var late = Write(box, Bob, Put("late"), before);
        var now = box.Log.FrontierVersion;
        Assert.True(Object(box).Has("before", now, now));
        Assert.False(Object(box).Has("late", now, now));
        Assert.True(Object(box).Has("late", box.Version(late), box.Version(late)));
        Assert.False(Object(box).Has("late", box.Version(late), now));
        Assert.Equal([before], box.Log.PositionOf(Object(box).Delta(box.Version(late), now).RevisionBound));
    }

    [Fact]
    public void An_operation_appended_again_elsewhere_or_in_another_object_is_refused()
    {
        var box = Open();
        var other = MemoryReplica.Of(BoxType.Create(Rules with { RefAdvance = ["admin"] }), BoxType.Registry, ForeignObjects.Of(_caps.Replica));
        var put = Make(box, Creator, Put("a"));
        Assert.IsType<Judgement.Admitted>(box.Admit(put));
        AssertBadSignature(box, put.Payload);
        AssertBadSignature(other, put.Payload);

        static void AssertBadSignature(MemoryReplica to, Literal payload) => Assert.Equal(RejectCode.BadSignature,
            Assert.IsType<Judgement.Refused>(to.Admit(Entry.Make(payload, to.Log.Frontier))).Why.Code);
    }

    [Fact]
    public void What_is_not_known_yet_is_waited_for()
    {
        var orphan = MemoryReplica.Of(BoxType.Create(Rules), BoxType.Registry);
        var put = Entry.Make(Object(orphan).Sign(Put("a"), orphan.Log.FrontierVersion, Bob), orphan.Log.Frontier);
        Assert.Equal([Dependency.OnObject(_caps.Object.Id)], Assert.IsType<Judgement.Waiting>(orphan.Admit(put)).On);

        var box = Open();
        var stranger = Make(box, Carol, Literal.Map.Of(("action", "nest"), ("element", BoxType.Create())));
        Assert.Equal([Dependency.OnObject(_caps.Object.Id)], Assert.IsType<Judgement.Waiting>(box.Admit(stranger)).On);
        var ahead = ContentHash.Of([1]);
        var advance = Make(box, Creator, CapabilityPayloads.RefAdvance(_caps.Object.Id, Position.Of(ahead)));
        Assert.Equal([Dependency.OnObject(_caps.Object.Id, ahead)], Assert.IsType<Judgement.Waiting>(box.Admit(advance)).On);
        _caps.Write(Creator, CapabilityPayloads.AddIdentity(Carol.PublicKey));
        Assert.IsType<Judgement.Admitted>(box.Admit(stranger));   // nest needs no capability, only an identity
    }

    [Fact]
    public void A_ref_advance_is_strict_and_goes_forward_only()
    {
        var box = Open();
        var old = _caps.Replica.Log.Frontier;
        var tip = _caps.Write(Creator, _caps.Grant(Bob, "write"));
        Advance(box);
        AssertRefused(Creator, CapabilityPayloads.RefAdvance(_caps.Object.Id, old));
        AssertRefused(Creator, CapabilityPayloads.RefAdvance(_caps.Object.Id, Position.Empty));
        AssertRefused(Creator, CapabilityPayloads.RefAdvance(_caps.Object.Id, Position.Of(tip, old[0])));
        AssertRefused(Creator, CapabilityPayloads.RefAdvance(tip, Position.Of(tip)));
        AssertRefused(Creator, CapabilityPayloads.RefAdvance(_caps.Object.Id, Position.Of(tip)).With("extra", true));
        AssertRefused(Creator, CapabilityPayloads.RefAdvance(_caps.Object.Id, Position.Of(tip)).With("refVersion", Literal.Map.Of((tip.ToString(), "z"))));
        AssertRefused(Bob, CapabilityPayloads.RefAdvance(_caps.Object.Id, Position.Of(tip)));
        Advance(box);   // the same version again is not backwards

        void AssertRefused(SecretKey author, Literal.Map advance) => Assert.IsType<Judgement.Refused>(box.Admit(Make(box, author, advance)));
    }

    [Fact]
    public void An_operation_on_a_nested_object_is_authored_checked_and_voided_as_the_containers()
    {
        var box = Open();
        _caps.Write(Creator, _caps.Grant(Bob, "write"));
        Advance(box);
        var child = Write(box, Creator, Literal.Map.Of(("action", "nest"), ("element", BoxType.Create())));
        var update = Literal.Map.Of(("action", "update"), ("child", child.ToString()), ("updatePayload", Put("deep")));
        Assert.IsType<Judgement.Refused>(box.Admit(Entry.Make(update, box.Log.Frontier)));
        Assert.IsType<Judgement.Refused>(box.Admit(Make(box, Alice, update)));
        _caps.Write(Creator, _caps.Revoke(Bob, "write"));
        var bobs = Write(box, Bob, update, child);
        Advance(box, child);
        var inner = Object(box).Child(child);
        Assert.True(inner.Has("deep", box.Version(bobs), box.Version(bobs)));
        Assert.False(inner.Has("deep", box.Log.FrontierVersion, box.Log.FrontierVersion));
        Assert.True(box.Log.TryIndex(bobs, out int entry));
        Assert.Equal(Bob.KeyId.ToString(), inner.AuthorOf(entry));
    }

    [Fact]
    public void Predecessors_that_reach_one_another_and_second_roots_are_refused()
    {
        var box = MemoryReplica.Of(BoxType.Create(), BoxType.Registry);
        var tip = box.Append(Put("a"));
        Assert.IsType<Judgement.Refused>(box.Admit(Entry.Make(Put("b"), Position.Of(tip, box.Replica.Id))));
        Assert.IsType<Judgement.Refused>(box.Admit(Entry.Make(Put("b"), Position.Empty)));
    }

    [Fact]
    public void The_settings_of_an_authority_have_their_limits()
    {
        var create = BoxType.Create(Rules);
        AssertValid(true, create);
        AssertValid(false, create.With("capabilityRef", "x"));
        AssertValid(false, create.Without("capabilityRef"));
        AssertValid(false, create.Without("capRequirements"));
        AssertValid(false, create.With("capRequirements", Literal.Map.Of(("shout", "write"))));
        AssertValid(true, create.With("capRequirements", Literal.Map.Of(("put", new string('x', 256)))));
        AssertValid(false, create.With("capRequirements", Literal.Map.Of(("put", new string('x', 257)))));
        AssertValid(true, create.With("refAdvance", Names(64, 256)));
        AssertValid(false, create.With("refAdvance", Names(65, 256)));
        AssertValid(false, create.With("refAdvance", Names(1, 257)));
        AssertValid(false, create.With("refAdvanceCreators", "no"));
        AssertValid(false, BoxType.Create().With("refAdvanceCreators", false));

        static void AssertValid(bool valid, Literal.Map payload) => Assert.Equal(valid, new BoxType().CheckCreate(payload, BoxType.Registry, null) is null);
        static Literal.Array Names(int count, int units) => new([.. Enumerable.Repeat((Literal)new string('x', units), count)]);
    }
}
