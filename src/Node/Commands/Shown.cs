using System.Globalization;
using System.Text.Json.Nodes;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Space;
using Hhs.Model.Types.Text;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary>What an object holds, as it is shown: for scripts, and as a table with a line below it.</summary>
internal sealed record Shown(JsonObject Json, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string Line)
{
    public static Task<Shown> ReadAsync(ObjectHandle handle, Position? at) => handle.TypeId switch
    {
        CounterType.Id => CounterAsync(new(handle), at),
        GrowSetType.Id => GrowSetAsync(new(handle), at),
        LogType.Id => LogAsync(new(handle), at),
        RecordType.Id => RecordAsync(new(handle), at),
        RegisterType.Id => RegisterAsync(new(handle), at),
        SequenceType.Id => ListAsync(new(handle), at),
        SetType.Id => SetAsync(handle, at),
        SpaceType.Id => Spaces.ShownSpace.ReadAsync(handle, at),
        TextType.Id => TextAsync(new(handle), at),
        _ when Kinds.Of(handle.TypeId) == Kinds.Caps => CapsAsync(handle, at),
        _ => Task.FromResult(new Shown([], [], [], $"the type {Report.Visible(handle.TypeId)} is not known here: its entries are kept and relayed, and not read")),
    };

    private static async Task<Shown> CounterAsync(CounterHandle counter, Position? at)
    {
        var total = await counter.ValueAsync(at);
        var totals = await counter.TotalsAsync(at);
        // A JSON number is a double to most readers.
        var byAuthor = new JsonObject([.. totals.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)Number(t.Value)))]);
        return new(new() { ["value"] = Number(total), ["byAuthor"] = byAuthor }, ["author", "total"], [.. totals.Select(t => (string[])[t.Key, Number(t.Value)])], $"value {Number(total)}");
    }

    private static async Task<Shown> GrowSetAsync(GrowSetHandle set, Position? at)
    {
        var elements = await set.ElementsAsync(at);
        return new(new() { ["elements"] = JsonLine.Array(elements, JsonLine.From) }, ["element"], [.. elements.Select(e => (string[])[Values.Text(e)])], $"{elements.Count} elements");
    }

    private static async Task<Shown> LogAsync(LogHandle log, Position? at)
    {
        var records = await log.RecordsAsync(at: at);
        return new(
            new() { ["records"] = JsonLine.Array(records, r => new JsonObject { ["entry"] = r.Entry.ToString(), ["author"] = r.Author, ["value"] = JsonLine.From(r.Value) }) },
            ["record", "value", "author"], [.. records.Select((r, i) => (string[])[Number(i), Values.Text(r.Value), r.Author ?? ""])], $"{records.Count} records");
    }

    private static async Task<Shown> RecordAsync(RecordHandle record, Position? at)
    {
        var fields = await record.FieldsAsync(at);
        int disputed = (await record.Object.ConflictsAsync(at)).Count;
        var kinds = new Dictionary<ContentHash, string>();
        foreach (var child in fields.Select(f => f.Child).OfType<ContentHash>()) kinds[child] = Kinds.Of((await record.Object.NestedAsync(child)).TypeId);
        var json = JsonLine.Array(fields, f => new JsonObject
        {
            ["field"] = f.Name, ["value"] = f.Value is { } value ? JsonLine.From(value) : null, ["child"] = f.Child?.ToString(),
            ["type"] = f.Child is { } child ? kinds[child] : null, ["conflict"] = f.IsDisputed,
        });
        return new(new() { ["fields"] = json, ["conflicts"] = disputed }, ["field", "value", ""],
            [.. fields.Select(f => (string[])[Report.Visible(f.Name), f.Child is { } child ? $"({Report.Visible(kinds[child])} {child})" : ConflictCommands.Says(f.Candidates[^1]), f.IsDisputed ? Mark : ""])], $"{fields.Count} fields{Disputed(disputed)}");
    }

    private static async Task<Shown> RegisterAsync(RegisterHandle register, Position? at)
    {
        var candidates = await register.CandidatesAsync(at);
        var value = candidates.Count == 0 ? null : candidates[^1].Value;
        return new(
            new() { ["value"] = value is null ? null : JsonLine.From(value), ["candidates"] = JsonLine.Array(candidates, ConflictCommands.Candidate), ["conflicts"] = candidates.Count > 1 ? 1 : 0 },
            ["value", "author", ""], [.. candidates.Reverse().Select(c => (string[])[ConflictCommands.Says(c), c.Author ?? "", candidates.Count > 1 ? Mark : ""])],
            $"value {(value is null ? "(nothing)" : Values.Text(value))}{Disputed(candidates.Count > 1 ? 1 : 0)}");
    }

    private static async Task<Shown> ListAsync(SequenceHandle list, Position? at)
    {
        var items = await list.ItemsAsync(at);
        int disputed = (await list.Object.ConflictsAsync(at)).Count;
        return new(new() { ["items"] = JsonLine.Array(items, JsonLine.From), ["conflicts"] = disputed }, ["index", "item"],
            [.. items.Select((item, i) => (string[])[Number(i), Values.Text(item)])], $"{items.Count} items{Disputed(disputed)}");
    }

    private static async Task<Shown> SetAsync(ObjectHandle handle, Position? at)
    {
        var contents = await handle.AskAsync<SetContents>(new SetMessages.Contents(), at);
        return new(
            new()
            {
                ["contentsHash"] = contents.Hash.ToString(),
                ["elements"] = JsonLine.Array(contents.Elements, e => new JsonObject { ["hash"] = e.Hash.ToString(), ["element"] = JsonLine.From(e.Element) }),
            },
            ["hash", "element"], [.. contents.Elements.Select(e => (string[])[e.Hash.ToString(), Values.Text(e.Element)])], $"{contents.Elements.Count} elements, contents hash {contents.Hash}");
    }

    private static async Task<Shown> TextAsync(TextHandle text, Position? at)
    {
        string all = await text.TextAsync(at);
        return new(new() { ["text"] = all }, ["text"], [.. all.Split('\n').Select(line => (string[])[Report.Visible(line)])], $"{all.Length} UTF-16 units");
    }

    private static async Task<Shown> CapsAsync(ObjectHandle handle, Position? at)
    {
        var contents = await handle.AskAsync<CapabilityContents>(new CapabilityMessages.Contents(), at);
        var json = JsonLine.Array(contents.Capabilities, c => new JsonObject
        {
            ["capability"] = c.CapName, ["managedBy"] = JsonLine.Array(c.ManagedBy, m => m), ["holders"] = JsonLine.Array(c.Holders, h => h),
        });
        return new(
            new() { ["creators"] = JsonLine.Array(contents.Creators, c => c), ["identities"] = JsonLine.Array(contents.Identities, i => i), ["capabilities"] = json },
            ["capability", "managed by", "held by (beside the creators)"],
            [.. contents.Capabilities.Select(c => (string[])[Report.Visible(c.CapName), Report.Visible(string.Join(", ", c.ManagedBy)), string.Join(", ", c.Holders)])],
            $"creators {string.Join(", ", contents.Creators)}; {contents.Identities.Count} identities known");
    }

    private static string Disputed(int count) => count == 0 ? "" : $"; {count} in conflict, see 'hhs conflicts'";

    private static string Number(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private const string Mark = "conflict";
}
