using System.Text.Json.Nodes;
using Hhs.Actors.Spaces;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types.Space;
using Hhs.Node.Output;

namespace Hhs.Node.Commands.Spaces;

/// <summary>Accounts of entries, for people and for scripts.</summary>
/// <param name="members">The members, for their names.</param>
internal sealed class Tell(IReadOnlyList<SpaceMember> members)
{
    public static string Fate(Fate fate) => fate switch { Model.Settling.Fate.Live => "live", Model.Settling.Fate.Void => "void", _ => "pending" };

    /// <summary>Why an entry is not live; empty if it is.</summary>
    public string Reason(Explanation account) => Report.Visible(account.Verdict.Reason switch
    {
        null => "",
        SettledReason.ConditionFails(var index, var seen) => $"{Condition(account.Require[index])} does not hold; seen: {SpaceText.Seen(seen)}",
        SettledReason.NotAllowed("") => "only the transaction's author and creators may resolve it",
        SettledReason.NotAllowed(var capability) => $"its author does not have capability '{capability}'",
        SettledReason.MemberVoid(var member) => $"member {Name(member.ToString())} is void",
        SettledReason.Inapplicable(var index, var why) => $"operation {index} is not possible: {why.Detail}",
        SettledReason.Resolved => "the transaction was resolved by another one before",
        SettledReason.Revived => "the transaction is live again",
        var other => other.ToString()!,
    });

    /// <summary>What an entry required, in words.</summary>
    public IReadOnlyList<string> Required(Explanation account) => [.. account.Require.Select(Condition)];

    /// <summary>What an entry does, in words.</summary>
    public static IReadOnlyList<string> Done(Explanation account) => [.. account.Operations.Select(op => Report.Visible(SpaceText.Operation(op.Member.Name, op.Payload)))];

    /// <summary>The whole of it, for a script.</summary>
    public JsonObject Json(Explanation account)
    {
        var json = new JsonObject
        {
            ["entry"] = account.Entry.ToString(), ["action"] = account.Action, ["author"] = account.Author, ["fate"] = Fate(account.Verdict.Fate), ["final"] = account.IsFinal,
            ["reason"] = account.Verdict.Reason?.GetType().Name, ["why"] = account.Verdict.Reason is null ? null : Reason(account),
            ["require"] = JsonLine.Array(Required(account), each => each), ["operations"] = JsonLine.Array(Done(account), each => each),
            ["winners"] = Entries(account.Winners), ["winnerCount"] = account.Winners.Count, ["lost"] = Entries(account.Lost), ["lostCount"] = account.Lost.Count,
        };
        if (account.Transaction is { } transaction) json["transaction"] = transaction.ToString();
        if (account.Verdict.Reason is SettledReason.ConditionFails(var index, var seen)) (json["failed"], json["seen"]) = (index, JsonLine.From(seen));
        return json;
    }

    private string Condition(Literal condition) => Report.Visible(SpaceText.Condition(condition, Name));

    private string Name(string id) => members.FirstOrDefault(member => member.Id.ToString() == id)?.Name ?? (ContentHash.TryParse(id, out var hash) ? hash.Short : id);

    private static JsonArray Entries(Named named) => JsonLine.Array(named.First, entry => entry.ToString());
}
