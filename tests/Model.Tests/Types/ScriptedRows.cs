using System.Text.Json;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;

namespace Hhs.Model.Tests.Types;

/// <summary>Rows of types.json, played against a replica: verdicts, hashes and tags are compared on the way.</summary>
internal sealed class ScriptedRows
{
    private readonly Dictionary<string, ContentHash> _names = [];
    private readonly string[] _localKeys;

    /// <param name="create">The create payload.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="foreign">Objects that this one observes.</param>
    /// <param name="localKeys">Tag keys that are ours and that the vectors do not have.</param>
    public ScriptedRows(JsonElement create, JsonElement rows, IForeignObjects? foreign, params string[] localKeys)
    {
        _localKeys = localKeys;
        Replica = MemoryReplica.Of((Literal.Map)create.AsLiteral(), foreign: foreign);
        _names["root"] = Replica.Replica.Id;
        foreach (var row in rows.EnumerateArray()) Play(row);
    }

    public MemoryReplica Replica { get; }

    public ContentHash Hash(string name) => _names[name];

    public Position Position(JsonElement names) => Model.Dag.Position.Of(
        [.. names.EnumerateArray().Select(n => _names.TryGetValue(n.GetString()!, out var hash) ? hash : ContentHash.Parse(n.GetString()!))]);

    public DagVersion Version(JsonElement names)
    {
        Assert.True(Replica.Log.TryVersion(Position(names), out var version));
        return version;
    }

    private void Play(JsonElement row)
    {
        string name = row.GetProperty("name").GetString()!;
        var payload = row.GetProperty("payload").AsLiteral();
        var at = Position(row.GetProperty("prev"));
        Assert.True(Replica.Log.TryVersion(at, out var version));
        // A row without a verdict is one on which the original throws.
        bool valid = row.TryGetProperty("valid", out var flag) && flag.GetBoolean();
        var verdict = Replica.Replica.Object!.Check(payload, version);
        Assert.True(valid == (verdict == Verdict.Valid), $"{name}: {verdict}");
        if (!valid || row.TryGetProperty("notApplied", out _)) return;

        var entry = Entry.Make(payload, at);
        Assert.Equal(row.GetProperty("hash").GetString(), entry.Hash.ToString());
        _names[name] = entry.Hash;
        var admitted = Assert.IsType<Judgement.Admitted>(Replica.Admit(entry));
        var expected = row.GetProperty("meta").EnumerateObject()
            .SelectMany(key => key.Value.EnumerateObject().Select(value => new Tag(key.Name, value.Name)));
        Assert.Equal(expected.ToHashSet(), admitted.Tags.Where(tag => !_localKeys.Contains(tag.Key)).ToHashSet());
    }
}
