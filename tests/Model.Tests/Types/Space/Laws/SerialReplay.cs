using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types.Members;
using Hhs.Model.Types.Space;

namespace Hhs.Model.Tests.Types.Space.Laws;

/// <summary>Does what the live entries of a settlement say, one after the other, on the members' own states, and looks at conditions on the way.</summary>
internal sealed class SerialReplay(SpaceLawHistory history, MemoryReplica replica, Settlement settled)
{
    private readonly Dictionary<string, MemberState> _states = [];

    /// <summary>Returns how many conditions and operations failed, each of which had to.</summary>
    public int Run()
    {
        int failing = 0;
        foreach (var hash in settled.Order)
        {
            var (payload, verdict) = (replica.PayloadOf(hash), settled.VerdictOf(hash)!);
            switch (payload.Text("action"))
            {
                case "member" when verdict.IsLive:
                    _states.Add(hash.ToString(), settled.Members.Single(m => m.Id == hash).Start(history.Types));
                    break;
                case "op" when payload.Text("member") != SpacePayloads.Capabilities && verdict.Reason is null or SettledReason.Inapplicable:
                    failing += Do([payload], hash, isPlain: true, verdict);
                    break;
                case "transact":
                    failing += Check(payload, hash, verdict);
                    break;
                case "resolve" when payload.Text("how") == "retry":
                    failing += Check(replica.PayloadOf(ContentHash.Parse(payload.Text("transaction")!)), hash, verdict);
                    break;
            }
        }
        Assert.Equal(settled.Members.ToDictionary(m => m.Id.ToString(), m => SettlementText.Of(settled.Member(m.Id)!)), _states.ToDictionary(s => s.Key, s => SettlementText.Of(s.Value)));
        return failing;
    }

    private int Check(Literal.Map transaction, ContentHash hash, SettledVerdict verdict)
    {
        int? fails = (verdict.Reason as SettledReason.ConditionFails)?.Index;
        if (fails is null && verdict.Reason is not (null or SettledReason.Inapplicable)) return 0;
        var conditions = ((Literal.Array)transaction["require"]!).Items;
        for (int i = 0; i < (fails + 1 ?? conditions.Length); i++)
        {
            if (Holds((Literal.Map)conditions[i]) is { } holds) Assert.True(holds == (i != fails), $"{history}: condition {i} of {hash}");
        }
        return fails is null ? Do(((Literal.Array)transaction["ops"]!).Items.ToArray().Cast<Literal.Map>(), hash, isPlain: false, verdict) : 1;
    }

    // All of them, or if one is not taken that one and none before it.
    private int Do(IEnumerable<Literal.Map> operations, ContentHash hash, bool isPlain, SettledVerdict verdict)
    {
        int? refused = (verdict.Reason as SettledReason.Inapplicable)?.Index;
        var states = new Dictionary<string, MemberState>(_states);
        int number = 0, entry = replica.Version(hash).Tips[0];
        foreach (var operation in operations)
        {
            if (number > refused) break;
            var member = states[operation.Text("member")!];
            string author = replica.PayloadOf(hash).Text("author")!;
            var next = member.Apply(new(isPlain ? hash : OracleWalk.OperationId(hash, number), (Literal.Map)operation["payload"]!, author, entry,
                isPlain ? earlier => replica.Log.Precedes(earlier, entry) : null), out var why);
            Assert.True((next is null) == (number == refused), $"{history}: operation {number} of {hash}: {why}");
            if (next is not null) states[operation.Text("member")!] = next;
            number++;
        }
        if (refused is not null) return 1;
        foreach (var (id, state) in states) _states[id] = state;
        return 0;
    }

    // Null where it is about capabilities, which do not follow the order.
    private bool? Holds(Literal.Map condition)
    {
        if (condition["allOf"] is Literal.Array all) return Fold(all, isAll: true);
        if (condition["anyOf"] is Literal.Array any) return Fold(any, isAll: false);
        if (condition.Text("member") == SpacePayloads.Capabilities) return null;
        var (kind, argument) = condition.Without("member").Entries[0];
        var state = _states[condition.Text("member")!];
        return state.ConditionOf(kind, argument)!.Look(state).Holds;
    }

    private bool? Fold(Literal.Array parts, bool isAll)
    {
        var held = parts.Items.ToArray().Select(part => Holds((Literal.Map)part)).ToList();
        return held.Contains(!isAll) ? !isAll : held.Contains(null) ? null : isAll;
    }
}
