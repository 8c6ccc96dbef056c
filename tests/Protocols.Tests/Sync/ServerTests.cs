using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Tests.Sync;

public class ServerTests
{
    [Fact]
    public void Walks_breadth_first_and_never_into_the_limits()
    {
        var replica = MemoryReplica.Fresh();
        var a = replica.Write("a");
        var b = replica.Write("b", [replica.Id]);
        var c = replica.Write("c", [a.Hash, b.Hash]);
        var (host, peer) = HostWith(replica, kind: PeerKind.Original);
        var hashes = Walk(host, peer, [c.Hash, Unknown], [replica.Id, Unknown], 100, out var meta);
        Assert.Equal(new SyncMessage.HeaderResponseMeta("r", 3, true, 0), meta);
        Assert.Equal([c.Hash, c.PrevEntryHashes[0], c.PrevEntryHashes[1]], hashes);
    }

    [Fact]
    public void A_walk_for_one_of_ours_leaves_out_all_that_its_limits_stand_on()
    {
        var replica = PeerCopy.Linear(50);
        var old = replica.HeaderAt(10);
        var fresh = replica.Write("on an old version", [old.Hash]);   // a way round the limits, down to the root
        var limit = replica.HeaderAt(40).Hash;
        var (host, native) = HostWith(replica);
        var hashes = Walk(host, native, replica.Frontier, [limit], 100, out _);
        Assert.Equal([fresh.Hash, .. replica.Entries.Skip(41).Take(10).Reverse()], hashes);
        var (other, original) = HostWith(replica, kind: PeerKind.Original);
        Assert.Equal(22, Walk(other, original, replica.Frontier, [limit], 100, out _).Count);   // as the original itself walks
    }

    [Theory]
    [InlineData(5, 5, false)]
    [InlineData(6, 6, false)]
    [InlineData(7, 6, true)]
    public void A_walk_is_complete_unless_its_count_was_reached(int maxHeaders, int count, bool complete)
    {
        var (host, peer) = HostWith(PeerCopy.Linear(5));
        Walk(host, peer, host.Replica.Frontier, [], maxHeaders, out var meta);
        Assert.Equal(new SyncMessage.HeaderResponseMeta("r", count, complete, 0), meta);
    }

    [Fact]
    public void Clamps_what_is_asked_for()
    {
        var (host, peer) = HostWith(PeerCopy.Linear(50), SyncSettings.Default with { HeadersPerResponseMax = 10 });
        Assert.Equal(10, Walk(host, peer, host.Replica.Frontier, [], int.MaxValue, out var meta).Count);
        Assert.False(meta.Complete);
    }

    [Fact]
    public void Sends_payloads_after_a_complete_walk_the_deepest_first()
    {
        var (host, peer) = HostWith(PeerCopy.Linear(400));
        host.Hear(peer, new SyncMessage.HeaderRequest("r", host.Replica.Id, host.Replica.Frontier, [], 1_000, true));
        var sent = host.Sent(peer);
        Assert.Equal(new SyncMessage.HeaderResponseMeta("r", 401, true, 401), sent[0]);
        Assert.Equal([0, 1], sent.OfType<SyncMessage.HeaderBatch>().Select(b => b.Sequence));
        Assert.Equal(new SyncMessage.PayloadResponseMeta("r", 401), sent[3]);
        var payloads = sent.OfType<SyncMessage.PayloadMsg>().ToArray();
        Assert.Equal(Enumerable.Range(0, 401), payloads.Select(p => p.Sequence));
        Assert.Equal(host.Replica.Entries, payloads.Select(p => p.Hash));
    }

