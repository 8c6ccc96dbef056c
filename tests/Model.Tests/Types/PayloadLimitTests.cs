using System.Reflection;
using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Tests.Dag;
using Hhs.Model.Tests.Identity;
using Hhs.Model.Tests.Json;
using Hhs.Model.Tests.Types.Capabilities;
using Hhs.Model.Tests.Types.Conditions;
using Hhs.Model.Tests.Types.Space;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Set;

namespace Hhs.Model.Tests.Types;

/// <summary>Each limit of a payload from both sides, and that none is left out.</summary>
public sealed class PayloadLimitTests
{
    public static TheoryData<string> Whats => [.. PayloadLimits.All.Select(row => row.What)];

    [Theory, MemberData(nameof(Whats))]
    public void What_is_at_the_limit_is_taken_and_one_more_is_refused(string what)
    {
        var row = PayloadLimits.All.Single(r => r.What == what);
        var atLimit = row.Judge(row.Most);
        if (row.Format is null) Assert.Null(atLimit);
        else Assert.DoesNotContain(row.Format, Assert.NotNull(atLimit).Detail, StringComparison.Ordinal);
        var beyond = Assert.NotNull(row.Judge(row.Most + 1));
        Assert.Equal(row.Code, beyond.Code);
        Assert.Contains(row.Format ?? "", beyond.Detail, StringComparison.Ordinal);
        Assert.InRange(beyond.Detail.Length, 1, DetailUnitsMax);
    }

