using Hhs.Model.Hashing;
using Hhs.Protocols.Wire;

namespace Hhs.Actors.Tests.Hostile;

/// <summary>Peers that ask for much and take nothing.</summary>
public sealed class GreedTests(HostileFixture fixture) : HostileTest(fixture)
{
    private SyncMessage.HeaderRequest Everything(int i) => new($"{i}", Under.Set.Id, Under.Set.Object.StatusAsync().Result.Frontier.ToArray(), [], int.MaxValue, AutoPayload: true);

    [Fact]
    public async Task Requests_without_end_that_nobody_reads_the_answers_of_close_the_connection()
    {
        long before = Under.Metrics[Faults("OverLimit")];
        await using var peer = await RawPeer.JoinedAsync(Under.Address, Under.Set.Id);
        var everything = Everything(0);
        for (int i = 0; i < 100; i++) await peer.SendSyncAsync(everything with { RequestId = $"{i}" });
        await Logged("OverLimit: more than 32 requests at a time");
        await Under.Metrics.Counts(Faults("OverLimit"), before);
        await peer.IsClosedAsync();
    }

    [Fact]
    public async Task Many_peers_that_ask_for_everything_and_read_nothing_do_not_stop_the_others()
    {
        var greedy = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => RawPeer.JoinedAsync(Under.Address, Under.Set.Id)));
        var everything = Everything(0);
        foreach (var peer in greedy) for (int i = 0; i < 20; i++) await peer.SendSyncAsync(everything with { RequestId = $"{i}" });
        await Under.StillSyncs();

        // A newcomer needs the whole history, while each of the greedy holds as much of the node's memory as it may.
        await using var newcomer = await Actors.Node.HhsNode.StartAsync(new Actors.Settings.HhsSettings { Peers = [Under.Target.Address()] });
        var copy = await newcomer.OpenSetAsync(Under.Set.Id);
        await Eventually.Holds(async () => (await copy.Object.StatusAsync()).Frontier.Equals((await Under.Set.Object.StatusAsync()).Frontier), "a newcomer is served beside the greedy");
        foreach (var peer in greedy) await peer.DisposeAsync();
    }

    [Fact]
    public async Task Requests_for_what_is_not_here_cost_next_to_nothing()
    {
        await using var peer = await RawPeer.JoinedAsync(Under.Address, Under.Set.Id);
        var unknown = Enumerable.Range(0, 4096).Select(i => ContentHash.Of(BitConverter.GetBytes(i))).ToArray();
        for (int i = 0; i < 50; i++)
        {
            await peer.SendSyncAsync(new SyncMessage.PayloadRequest($"p{i}", Under.Set.Id, unknown));
            Assert.Equal(0, (await peer.NextAsync<SyncMessage.PayloadResponseMeta>()).PayloadCount);
            await peer.SendSyncAsync(new SyncMessage.HeaderRequest($"h{i}", Under.Set.Id, unknown, unknown, int.MaxValue, true));
            Assert.Equal(0, (await peer.NextAsync<SyncMessage.HeaderResponseMeta>()).HeaderCount);
        }
    }
}
