using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Hhs.Actors.Spaces;
using Hhs.Model.Json;
using Hhs.Model.Settling;

namespace Hhs.Node.Commands.Spaces;

/// <summary><c>hhs tx SPACE</c>.</summary>
internal static class TransactCommand
{
    public static Command Make()
    {
        var require = new Option<string[]>("--require") { Description = "What must hold: \"seats absent 12\", \"stock atLeast 1\", with || between for one of several; repeat for more", HelpName = "CONDITION", DefaultValueFactory = _ => [] };
        var does = new Option<string[]>("--do") { Description = "What is done then, in order: \"seats set 12=ann\", \"stock add -1\"; repeat for more", HelpName = "OPERATION", DefaultValueFactory = _ => [] };
        var onConflict = new Option<string>("--on-conflict") { Description = "What becomes of it if another one wins: void, or review, where somebody is asked", HelpName = "void|review" };
        var file = new Option<string?>(FileOption) { Description = "JSON: {\"require\":[...], \"do\":[...], \"onConflict\":...}, of texts as above or as the space has them", HelpName = "FILE" };
        var json = Values.JsonOption();
        return SpaceCommand.On(new Command("tx", "Change members of a space together, all or nothing, where what is required holds") { require, does, onConflict, file, json }, async (parsed, context, space) =>
        {
            var syntax = new SpaceSyntax(await space.MembersAsync(), parsed.GetValue(json));
            var written = parsed.GetValue(file) is { } path ? TransactionFile.Read(path) : TransactionFile.Empty;
            var transaction = new Transaction();
            written.AddTo(transaction, syntax);
            foreach (string text in parsed.GetValue(require)!) transaction.Require(syntax.Condition(text));
            foreach (string text in parsed.GetValue(does)!) syntax.Operation(text, transaction);
            if (transaction.Operations.Count == 0) throw CommandException.BadInput("the transaction does nothing: say what with --do, such as --do \"stock add -1\"");
            var outcome = await space.TransactAsync(transaction, OnConflictOf(parsed.GetValue(onConflict) ?? written.OnConflict));
            string fate = Tell.Fate(outcome.Verdict.Fate);
            context.Report.Write(
                () => new JsonObject { ["entry"] = outcome.Entry.ToString(), ["fate"] = fate, ["final"] = outcome.IsFinal, ["canBeFinal"] = outcome.CanBeFinal },
                () => $"{fate}  {outcome.Entry}{(outcome.Verdict.IsLive ? "" : ": 'hhs explain' says why")}");
            return ExitCode.Ok;
        });
    }

    /// <summary>The arguments with the path of a file as it is from here: a node in another folder may be the one that reads it.</summary>
    public static string[] WithFullPath(string[] arguments)
    {
        string[] full = [.. arguments];
        int command = Array.IndexOf(full, "tx");
        for (int i = Math.Max(command, 0); command >= 0 && i < full.Length; i++)
        {
            if (full[i] == FileOption && i + 1 < full.Length) full[i + 1] = Path.GetFullPath(full[i + 1]);
            else if (full[i].StartsWith(FileOption + "=", StringComparison.Ordinal)) full[i] = $"{FileOption}={Path.GetFullPath(full[i][(FileOption.Length + 1)..])}";
        }
        return full;
    }

    private static OnConflict OnConflictOf(string? text) => text switch
    {
        null or "void" => OnConflict.Void,
        "review" => OnConflict.Review,
        _ => throw CommandException.BadInput($"--on-conflict '{text}': expected void or review"),
    };

    private const string FileOption = "--file";
}

/// <summary>A transaction in a file.</summary>
internal sealed record TransactionFile(IReadOnlyList<Literal> Require, IReadOnlyList<Literal> Do, string? OnConflict)
{
    public static readonly TransactionFile Empty = new([], [], null);

    public static TransactionFile Read(string path)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path).Length > BytesMax) throw CommandException.BadInput($"{path} is larger than any transaction");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CommandException.BadInput($"the transaction cannot be read: {failure.Message}");
        }
        if (!LiteralReader.TryRead(bytes, out var literal, out var why)) throw CommandException.BadInput($"{path} is not JSON: {why.Detail}");
        if (literal is not Literal.Map map) throw CommandException.BadInput($"{path}: expected {Shape}");
        foreach (var (key, _) in map.Entries)
        {
            if (key is not ("require" or "do" or "onConflict")) throw CommandException.BadInput($"{path}: there is no field '{key}' in a transaction: expected {Shape}");
        }
        if (map.Has("onConflict") && map.Text("onConflict") is null) throw CommandException.BadInput($"{path}: onConflict is \"void\" or \"review\"");
        return new(Items(map, "require", path), Items(map, "do", path), map.Text("onConflict"));
    }

    public void AddTo(Transaction transaction, SpaceSyntax syntax)
    {
        foreach (var item in Require) transaction.Require(syntax.Condition(item is Literal.String text ? text.Value : item.ToString()));
        foreach (var item in Do)
        {
            if (item is Literal.String text) syntax.Operation(text.Value, transaction);
            else if (item is Literal.Map map && map.Text("member") is { } member && map["payload"] is Literal.Map payload) transaction.Do(syntax.Member(member), payload);
            else throw CommandException.BadInput($"in \"do\": '{item}' is neither a text such as \"stock add -1\" nor {{\"member\":...,\"payload\":{{...}}}}");
        }
    }

    private static Literal[] Items(Literal.Map map, string field, string path) => map[field] switch
    {
        null => [],
        Literal.Array array => array.Items.ToArray(),
        _ => throw CommandException.BadInput($"{path}: {field} is a list: expected {Shape}"),
    };

    private const string Shape = "{\"require\":[...], \"do\":[...], \"onConflict\":\"void\" or \"review\"}";
    private const int BytesMax = 4 * 1024 * 1024;
}
