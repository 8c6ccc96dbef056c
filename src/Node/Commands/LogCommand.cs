using System.CommandLine;
using System.Text.Json.Nodes;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary><c>hhs log</c>.</summary>
internal static class LogCommand
{
    public static Command Make()
    {
        var target = new Argument<string>("OBJECT") { Description = "Name, id, or the first 6 or more characters of an id" };
        var graph = new Option<bool>("--graph") { Description = "Show which entries build on which" };
        var command = new Command("log", "List an object's entries in the order in which they came") { target, graph };
        command.SetAction((parsed, cancel) => RunAsync(new(parsed), parsed.GetValue(target)!, parsed.GetValue(graph), cancel));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string target, bool graph, CancellationToken cancel)
    {
        await using var node = await context.OpenOfflineAsync();
        var handle = await node.OpenAsync(new ObjectNames(node.Journal).Resolve(target));
        var lanes = new Lanes();
        var entries = await handle.LogAsync(cancel).ToListAsync(cancel);
        // Of a type that is not known here nothing is judged.
        var counts = Kinds.Knows(handle.TypeId) ? await handle.CountingAsync([.. entries.Select(e => e.Hash)]) : [.. entries.Select(_ => true)];
        foreach (var (i, entry) in entries.Index())
        {
            string? author = AuthorOf(entry);
            string by = (author is null ? "" : $"{author[..8]}  ") + (counts[i] ? "" : "VOID  ");
            context.Report.Write(() => new JsonObject
            {
                ["entry"] = entry.Hash.ToString(), ["prev"] = JsonLine.Array(entry.Header.PrevEntryHashes, h => h.ToString()), ["author"] = author, ["counts"] = counts[i],
                ["payload"] = JsonLine.From(entry.Payload),
            }, () => graph
                ? $"{lanes.Draw(entry)}  {entry.Hash.Short}  {by}{Report.Visible(entry.Payload.ToString())}"
                : $"{entry.Hash}  {by}{Report.Visible(entry.Payload.ToString())}");
        }
        return ExitCode.Ok;
    }

    // A key id, or whatever a peer wrote there in an object of a type that is not known.
    private static string? AuthorOf(Entry entry) =>
        entry.Payload is Literal.Map payload && payload.Text(SignedPayload.Author) is { } author && KeyId.TryParse(author, out _) ? author : null;

    /// <summary>Draws the graph downwards: a column for each entry that nothing above has built on yet.</summary>
    private sealed class Lanes
    {
        private readonly List<ContentHash?> _tips = [];

        public string Draw(Entry entry)
        {
            var prev = entry.Header.PrevEntryHashes;
            var ended = Enumerable.Range(0, _tips.Count).Where(i => _tips[i] is { } tip && prev.Contains(tip)).ToList();
            // It goes on in the first lane that it ends, else in a free one.
            int own = ended.Count > 0 ? ended[0] : _tips.IndexOf(null);
            if (own < 0)
            {
                own = _tips.Count;
                _tips.Add(null);
            }
            var cells = _tips.Select((tip, i) => i == own ? '*' : ended.Contains(i) ? '/' : tip is null ? ' ' : '|').ToArray();
            foreach (int lane in ended) _tips[lane] = null;
            _tips[own] = entry.Hash;
            while (_tips is [.., null]) _tips.RemoveAt(_tips.Count - 1);
            // Builds on something that is no tip any more: a branch from further up.
            string from = prev.Where(p => !ended.Any()).Take(1).Select(p => $" (from {p.Short})").FirstOrDefault("");
            return string.Join(' ', cells) + from;
        }
    }
}
