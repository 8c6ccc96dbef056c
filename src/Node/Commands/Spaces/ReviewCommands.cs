using System.CommandLine;
using System.Text.Json.Nodes;
using Hhs.Actors.Node;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Types.Space;
using Hhs.Node.Output;

namespace Hhs.Node.Commands.Spaces;

/// <summary><c>hhs review</c>, <c>explain</c>, <c>seal</c>, and <c>resolve</c> as far as it is about a space.</summary>
internal static class ReviewCommands
{
    public static Command Review()
    {
        var skip = new Option<int>("--skip") { Description = "How many to leave out at the beginning", HelpName = "N", CustomParser = Numbers.Parser("--skip", "0 or 100", 0, int.MaxValue) };
        var most = new Option<int>("--most") { Description = $"How many to list at most. Default: {MostDefault}", HelpName = "N", CustomParser = Numbers.Parser("--most", "10 or 1000", 1, 1000), DefaultValueFactory = _ => MostDefault };
        return SpaceCommand.On(new Command("review", "List the transactions of a space that were not done and that nobody has answered: who won, and why") { skip, most }, async (parsed, context, space) =>
        {
            var items = await space.ReviewAsync(parsed.GetValue(skip), parsed.GetValue(most));
            var tell = new Tell(await space.MembersAsync());
            if (context.Report.Json) foreach (var item in items) context.Report.Write(() => tell.Json(item), () => "");
            else if (items.Count == 0) Console.Out.WriteLine("nothing waits for an answer");
            else
            {
                context.Report.Table(["entry", "author", "", "would do", "why not", "winners"], [.. items.Select(item => (string[])
                [
                    item.Entry.ToString(), item.Author[..Math.Min(8, item.Author.Length)], Tell.Fate(item.Verdict.Fate) + (item.IsFinal ? ", final" : ""), string.Join("; ", Tell.Done(item)), tell.Reason(item),
                    string.Join(", ", item.Winners.First.Select(winner => winner.Short)),
                ])]);
                Console.Out.WriteLine("answer with 'hhs resolve SPACE ENTRY retry' or '... dismiss'; 'hhs explain SPACE ENTRY' tells more");
            }
            return ExitCode.Ok;
        });
    }

    public static Command Explain()
    {
        var entry = SpaceCommand.Entry();
        return SpaceCommand.On(new Command("explain", "Tell what became of an entry of a space: what it required, what was seen, who won, and whether that is final") { entry }, async (parsed, context, space) =>
        {
            var hash = await SpaceCommand.EntryOf(space, parsed.GetValue(entry)!);
            var account = await AccountOf(space, hash);
            var tell = new Tell(await space.MembersAsync());
            if (context.Report.Json)
            {
                var json = tell.Json(account);
                json["canBeFinal"] = space.HasFinality;
                context.Report.Write(() => json, () => "");
                return ExitCode.Ok;
            }
            foreach (string line in await LinesOf(account, tell, space)) Console.Out.WriteLine(line);
            return ExitCode.Ok;
        });
    }

    public static Command Seal() => SpaceCommand.On(new Command("seal", "Make final what is known here of a space; its seal authority alone can"), async (_, context, space) =>
    {
        if (!space.HasFinality) throw new CommandException(ExitCode.Refused, "nobody may seal this space: it was made with --seal-authority none, and nothing in it is ever final");
        Write(context, await space.SealAsync(), "sealed");
        return ExitCode.Ok;
    });

    /// <summary>Answers a transaction that was not done.</summary>
    public static async Task<(ContentHash? Entry, string Done)> ResolveAsync(SpaceHandle space, string[] words)
    {
        if (words is not [var text, "retry" or "dismiss"])
            throw CommandException.BadInput("of a space, say which transaction and how: hhs resolve SPACE ENTRY retry (or dismiss); 'hhs review SPACE' lists them. What plain writes to a member disagree about is settled by writing it anew with 'hhs tx'");
        var transaction = await SpaceCommand.EntryOf(space, text);
        return words[1] == "retry" ? (await space.RetryAsync(transaction), "retried") : (await space.DismissAsync(transaction), "dismissed");
    }

    private static async Task<List<string>> LinesOf(Explanation account, Tell tell, SpaceHandle space)
    {
        var lines = new List<string> { $"{account.Action}  {account.Entry}{(account.Author.Length > 0 ? $"  by {account.Author}" : "")}" };
        Line("verdict", Tell.Fate(account.Verdict.Fate) + (account.Verdict.IsLive ? "" : $": {tell.Reason(account)}"));
        if (account.Transaction is { } transaction) Line("answers", transaction.ToString());
        foreach (string required in tell.Required(account)) Line("required", required);
        foreach (string done in Tell.Done(account)) Line(account.Verdict.IsLive ? "did" : "would do", done);
        await Others("lost to", account.Winners);
        await Others("counted on", account.Lost);
        Line("final", account.IsFinal ? "yes: it stays so, unless the seal authority contradicts itself"
            : space.HasFinality ? $"no: what others wrote can still change it, until {space.Create.SealAuthority} seals" : "never: nobody may seal this space");
        return lines;

        void Line(string what, string says) => lines.Add($"  {what,-11}{says}");

        async Task Others(string what, Named entries)
        {
            foreach (var entry in entries.First)
            {
                var other = await space.ExplainAsync(entry);
                Line(what, $"{entry}  {other.Action} by {other.Author}: {string.Join("; ", Tell.Done(other))}");
            }
            if (entries.Count > entries.First.Count) Line(what, $"and {entries.Count - entries.First.Count} more");
        }
    }

    private static async Task<Explanation> AccountOf(SpaceHandle space, ContentHash entry)
    {
        try
        {
            return await space.ExplainAsync(entry);
        }
        catch (HhsException missing) when (missing.Why.Code == RejectCode.InvalidOperation)
        {
            throw CommandException.NotFound($"the space has no entry {entry} here: 'hhs log' lists them");
        }
    }

    private static void Write(CommandContext context, ContentHash entry, string done) =>
        context.Report.Write(() => new JsonObject { ["done"] = done, ["entry"] = entry.ToString() }, () => $"{done}  {entry}");

    private const int MostDefault = 100;
}