    [Fact]
    public void Gives_an_original_few_large_batches_and_a_pause_before_payloads_and_between_bursts()
    {
        var (host, peer) = HostWith(PeerCopy.Linear(1_100), kind: PeerKind.Original);
        host.Hear(peer, new SyncMessage.HeaderRequest("r", host.Replica.Id, host.Replica.Frontier, [], 5_000, true));
        var sent = host.Sent(peer);
        Assert.Equal([1_024, 77], sent.OfType<SyncMessage.HeaderBatch>().Select(b => b.Headers.Count));
        Assert.Equal(1_101, sent.OfType<SyncMessage.HeaderBatch>().Sum(b => b.Headers.Count));
        Assert.Empty(sent.OfType<SyncMessage.PayloadResponseMeta>());
        host.Pass(TimeSpan.FromMilliseconds(99));
        Assert.Empty(host.Sent(peer));
        host.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1_024, host.Sent(peer).OfType<SyncMessage.PayloadMsg>().Count());
        host.Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1_101 - 1_024, host.Sent(peer).OfType<SyncMessage.PayloadMsg>().Count());
    }

    [Fact]
    public void Sends_no_more_than_a_peer_drains()
    {
        var (host, peer) = HostWith(PeerCopy.Linear(2_000), SyncSettings.Default with { InFlightBytesPerPeerMax = 50_000 });
        host.Drains = false;
        host.Hear(peer, new SyncMessage.HeaderRequest("r", host.Replica.Id, host.Replica.Frontier, [], 5_000, true));
        int first = host.Sent(peer).Count;
        Assert.InRange(first, 2, 3);
        host.Do(new SyncInput.Drained(peer, 1, host.Now));
        Assert.Empty(host.Sent(peer));
        host.Do(new SyncInput.Drained(peer, 60_000, host.Now));
        Assert.NotEmpty(host.Sent(peer));
    }

    [Fact]
    public void Sends_to_all_peers_together_no_more_than_its_bound_and_a_small_share_of_each_peers_own()
    {
        var host = new Host(PeerCopy.Linear(2_000), SyncSettings.Default with { InFlightBytesMax = 100_000 }) { Drains = false };
        var peers = Enumerable.Range(0, 5).Select(i => host.Join($"p{i}")).ToArray();
        foreach (var peer in peers) host.Hear(peer, new SyncMessage.HeaderRequest("r", host.Replica.Id, host.Replica.Frontier, [], 5_000, false));
        // The first have filled the bound; the last, who may read, is served all the same, but with no more than its share.
        Assert.InRange(host.Sent(peers[4]).OfType<SyncMessage.HeaderBatch>().Count(), 1, 2);
        host.Do(new SyncInput.Drained(peers[4], 130_000, host.Now));
        Assert.InRange(host.Sent(peers[4]).OfType<SyncMessage.HeaderBatch>().Count(), 1, 2);
    }

    [Fact]
    public void Stops_at_once_when_cancelled_and_goes_on_with_the_next()
    {
        var (host, peer) = HostWith(PeerCopy.Linear(2_000), SyncSettings.Default with { InFlightBytesPerPeerMax = 50_000 });
        host.Drains = false;
        var request = new SyncMessage.HeaderRequest("one", host.Replica.Id, host.Replica.Frontier, [], 5_000, true);
        host.Hear(peer, request);
        host.Hear(peer, request with { RequestId = "two" });
        host.Hear(peer, new SyncMessage.PayloadRequest("three", host.Replica.Id, host.Replica.Frontier));
        host.Sent(peer);
        host.Hear(peer, new SyncMessage.CancelRequest("one"));
        host.Hear(peer, new SyncMessage.CancelRequest("two"));
        host.Drains = true;
        host.Do(new SyncInput.Drained(peer, 200_000, host.Now));
        Assert.Equal(["three", "three"], host.Sent(peer).Select(m => m switch { SyncMessage.PayloadResponseMeta p => p.RequestId, SyncMessage.PayloadMsg p => p.RequestId, _ => "?" }));
    }

    [Fact]
    public void Drops_and_charges_requests_beyond_its_queue()
    {
        var (host, peer) = HostWith(PeerCopy.Linear(2_000), SyncSettings.Default with { InFlightBytesPerPeerMax = 10_000, RequestsQueuedMax = 3 });
        host.Drains = false;
        for (int i = 0; i < 4; i++) host.Hear(peer, new SyncMessage.HeaderRequest($"{i}", host.Replica.Id, host.Replica.Frontier, [], 5_000, true));
        Assert.Equal(0, host.ChargeOf(peer));
        host.Hear(peer, new SyncMessage.HeaderRequest("x", host.Replica.Id, host.Replica.Frontier, [], 5_000, true));
        Assert.Equal(25, host.ChargeOf(peer));
    }

    [Theory]
    [InlineData(PeerKind.Native, 1)]
    [InlineData(PeerKind.Original, 2)]   // anything else it fails, and asks for again at once
    public void Announces_the_payloads_it_has_or_to_an_original_those_asked_for(PeerKind kind, int announced)
    {
        var (host, peer) = HostWith(PeerCopy.Linear(3), kind: kind);
        host.Hear(peer, new SyncMessage.PayloadRequest("r", host.Replica.Id, [host.Replica.Frontier[0], Unknown]));
        var sent = host.Sent(peer);
        Assert.Equal(new SyncMessage.PayloadResponseMeta("r", announced), sent[0]);
        Assert.Equal(host.Replica.Frontier[0], Assert.IsType<SyncMessage.PayloadMsg>(Assert.Single(sent.Skip(1))).Hash);
    }

    [Fact]
    public void Shows_its_create_payload_to_who_knows_only_the_id()
    {
        var (host, peer) = HostWith(PeerCopy.Linear(3));
        host.Hear(peer, new SyncMessage.InitRequest(host.Replica.Id));
        Assert.Equal(new SyncMessage.InitResponse(host.Replica.Id, MemoryReplica.CreatePayload), host.Sent<SyncMessage.InitResponse>(peer));
        host.Hear(peer, new SyncMessage.InitRequest(Unknown));
        Assert.Empty(host.Sent(peer));
    }

    private static (Host Host, PeerId Peer) HostWith(MemoryReplica replica, SyncSettings? settings = null, PeerKind kind = PeerKind.Native)
    {
        var host = new Host(replica, settings);
        var peer = host.Join("a", kind);
        host.Sent(peer);
        return (host, peer);
    }

    private static List<ContentHash> Walk(
        Host host, PeerId peer, IReadOnlyList<ContentHash> start, IReadOnlyList<ContentHash> limits, int maxHeaders, out SyncMessage.HeaderResponseMeta meta)
    {
        host.Hear(peer, new SyncMessage.HeaderRequest("r", host.Replica.Id, start, limits, maxHeaders, false));
        var sent = host.Sent(peer);
        meta = sent.OfType<SyncMessage.HeaderResponseMeta>().Single();
        return [.. sent.OfType<SyncMessage.HeaderBatch>().SelectMany(b => b.Headers).Select(h => h.Hash)];
    }

    private static readonly ContentHash Unknown = ContentHash.Of("unknown"u8);
}
