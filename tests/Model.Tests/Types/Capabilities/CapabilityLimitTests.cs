using Hhs.Model.Dag;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Set;
using static Hhs.Model.Tests.Types.Capabilities.CapabilityScript;

namespace Hhs.Model.Tests.Types.Capabilities;

/// <summary>Each limit of each payload: what is at it passes the format, what is one beyond is refused for it.</summary>
public sealed class CapabilityLimitTests
{
    private static readonly CapabilityScript Ours = new(CapabilityType.Ours, "s", Bob), Original = new(CapabilityType.Original, "s", Bob);

    public static TheoryData<bool, string, string, int> Fields
    {
        get
        {
            var data = new TheoryData<bool, string, string, int>();
            foreach (bool isOurs in (bool[])[false, true])
            {
                foreach (string action in (string[])["add-identity", "create-cap", "delete-cap", "grant", "revoke"])
                {
                    data.Add(isOurs, action, "author", 256);
                    data.Add(isOurs, action, "signature", 8192);
                }
                data.Add(isOurs, "add-identity", "keyId", 256);
                data.Add(isOurs, "add-identity", "publicKey", 8192);
                foreach (string action in (string[])["create-cap", "delete-cap", "grant", "revoke"]) data.Add(isOurs, action, "capName", 256);
                foreach (string action in (string[])["grant", "revoke"]) data.Add(isOurs, action, "grantee", 256);
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Fields))]
    public void A_text_field_of_an_operation_has_its_limit(bool isOurs, string action, string field, int units)
    {
        var operation = Operation(isOurs, action);
        AssertFormat(true, isOurs, operation.With(field, new string('x', units)));
        AssertFormat(false, isOurs, operation.With(field, new string('x', units + 1)));
        AssertFormat(false, isOurs, operation.With(field, 1));
        AssertFormat(false, isOurs, operation.Without(field));
        AssertFormat(false, isOurs, operation.With("unknown", "x"));
    }

    [Theory]
    [InlineData(false, "create-cap", "managedBy", 64, 256)]
    [InlineData(true, "create-cap", "managedBy", 64, 256)]
    [InlineData(false, "grant", "capOrigins", 16, 128)]
    [InlineData(true, "grant", "capOrigins", 16, 128)]
    [InlineData(true, "revoke", "capOrigins", 16, 128)]
    [InlineData(true, "delete-cap", "capOrigins", 16, 128)]
    public void A_list_of_an_operation_has_its_limits(bool isOurs, string action, string field, int count, int units)
    {
        var operation = Operation(isOurs, action);
        AssertFormat(true, isOurs, operation.With(field, List(count, units)));
        AssertFormat(false, isOurs, operation.With(field, List(count + 1, units)));
        AssertFormat(false, isOurs, operation.With(field, List(count, units + 1)));
    }

