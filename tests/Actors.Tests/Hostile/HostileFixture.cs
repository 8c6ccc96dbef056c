using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Model.Dag;
using Hhs.Model.Types.Set;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Tests.Hostile;

/// <summary>A node under attack, an honest peer of it, and everything that can be seen of the node from outside.</summary>
public sealed class HostileFixture : IAsyncLifetime
{
    private int _written;

    internal HhsNode Target { get; private set; } = null!;
    internal HhsNode Honest { get; private set; } = null!;
    internal SetHandle Set { get; private set; } = null!;
    internal SetHandle Copy { get; private set; } = null!;
    internal LogProbe Log { get; private set; } = null!;
    internal MetricsProbe Metrics { get; } = new();

    internal Uri Address => Target.Listening[0];

    /// <summary>The create entry: what an invented entry can build on.</summary>
    internal Position Root => Position.Of([Set.Id]);

    public async ValueTask InitializeAsync()
    {
        Target = await HhsNode.StartAsync(
            new HhsSettings
            {
                Listen = [new Uri("ws://127.0.0.1:0")],
                Mesh = new() { HandshakeTimeout = TimeSpan.FromSeconds(1), IdleTimeout = TimeSpan.FromSeconds(2), DeclinedTopicsMax = 32 },
                Transport = new() { RequestTimeout = TimeSpan.FromSeconds(1) },
                Sync = SyncSettings.Default with
                {
                    BackOffMin = TimeSpan.FromMilliseconds(5), BackOffMax = TimeSpan.FromMilliseconds(20),
                    PendingEntriesPerPeerMax = PendingEntriesPerPeer, RequestTimeout = TimeSpan.FromSeconds(2), StallTimeout = TimeSpan.FromSeconds(1),
                },
            },
            LogProbe.Config);
        Log = new(Target.System);
        Set = await Target.CreateSetAsync(new SetOptions { Seed = "under attack" });
        string padding = new('x', 10_000);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Set.AddAsync($"element {i} {padding}")));
        Honest = await HhsNode.StartAsync(new HhsSettings { Peers = [Target.Address()] });
        Copy = await Honest.OpenSetAsync(Set.Id);
        await StillSyncs();
    }

    public async ValueTask DisposeAsync()
    {
        await Honest.DisposeAsync();
        await Target.DisposeAsync();
        Metrics.Dispose();
    }

    /// <summary>What either honest node writes now reaches the other.</summary>
    internal async Task StillSyncs()
    {
        int number = Interlocked.Increment(ref _written);
        await Set.AddAsync($"from the target {number}");
        await Copy.AddAsync($"from its peer {number}");
        await Eventually.Holds(
            async () => await Set.ContainsAsync($"from its peer {number}") && await Copy.ContainsAsync($"from the target {number}"),
            "the honest peers' writes reach each other");
    }

    internal const int PendingEntriesPerPeer = 4_000;
}

/// <summary>A test against the node under attack; each ends by showing that its honest peer is still served.</summary>
[Collection("Hostile")]
public abstract class HostileTest(HostileFixture fixture) : IAsyncLifetime
{
    internal HostileFixture Under { get; } = fixture;

    private int _logMark;
    private long _memory;

    public ValueTask InitializeAsync()
    {
        _logMark = Under.Log.Mark;
        _memory = GC.GetTotalMemory(forceFullCollection: true);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Under.StillSyncs();
        await Eventually.Holds(() => GC.GetTotalMemory(forceFullCollection: true) - _memory < MemoryGrowthMax, "the attack's memory is given back");
        GC.SuppressFinalize(this);
    }

    internal Task Logged(string text) => Under.Log.Says(text, _logMark);

    internal static string Faults(string kind) => $"hhs.peers.faults {kind}";

    private const long MemoryGrowthMax = 48 << 20;
}

[CollectionDefinition("Hostile", DisableParallelization = true)]
public sealed class HostileCollection : ICollectionFixture<HostileFixture>;
