using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>Whether an entry that is well formed and rightly signed may be admitted: docs/types/space.md, admission.</summary>
internal static class OracleAdmission
{
    public static bool Admits(this SpaceOracle oracle, OracleEntry entry)
    {
        var graph = oracle.Graph;
        if (entry.Prev.Count == 0 || !entry.Prev.All(graph.Has)) return false;
        if (entry.Prev.Any(p => entry.Prev.Any(other => graph.IsBefore(p, other)))) return false;
        var history = graph.HistoryOf(entry.Prev);
        if (OracleAuthority.IsOperation(entry)) return oracle.Authority.Accepts(entry);
        return HasWhatItNames(oracle, entry, history) && oracle.Try(entry).IsLive;
    }

    private static bool HasWhatItNames(SpaceOracle oracle, OracleEntry entry, HashSet<ContentHash> history)
    {
        switch (entry.Action)
        {
            case "member":
                return entry.Payload["requires"] is null || oracle.Authority.Exists;
            case "op":
                return IsMember(entry.Payload.Text("member")!);
            case "transact":
                var operations = ((Literal.Array)entry.Payload["ops"]!).Items.ToArray().Select(o => ((Literal.Map)o).Text("member")!);
                return operations.All(IsMember) && ((Literal.Array)entry.Payload["require"]!).Items.ToArray().SelectMany(OracleConditions.Parts).All(IsCondition);
            case "resolve":
                return TryFind(entry.Payload.Text("transaction")!, "transact");
            case "seal":
                return entry.Author == SealAuthorityOf(oracle.Create);
            default:
                return false;
        }

        bool TryFind(string id, string action) => ContentHash.TryParse(id, out var hash) && history.Contains(hash) && oracle.Graph[hash].Action == action;
        bool IsMember(string id) => TryFind(id, "member");
        bool IsCondition((string Member, string Kind, Literal Argument) part) => part.Member == "capabilities"
            ? oracle.Authority.Exists && OracleConditions.Exists("capabilities", part.Kind, part.Argument)
            : IsMember(part.Member) && OracleConditions.Exists(TypeOf(part.Member), part.Kind, part.Argument);
        string TypeOf(string id) => ((Literal.Map)oracle.Graph[ContentHash.Parse(id)].Payload["create"]!).Text("type")!;
    }

    public static string SealAuthorityOf(Literal.Map create) =>
        create.Text("sealAuthority") ?? ((Literal.String)((Literal.Array)create["creators"]!).Items[0]).Value;
}
