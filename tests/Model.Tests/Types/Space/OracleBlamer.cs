using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>Winners and lost entries: docs/types/space.md, winners.</summary>
internal sealed class OracleBlamer(SpaceOracle oracle, OracleWalk walk)
{
    private readonly OracleGraph _graph = oracle.Graph;

    public OracleBlame Of(OracleEntry entry)
    {
        var verdict = walk.VerdictOf(entry.Hash);
        switch (verdict.Reason)
        {
            case OracleReason.NotAllowed:
                string capability = walk.Denied(entry)!;
                return OracleBlame.Of([.. Concurrent(entry).Where(e => TakesAway(e, entry.Author, capability)).Select(e => e.Hash)], []);
            case OracleReason.Condition:
                var parts = OracleConditions.Parts(walk.ConditionsOf(entry)[verdict.Condition!.Value]).ToList();
                return OracleBlame.Of([.. Winners(entry, parts)], [.. Lost(entry, [.. parts.Select(p => p.Member)])]);
            case OracleReason.MemberVoid or OracleReason.Inapplicable:
                return OracleBlame.Of([], [.. Lost(entry, walk.FaultyMembersOf(entry.Hash))]);
            default:
                return OracleBlame.None;
        }
    }

    // Authority does not follow the order: what it judges by may come later in it.
    private IEnumerable<ContentHash> Winners(OracleEntry entry, List<(string Member, string Kind, Literal Argument)> parts)
    {
        int place = walk.Order.ToList().IndexOf(entry.Hash);
        return walk.Order.Where((e, i) => parts.Any(part => part.Member == "capabilities"
            ? _graph.AreConcurrent(e, entry.Hash) && walk.FromOf(entry.Hash).Contains(e)
                && TakesAway(_graph[e], ((Literal.Map)part.Argument).Text("keyId")!, ((Literal.Map)part.Argument).Text("capability")!)
            : i < place && walk.VerdictOf(e).IsLive && IsNews(e, entry.Hash) && walk.OperationsOf(_graph[e]).Any(o =>
                o.Member == part.Member && OracleConditions.CanFalsify(walk.MemberOf(part.Member), part.Kind, part.Argument, o.Operation))));
    }

    // Beside the entry, or below it and not live when it was written.
    private bool IsNews(ContentHash e, ContentHash entry) => _graph.AreConcurrent(e, entry) || !oracle.WasLive(e, entry);

    // Of the entry's own history, in the settled order.
    private IEnumerable<ContentHash> Lost(OracleEntry entry, string[] members) =>
        walk.Order.Where(e => _graph.IsBefore(e, entry.Hash) && !walk.VerdictOf(e).IsLive
            && (members.Contains(e.ToString()) || walk.OperationsOf(_graph[e]).Any(o => members.Contains(o.Member))));

    private IEnumerable<OracleEntry> Concurrent(OracleEntry entry) =>
        walk.Order.Where(e => _graph.AreConcurrent(e, entry.Hash) && walk.FromOf(entry.Hash).Contains(e)).Select(e => _graph[e]);

    private static bool TakesAway(OracleEntry entry, string keyId, string capability) =>
        OracleAuthority.IsOperation(entry) && entry.Payload["payload"] is Literal.Map operation && operation.Text("capName") == capability
        && (operation.Text("action") == "delete-cap" || (operation.Text("action") == "revoke" && operation.Text("grantee") == keyId));
}
