using System.Text.Json;

namespace Hhs.Node.Demo.Clusters;

/// <summary>How the cluster stands, out of <c>hhs cluster status --json</c>.</summary>
/// <param name="Nodes">All its nodes, by <c>HOST:PORT</c>.</param>
internal sealed record ClusterPicture(IReadOnlyDictionary<string, ClusterPicture.Seen> Nodes)
{
    /// <summary>One node.</summary>
    /// <param name="Status">Up, Leaving, ...</param>
    /// <param name="Shards">Parts of the objects that it has; null if it did not say.</param>
    /// <param name="Objects">Objects that it has; null if it did not say.</param>
    public sealed record Seen(string Status, int? Shards, int? Objects);

    public static ClusterPicture Read(string json) => new(JsonDocument.Parse(json).RootElement.GetProperty("members").EnumerateArray().ToDictionary(
        m => m.GetProperty("node").GetString()!.Split('@')[^1],
        m => new Seen(m.GetProperty("status").GetString()!, Number(m.GetProperty("shards")), Number(m.GetProperty("objects"))), StringComparer.Ordinal));

    public int Up => Nodes.Values.Count(n => n.Status == "Up");

    public int Objects => Nodes.Values.Sum(n => n.Objects ?? 0);

    /// <summary>Whether no node has over one part more than another.</summary>
    public bool IsBalanced => Nodes.Values.All(n => n.Shards is not null) && Nodes.Values.Max(n => n.Shards) - Nodes.Values.Min(n => n.Shards) <= 1;

    private static int? Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
}
