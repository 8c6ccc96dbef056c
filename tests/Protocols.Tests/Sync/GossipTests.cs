using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Tests.Sync;

public class GossipTests
{
    [Fact]
    public void Tells_a_peer_its_frontier_when_it_joins()
    {
        var host = new Host();
        var peer = host.Join("a");
        Assert.Equal(host.Replica.Frontier, host.Sent<SyncMessage.NewFrontier>(peer).Frontier);
    }

    [Fact]
    public void A_peer_too_many_is_taken_in_when_another_leaves()
    {
        var host = new Host(settings: SyncSettings.Default with { PeersMax = 2 });
        PeerId first = host.Join("1"), second = host.Join("2"), third = host.Join("3"), fourth = host.Join("4"), fifth = host.Join("5");
        Assert.Empty(host.Sent(third));
        host.Leave(third);
        host.Leave(first);
        Assert.Equal(host.Replica.Frontier, host.Sent<SyncMessage.NewFrontier>(fourth).Frontier);
        Assert.Equal(2, host.Sync.Peers);
        host.Leave(second);
        Assert.Empty(host.Sent(fifth));   // one more than may wait
        Assert.Equal(1, host.Sync.Peers);
    }

    [Fact]
    public void A_frontier_wider_than_a_message_is_told_part_by_part()
    {
        var replica = MemoryReplica.Fresh();
        for (int i = 0; i < 10_000; i++) replica.Write($"{i}", Position.Of(replica.Id));
        var host = new Host(replica);
        var peer = host.Join("a");
        host.Hear(peer, MemoryReplica.Fresh().Frontier());
        host.Pass(TimeSpan.FromSeconds(20));
        var told = host.Sent(peer).OfType<SyncMessage.NewFrontier>().ToArray();
        Assert.InRange(told.Length, 3, 8);
        Assert.Equal(replica.Frontier, Position.Of([.. told.SelectMany(m => m.Frontier)]));
    }

    [Fact]
    public void A_peer_that_is_catching_up_is_told_of_news_at_once()
    {
        var history = PeerCopy.Linear(20);
        var host = new Host(history);
        var peers = Enumerable.Range(0, SyncSettings.Default.FloodPeersMax + 5).Select(i => host.Join($"peer {i}")).ToList();
        var hashes = history.Entries.ToList();
        foreach (var peer in peers) host.Hear(peer, new SyncMessage.NewFrontier(history.Id, Position.Of([hashes[10]])));   // half of it has come
        foreach (var peer in peers) host.Sent(peer);
        host.Write("news");
        host.Pass(TimeSpan.FromMilliseconds(100));
        Assert.All(peers, peer => Assert.Equal(host.Replica.Frontier, host.Sent<SyncMessage.NewFrontier>(peer).Frontier));
    }

    [Fact]
    public void Never_answers_an_equal_frontier()
    {
        var host = new Host();
        var peer = host.Join("a");
        host.Sent(peer);
        host.Pass(TimeSpan.FromMinutes(2));
        host.Sent(peer);
        host.Hear(peer, host.Replica.Frontier());
        Assert.Empty(host.Sent(peer));
    }

