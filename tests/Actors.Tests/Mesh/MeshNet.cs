using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Transport;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Types.Set;

namespace Hhs.Actors.Tests.Mesh;

/// <summary>Nodes of one process, connected in memory, each listening under its own name.</summary>
internal sealed class MeshNet(ConnectionLimits? limits = null) : IAsyncDisposable
{
    public static readonly MeshSettings Quick = new() { RedialMin = TimeSpan.FromMilliseconds(20), RedialMax = TimeSpan.FromMilliseconds(200) };

    private readonly List<HhsNode> _nodes = [];

    public MemoryTransport Transport { get; } = new(limits ?? new());

    public async Task<HhsNode> StartAsync(string name, HhsSettings? settings = null, string? alsoListen = null)
    {
        settings ??= new();
        if (settings.Mesh == new MeshSettings()) settings = settings with { Mesh = Quick };
        var node = await HhsNode.StartAsync(settings with { Listen = alsoListen is null ? [new($"mem://{name}")] : [new(alsoListen), new($"mem://{name}")], ExtraTransports = [Transport] }, LogProbe.Config);
        _nodes.Add(node);
        return node;
    }

    public static SecretKey NewKey() => SecretKey.Generate(SystemRandom.Instance);

    public static Task<SetHandle> NewSet(HhsNode node, string seed) => node.CreateSetAsync(new SetOptions { Seed = seed });

    public static Task PeerCount(HhsNode node, int count) => Eventually.Holds(async () => (await node.PeersAsync()).Count == count, $"{count} peers");

    public static Task Converge(SetHandle one, SetHandle other) => Eventually.Holds(
        async () => (await one.Object.StatusAsync()).Frontier.Equals((await other.Object.StatusAsync()).Frontier), "both have the same frontier");

    /// <summary>What one writes reaches the other, both ways.</summary>
    public static async Task Syncs(SetHandle one, SetHandle other, string mark)
    {
        await one.AddAsync($"{mark}, there");
        await other.AddAsync($"{mark}, back");
        await Eventually.Holds(async () => await one.ContainsAsync($"{mark}, back") && await other.ContainsAsync($"{mark}, there"), $"writes pass both ways: {mark}");
    }

    /// <summary>Whether the node has the object; asked of its store, so that nothing is fetched by asking.</summary>
    public static async Task<bool> Has(HhsNode node, ContentHash id) => (await node.ObjectsAsync()).Any(o => o.Id == id);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }
}
