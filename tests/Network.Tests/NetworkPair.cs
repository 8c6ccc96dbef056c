namespace Hhs.Network.Tests;

/// <summary>Two hosts, the link between them, and a node on each with the same set open.</summary>
internal sealed class NetworkPair : IAsyncDisposable
{
    public required NetworkHost LeftHost { get; init; }
    public required NetworkHost RightHost { get; init; }
    public required PacketLink Link { get; init; }
    public required NetworkNode Left { get; init; }
    public required NetworkNode Right { get; init; }

    public static async Task<NetworkPair> MakeAsync(int seed)
    {
        Assert.SkipUnless(NetworkHost.WhyNot is null, NetworkHost.WhyNot ?? "");
        var (left, right) = (new NetworkHost(), new NetworkHost());
        var link = new PacketLink(left, right, seed);
        var nodes = await Task.WhenAll(NetworkNode.StartAsync(left, $"ws://{link.LeftAddress}:4000"), NetworkNode.StartAsync(right, $"ws://{link.RightAddress}:4000"));
        await Task.WhenAll(nodes[0].OpenAsync(), nodes[1].OpenAsync());
        return new() { LeftHost = left, RightHost = right, Link = link, Left = nodes[0], Right = nodes[1] };
    }

    public async Task AgreeAsync(int entries)
    {
        string[] frontiers = await Task.WhenAll(Left.UntilEntriesAsync(entries), Right.UntilEntriesAsync(entries));
        Assert.Equal(frontiers[0], frontiers[1]);
    }

    public async ValueTask DisposeAsync()
    {
        await Left.DisposeAsync();
        await Right.DisposeAsync();
        Link.Dispose();
        LeftHost.Dispose();
        RightHost.Dispose();
    }
}