    [Fact]
    public void Pushes_back_a_differing_frontier_at_most_once_in_15_s_without_a_change_of_its_own()
    {
        var host = new Host(PeerCopy.Linear(3));
        var peer = host.Join("a");
        host.Sent(peer);
        var behind = MemoryReplica.Fresh().Frontier();
        host.Pass(TimeSpan.FromSeconds(16));
        host.Hear(peer, behind);
        host.Sent<SyncMessage.NewFrontier>(peer);
        host.Hear(peer, behind);
        host.Pass(TimeSpan.FromSeconds(13));
        host.Hear(peer, behind);
        Assert.Empty(host.Sent(peer));
        host.Write("more");
        host.Sent<SyncMessage.NewFrontier>(peer);
        host.Pass(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Announces_a_burst_of_writes_at_once_and_then_together()
    {
        var host = new Host();
        var peer = host.Join("a");
        host.Sent(peer);
        for (int i = 0; i < 100; i++) host.Write($"{i}");
        Assert.Single(host.Sent(peer));
        host.Pass(SyncSettings.Default.AnnounceEvery);
        Assert.Equal(host.Replica.Frontier, host.Sent<SyncMessage.NewFrontier>(peer).Frontier);
    }

    [Fact]
    public void Tells_a_peer_that_differs_again_after_a_while_and_one_that_agrees_not()
    {
        var host = new Host(PeerCopy.Linear(2));
        PeerId silent = host.Join("silent"), agreeing = host.Join("agreeing");
        host.Hear(agreeing, host.Replica.Frontier());
        host.Sent(silent);
        host.Sent(agreeing);
        host.Pass(SyncSettings.Default.KeepAliveEvery);
        Assert.Single(host.Sent(silent));
        Assert.Empty(host.Sent(agreeing));
    }

    [Fact]
    public void Tells_an_original_of_one_stage_at_a_time()
    {
        var host = new Host(PeerCopy.Linear(1_200), SyncSettings.Default with { OriginalStageEntries = 500 });
        var peer = host.Join("original", PeerKind.Original);
        foreach (int expected in new[] { 499, 999, 1_200 })
        {
            var frontier = host.Sent<SyncMessage.NewFrontier>(peer).Frontier;
            Assert.Equal([host.Replica.HeaderAt(expected).Hash], frontier);
            host.Hear(peer, new SyncMessage.NewFrontier(host.Replica.Id, frontier));
        }
        Assert.Empty(host.Sent(peer));
    }

    [Fact]
    public void Tells_an_original_that_is_stuck_of_everything_in_the_end()
    {
        var host = new Host(PeerCopy.Linear(1_200));
        var peer = host.Join("original", PeerKind.Original);
        host.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(host.Replica.Frontier, Assert.IsType<SyncMessage.NewFrontier>(host.Sent(peer)[^1]).Frontier);
    }

    [Fact]
    public void Announces_a_wide_frontier_in_part()
    {
        var replica = MemoryReplica.Fresh();
        for (int i = 0; i < WireLimits.HashesMax + 50; i++) replica.Write($"{i}", [replica.Id]);
        var host = new Host(replica);
        Assert.Equal(WireLimits.HashesMax, host.Sent<SyncMessage.NewFrontier>(host.Join("a")).Frontier.Count);
    }

    [Fact]
    public void Sends_no_frontiers_to_a_peer_that_reads_nothing_and_the_latest_when_it_does()
    {
        var host = new Host(settings: SyncSettings.Default with { InFlightBytesPerPeerMax = 1_000 }) { Drains = false };
        var peer = host.Join("a");
        for (int i = 0; i < 50; i++) { host.Write($"{i}"); host.Pass(TimeSpan.FromMilliseconds(30)); }
        int sent = host.Sent(peer).Count;
        Assert.InRange(sent, 2, 10);
        host.Do(new SyncInput.Drained(peer, 1_000, host.Now));
        Assert.Equal(host.Replica.Frontier, host.Sent<SyncMessage.NewFrontier>(peer).Frontier);
    }

    [Fact]
    public void Ignores_what_is_said_of_another_object()
    {
        var host = new Host();
        var peer = host.Join("a");
        host.Sent(peer);
        host.Hear(peer, new SyncMessage.NewFrontier(ContentHash.Of("other"u8), [ContentHash.Of("tip"u8)]));
        Assert.Empty(host.Sent(peer));
        Assert.Equal(0, host.ChargeOf(peer));
    }

    [Fact]
    public void Takes_no_more_peers_than_it_may()
    {
        var host = new Host(settings: SyncSettings.Default with { PeersMax = 2 });
        host.Join("a");
        host.Join("b");
        Assert.Empty(host.Sent(host.Join("c")));
        Assert.Equal(2, host.Sync.Peers);
    }
}
