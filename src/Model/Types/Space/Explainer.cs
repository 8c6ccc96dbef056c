using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Settling;

namespace Hhs.Model.Types.Space;

/// <summary>Finds out why an entry is not live: who won, and what it had counted on.</summary>
/// <remarks>Source: docs/types/space.md, winners.</remarks>
internal sealed class Explainer(ReplicatedSpace space, Settlement settlement, SpaceEntryReader reader, SpaceAuthority? authority)
{
    private readonly DagLog _log = space.Scope.Log;

    public Explanation Explain(Settled<SpaceState> node)
    {
        var entry = reader.EntryAt(node.Entry);
        var payload = space.Scope.PayloadOf(node.Entry);
        var resolved = entry is SpaceEntry.Resolve { Transaction: var number } ? number : (int?)null;
        var transaction = (resolved is { } t ? reader.EntryAt(t) : entry) as SpaceEntry.Transact;
        var explanation = new Explanation(_log.HashOf(node.Entry), payload.Text("action")!, entry.Author, node.Verdict, settlement.IsFinal(node.Entry))
        {
            Require = (space.Scope.PayloadOf(resolved ?? node.Entry)["require"] as Literal.Array)?.Items.ToArray() ?? [],
            Operations = entry is SpaceEntry.Resolve { IsRetried: false } ? [] : OperationsOf(entry).ToArray(),
            Transaction = resolved is { } of ? _log.HashOf(of) : null,
        };
        return node.Verdict.Reason switch
        {
            SettledReason.NotAllowed(var capability) => explanation with { Winners = InOrder(Barriers(node, entry.Author, capability)) },
            SettledReason.ConditionFails(var index, _) => Condition(explanation, node, transaction!.Require[index]),
            SettledReason.MemberVoid => explanation with { Lost = InOrder(Lost(node, Touching([.. MembersOf(transaction ?? entry).Where(member => !settlement.State.Members.ContainsKey(member.Entry))]))) },
            SettledReason.Inapplicable(var index, _) => explanation with { Lost = InOrder(Lost(node, Touching([OperationsOf(entry).ElementAt(index).Member]))) },
            _ => explanation,
        };
    }

    private Explanation Condition(Explanation explanation, Settled<SpaceState> node, SpaceCondition condition)
    {
        MemberDefinition[] members = [.. condition.Members.Distinct()];
        var winners = Rivals(node, members).Where(rival => settlement.Find(rival) is { Verdict.IsLive: true } other && other.Place < node.Place
            && OperationsOf(reader.EntryAt(rival)).Any(op => condition.CanFalsify(settlement.State, op.Member, op.Payload)));
        var barriers = condition.Capabilities.SelectMany(pair => Barriers(node, pair.KeyId, pair.Capability));
        return explanation with { Winners = InOrder(winners.Concat(barriers)), Lost = InOrder(Lost(node, Touching(members))) };
    }

    // Concurrent with it, or seen by it and not live there.
    private IEnumerable<int> Rivals(Settled<SpaceState> node, MemberDefinition[] members)
    {
        var own = _log.VersionOf(node.Entry);
        foreach (var member in members)
        {
            var filter = TagFilter.Of(new Tag(ReplicatedSpace.MemberKey, member.Id));
            foreach (int entry in _log.EntriesBetween(own, settlement.Version, filter))
            {
                if (!_log.Precedes(node.Entry, entry)) yield return entry;
            }
        }
        var touches = Touching(members);
        foreach (int entry in space.Settle(own).State.NotLive)
        {
            if (entry != node.Entry && touches(entry)) yield return entry;
        }
    }

    private IEnumerable<int> Lost(Settled<SpaceState> node, Func<int, bool> concerns) =>
        settlement.State.NotLive.Where(entry => entry != node.Entry && _log.Precedes(entry, node.Entry) && concerns(entry));

    private IEnumerable<int> Barriers(Settled<SpaceState> node, string keyId, string capability) =>
        (authority?.BarriersAgainst(keyId, capability, node.Authority) ?? []).Where(entry => !_log.Precedes(entry, node.Entry) && !_log.Precedes(node.Entry, entry));

    private Func<int, bool> Touching(MemberDefinition[] members) =>
        entry => members.Any(member => member.Entry == entry) || OperationsOf(reader.EntryAt(entry)).Any(op => members.Contains(op.Member));

    private Named InOrder(IEnumerable<int> entries)
    {
        var nodes = entries.Distinct().Select(entry => settlement.Find(entry)!).OrderBy(node => node.Place).ToList();
        return new([.. nodes.Take(Limits.WinnersMax).Select(node => _log.HashOf(node.Entry))], nodes.Count);
    }

    private static IEnumerable<MemberDefinition> MembersOf(SpaceEntry entry) => entry switch
    {
        SpaceEntry.Operation operation => [operation.Target],
        SpaceEntry.Transact transaction => transaction.Members,
        _ => [],
    };

    private IEnumerable<(MemberDefinition Member, Literal.Map Payload)> OperationsOf(SpaceEntry entry) => entry switch
    {
        SpaceEntry.Operation operation => [(operation.Target, operation.Payload)],
        SpaceEntry.Transact transaction => transaction.Ops,
        SpaceEntry.Resolve { IsRetried: true } resolve => OperationsOf(reader.EntryAt(resolve.Transaction)),
        _ => [],
    };
}