    [Fact]
    public void A_revoke_and_a_delete_cap_of_the_original_name_no_origins()
    {
        AssertFormat(false, false, Operation(true, "revoke"));
        AssertFormat(false, false, Operation(true, "delete-cap"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_create_payload_has_its_limits(bool isOurs)
    {
        var type = isOurs ? CapabilityType.Ours : CapabilityType.Original;
        var keys = Enumerable.Range(1, 65).Select(i => Person(i).PublicKey).ToArray();
        AssertCreate(true, Create(keys[..64]));
        AssertCreate(false, Create(keys));
        AssertCreate(false, Create([]));
        AssertCreate(!isOurs, Create([keys[0], keys[0]]));
        var create = Create(keys[..1]);
        AssertCreate(true, create.With("seed", new string('x', 1024)));
        AssertCreate(false, create.With("seed", new string('x', 1025)));
        AssertCreate(true, create.With("initialCaps", Caps(256, 256)));
        AssertCreate(false, create.With("initialCaps", Caps(257, 256)));
        AssertCreate(false, create.With("initialCaps", Caps(1, 257)));
        AssertCreate(true, create.With("initialCaps", Managed(64)));
        AssertCreate(false, create.With("initialCaps", Managed(65)));
        AssertCreate(false, create.With("initialCaps", Literal.Map.Of(("a", Literal.Map.Of(("managedBy", new Literal.Array(new string('x', 257))))))));
        AssertCreate(true, create.With("initialCaps", Caps(1, 256)).With("enrollCapability", new string('0', 256)));
        AssertCreate(false, create.With("enrollCapability", new string('x', 257)));
        AssertCreate(false, create.With("enrollCapability", "absent"));
        AssertCreate(!isOurs, create.With("hashAlgorithm", new string('x', 256)));
        AssertCreate(false, create.With("hashAlgorithm", new string('x', 257)));
        AssertCreate(false, create.With("creators", new Literal.Array(new string('x', 257))));
        AssertCreate(false, create.With("creatorKeys", new Literal.Array(new string('A', 8193))));
        AssertCreate(false, create.With("creatorKeys", new Literal.Array("")));
        AssertCreate(false, create.With("unknown", true));

        Literal.Map Create(PublicKey[] creators) => CapabilityPayloads.Create(type, "s", creators, new Dictionary<string, string[]>());
        void AssertCreate(bool valid, Literal.Map payload) => Assert.Equal(valid ? null : RejectCode.InvalidOperation, type.CheckCreate(payload, TypeRegistry.BuiltIn, null)?.Code);
        static Literal.Map Managed(int count) => Literal.Map.Of(("a", Literal.Map.Of(("managedBy", new Literal.Array([.. Enumerable.Repeat((Literal)"creator", count)])))));
        static Literal.Map Caps(int count, int units) => Literal.Map.FromPairs([.. Enumerable.Range(0, count)
            .Select(i => KeyValuePair.Create(i.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(units, '0'), (Literal)Literal.Map.Of(("managedBy", new Literal.Array()))))]);
    }

    [Fact]
    public void A_capability_object_cannot_be_nested()
    {
        var set = MemoryReplica.Of(SetPayloads.Create(new SetOptions { Seed = "s", ContentType = "hhs/cap_v1" }));
        var inner = CapabilityPayloads.Create(CapabilityType.Original, "s", [Creator.PublicKey], new Dictionary<string, string[]>());
        Assert.IsType<Judgement.Refused>(set.Admit(Entry.Make(SetPayloads.Add(inner), set.Log.Frontier)));
    }

    [Theory]
    [InlineData("add", 256, true)]
    [InlineData("add", 257, false)]
    [InlineData("delete", 256, true)]
    [InlineData("delete", 257, false)]
    public void A_capability_requirement_of_a_set_has_its_limit(string operation, int units, bool valid) =>
        AssertSet(valid, SetCreate(Literal.Map.Of((operation, new string('x', units)))));

    [Fact]
    public void The_settings_of_a_permissioned_set_have_their_limits()
    {
        var requirements = Literal.Map.Of(("add", "w"));
        AssertSet(true, SetCreate(requirements.With("refAdvance", List(64, 256))));
        AssertSet(false, SetCreate(requirements.With("refAdvance", List(65, 256))));
        AssertSet(false, SetCreate(requirements.With("refAdvance", List(64, 257))));
        AssertSet(false, SetCreate(requirements.With("refAdvanceCreators", "yes")));
        AssertSet(false, SetCreate(requirements.With("update", "w")));
        AssertSet(true, SetCreate(requirements).With("capabilityRef", new string('x', 128)));
        AssertSet(false, SetCreate(requirements).With("capabilityRef", new string('x', 129)));
        AssertSet(false, SetCreate(requirements).Without("capabilityRef"));
        AssertSet(false, SetCreate(requirements).Without("capRequirements"));
    }

    [Fact]
    public void A_set_under_what_is_no_capability_object_takes_nothing_and_a_missing_one_is_waited_for()
    {
        var id = Original.Object.Id;
        var orphan = MemoryReplica.Of(SetCreate(Literal.Map.Of(("add", "w"))).With("capabilityRef", id.ToString()));
        var add = Entry.Make(SignedPayload.Sign(SetPayloads.Add("x"), Creator), orphan.Log.Frontier);
        Assert.Equal([Dependency.OnObject(id)], Assert.IsType<Judgement.Waiting>(orphan.Admit(add)).On);
        Assert.Throws<MissingDependencyException>(() => ((ReplicatedSet)orphan.Replica.Object!).View(orphan.Log.FrontierVersion).Has("x"));

        var nowhere = MemoryReplica.Of(SetCreate(Literal.Map.Of(("add", "w"))).With("capabilityRef", "x"));
        Assert.IsType<Judgement.Refused>(nowhere.Admit(Entry.Make(SignedPayload.Sign(SetPayloads.Add("x"), Creator), nowhere.Log.Frontier)));
        var set = MemoryReplica.Of(SetPayloads.Create(new SetOptions { Seed = "plain" }));
        var wrong = MemoryReplica.Of(SetCreate(Literal.Map.Of(("add", "w"))).With("capabilityRef", set.Replica.Id.ToString()), foreign: ForeignObjects.Of(set));
        Assert.IsType<Judgement.Refused>(wrong.Admit(Entry.Make(SignedPayload.Sign(SetPayloads.Add("x"), Creator), wrong.Log.Frontier)));
    }

    private static Literal.Map SetCreate(Literal.Map requirements) => SetPayloads.Create(new SetOptions { Seed = "p" })
        .With("capabilityRef", Original.Object.Id.ToString()).With("capRequirements", requirements);

    private static void AssertSet(bool valid, Literal.Map payload) =>
        Assert.Equal(valid, new SetType().CheckCreate(payload, TypeRegistry.BuiltIn, null) is null);

    private static Literal.Map Operation(bool isOurs, string action) => (action switch
    {
        "add-identity" => CapabilityPayloads.AddIdentity(Bob.PublicKey),
        "create-cap" => CapabilityPayloads.CreateCap("c"),
        "delete-cap" => CapabilityPayloads.DeleteCap("c", isOurs ? [] : null),
        "grant" => CapabilityPayloads.Grant("g", "c", []),
        _ => CapabilityPayloads.Revoke("g", "c", isOurs ? [] : null),
    }).With("author", "a").With("signature", "s");

    private static Literal.Array List(int count, int units) => new([.. Enumerable.Repeat((Literal)new string('x', units), count)]);

    private static void AssertFormat(bool passes, bool isOurs, Literal.Map operation)
    {
        var caps = isOurs ? Ours : Original;
        var why = Assert.IsType<Verdict.Refused>(caps.Object.Check(operation, caps.Replica.Log.FrontierVersion)).Why;
        if (!passes) Assert.Equal(RejectCode.InvalidOperation, why.Code);
        Assert.Equal(passes, !why.Detail.EndsWith("has a field missing, unknown or out of bounds", StringComparison.Ordinal));
    }
}