    [Fact]
    public void Every_limit_of_the_model_has_its_test()
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly;
        string[] limits = [.. typeof(Limits).Assembly.GetTypes().SelectMany(type => type.GetFields(All))
            .Where(field => field is { IsLiteral: true, Name: var name } && name.EndsWith("Max", StringComparison.Ordinal) && field.DeclaringType!.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)) is false)
            .Select(field => $"{field.DeclaringType!.Name}.{field.Name}").Order(StringComparer.Ordinal)];
        var tested = PayloadLimits.All.Select(row => row.Of).Concat(Elsewhere.Keys).Concat(NotOfPayloads).ToHashSet(StringComparer.Ordinal);
        Assert.Equal([], limits.Except(tested));
        Assert.Equal([], Elsewhere.Keys.Concat(NotOfPayloads).Except(limits));
        Assert.True(limits.Length > 30);
    }

    // One literal, one verdict: what is admitted can be stored, read back and sent, and nothing else is.
    [Fact]
    public void What_is_admitted_can_be_read_back()
    {
        int framing = JsonText.Write(SetPayloads.Add(new Literal.Array())).Length - 1;
        // Whatever takes more room in one text than in another.
        foreach (var item in (Literal[])[1e20, "\u0001\n", "\u4e8c\ud83d\ude00\\\"", Literal.Map.Of(("\ud800", true))])
        {
            int most = (Limits.PayloadBytesMax - framing) / (JsonText.Write(item).Length + 1);
            foreach (int count in (int[])[most, most + 1])
            {
                Literal payload = SetPayloads.Add(new Literal.Array([.. Enumerable.Repeat(item, count)]));
                Assert.Equal(count == most, LiteralReader.TryRead(JsonText.Write(payload), out _, out var why));
                Assert.Equal(count == most ? null : why.Code, PayloadBounds.Check(payload)?.Code);
            }
        }
    }

    [Fact]
    public void What_a_peer_calls_its_type_is_quoted_in_short()
    {
        string name = new string('t', 63) + "\ud83d\ude00" + new string('t', 500_000);
        var create = Entry.Make(Literal.Map.Of(("action", "create"), ("type", name)), Position.Empty);
        var refused = Assert.IsType<Judgement.Refused>(new MemoryReplica(create.Hash, new TypeRegistry { RelaysUnknown = false }).Admit(create)).Why;
        Assert.Equal((RejectCode.Unsupported, $"unknown type '{new string('t', 63)}...'"), (refused.Code, refused.Detail));

        // An object of that type as the authority of another.
        var unknown = MemoryReplica.Of((Literal.Map)create.Payload);
        var rules = new Model.Types.Authority.AuthorityRules(create.Hash.ToString(), new Dictionary<string, string> { ["add"] = "c" }, [], true);
        var counter = MemoryReplica.Of(rules.WriteTo(CounterPayloads.Create("c")), foreign: ForeignObjects.Of(unknown));
        refused = Assert.IsType<Judgement.Refused>(counter.Admit(Entry.Make(CounterPayloads.Add(1), counter.Log.Frontier))).Why;
        Assert.Equal((RejectCode.InvalidOperation, $"the object's capabilityRef is a {new string('t', 63)}..."), (refused.Code, refused.Detail));
        Assert.Equal(new string('a', 64), Reject.Excerpt(new string('a', 64)));
        Assert.Equal(new string('a', 64) + "...", Reject.Excerpt(new string('a', 65)));
    }

    private const int DetailUnitsMax = 200;

    // Limits that are tested next to what they are about, and where.
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["CapabilityFormats.CreatorsMax"] = nameof(CapabilityLimitTests.A_create_payload_has_its_limits),
        ["CapabilityFormats.InitialCapsMax"] = nameof(CapabilityLimitTests.A_create_payload_has_its_limits),
        ["CapabilityFormats.ManagersMax"] = nameof(CapabilityLimitTests.A_list_of_an_operation_has_its_limits),
        ["CapabilityFormats.NameUnitsMax"] = nameof(CapabilityLimitTests.A_text_field_of_an_operation_has_its_limit),
        ["CapabilityFormats.OriginsMax"] = nameof(CapabilityLimitTests.A_list_of_an_operation_has_its_limits),
        ["CapabilityJudge.CutPairsMax"] = nameof(HostileCapabilityTests.Managers_who_all_grant_one_another_keep_what_a_creator_gave_while_they_are_few),
        ["CapabilityJudge.DepthMax"] = nameof(HostileCapabilityTests.A_delegation_is_followed_to_its_limit_and_not_beyond),
        ["CounterPayloads.BoundUnitsMax"] = nameof(ConditionLimitTests.A_bound_of_a_counter_has_at_most_40_units),
        ["Limits.ConditionBytesMax"] = nameof(ConditionLimitTests.At_most_131072_bytes),
        ["Limits.ConditionDepthMax"] = nameof(ConditionLimitTests.At_most_4_levels),
        ["Limits.ConditionPartsMax"] = nameof(ConditionLimitTests.At_most_64_parts_itself_included),
        ["Limits.ConditionSeenBytesMax"] = nameof(ConditionLimitTests.What_a_condition_of_a_type_s_own_has_seen_is_bounded_too),
        ["Limits.PrevEntryHashesMax"] = nameof(HeaderTests.Predecessors_are_bounded),
        ["Limits.PublicKeyBytesMax"] = nameof(IdentityTests.A_serialized_key_over_the_limit_is_refused),
        ["Limits.SpaceMembersMax"] = nameof(SpaceLimitTests.At_most_1024_members),
        ["Limits.TransactionConditionsMax"] = nameof(SpaceLimitTests.At_most_64_conditions),
        ["Limits.TransactionOperationsMax"] = nameof(SpaceLimitTests.At_most_1024_operations),
        ["Limits.WinnersMax"] = nameof(SpaceLimitTests.At_most_16_winners_are_named_and_all_are_counted),
        ["SeenValue.CandidatesMax"] = nameof(ConditionLimitTests.Long_values_and_many_candidates_are_seen_in_short),
        ["SeenValue.ValueBytesMax"] = nameof(ConditionLimitTests.Long_values_and_many_candidates_are_seen_in_short),
        ["SpaceFormats.NameUnitsMax"] = nameof(SpaceLimitTests.A_name_has_at_most_64_units),
    };

    // What is held in memory at most, and thrown away beyond; and how long a number's text can be.
    private static readonly string[] NotOfPayloads =
    [
        "JsonBuffer.KeptBytesMax", "NumberText.BytesMax", "Reject.ExcerptUnitsMax", "ReplicatedCapabilities.JudgesHeldMax", "ReplicatedCapabilities.KeysHeldMax",
        "ReplicatedRecord.ChildrenOpenMax", "ReplicatedSet.ChildrenOpenMax", "Settlement.ReviewedMax", "Settlement.StepsMax", "Settler`1.RecentMax", "Settler`1.StepsDownMax",
        "SpaceEntryReader.RecentMax",
    ];
}
