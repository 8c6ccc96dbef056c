using Hhs.Model.Dag;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Tests.Sync;

/// <summary>Who is asked for payloads, who instead of whom, and what becomes of what a peer had begun.</summary>
public class ManySourcesTests
{
    [Fact]
    public void What_a_peer_that_left_had_begun_comes_from_another_that_has_it_without_a_second_walk()
    {
        var (host, peer, copy) = PeerCopy.Told(10);
        host.ServeHeaders(peer, copy, host.Sent<SyncMessage.HeaderRequest>(peer).RequestId, auto: true);
        var other = host.Join("z");
        host.Hear(other, copy.Frontier());
        host.Sent(other);
        host.Leave(peer);
        Assert.Equal(10, host.Sync.PendingEntries);
        var asked = host.Sent(other);
        Assert.DoesNotContain(asked, m => m is SyncMessage.HeaderRequest);
        foreach (var request in asked.OfType<SyncMessage.PayloadRequest>()) host.Answer(other, copy, request);
        host.Answer(other, copy);
        Assert.Equal(copy.Count, host.Replica.Count);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(90, false)]
    public void Headers_of_a_broken_connection_wait_a_while_for_the_peer_to_come_back(int seconds, bool kept)
    {
        var (host, peer, copy) = PeerCopy.Told(10);
        host.Join("keeps the clock going");
        string walk = host.Sent<SyncMessage.HeaderRequest>(peer).RequestId;
        host.Hear(peer, new SyncMessage.HeaderResponseMeta(walk, 10, true, 10));
        host.Hear(peer, new SyncMessage.HeaderBatch(walk, 0, copy.Headers()[..6]));
        host.Leave(peer);
        host.Pass(TimeSpan.FromSeconds(seconds));
        Assert.Equal(kept ? 6 : 0, host.Sync.PendingEntries);

        var again = host.Join("a again");
        host.Sent(again);
        host.Hear(again, copy.Frontier());
        var asked = host.Sent(again).OfType<SyncMessage.HeaderRequest>().Single();
        Assert.Equal(kept ? copy.Headers()[6].Hash : copy.Frontier[0], Assert.Single(asked.Start));
        host.Hear(again, new SyncMessage.HeaderResponseMeta(asked.RequestId, kept ? 4 : 10, true, 0));
        host.Hear(again, new SyncMessage.HeaderBatch(asked.RequestId, 0, copy.Headers()[(kept ? 6 : 0)..]));
        host.Answer(again, copy);
        Assert.Equal(copy.Count, host.Replica.Count);
        Assert.Empty(host.Charges);
    }

    [Fact]
    public void What_a_liar_had_begun_and_nobody_else_has_goes_with_it()
    {
        var (host, liar, copy) = PeerCopy.Told(10);
        string walk = host.Sent<SyncMessage.HeaderRequest>(liar).RequestId;
        var other = host.Join("z");
        host.Hear(other, new SyncMessage.NewFrontier(copy.Id, [copy.HeaderAt(4).Hash]));
        host.ServeHeaders(liar, copy, walk, auto: true);
        host.Hear(liar, new SyncMessage.PayloadResponseMeta(walk, 10));
        host.Hear(liar, new SyncMessage.PayloadMsg(walk, 0, copy.HeaderAt(1).Hash, "lie"));
        Assert.Equal(4, host.Sync.PendingEntries);
        host.Answer(other, copy);
        Assert.Equal(5, host.Replica.Count);
        Assert.Equal(0, host.ChargeOf(other));
    }

    [Fact]
    public void Payloads_are_asked_of_all_that_have_them_and_of_nobody_who_only_lacks_them()
    {
        var (host, first, copy) = PeerCopy.Told(300);
        PeerId second = host.Join("b"), behind = host.Join("c");
        host.Sent(second);
        host.Sent(behind);
        host.Hear(second, copy.Frontier());
        host.Hear(behind, new SyncMessage.NewFrontier(copy.Id, [copy.HeaderAt(100).Hash]));
        host.Sent(behind);
        Begin(host, first, copy);
        var ofSecond = host.Sent(second).OfType<SyncMessage.PayloadRequest>().SelectMany(r => r.Hashes).ToHashSet();
        var ofBehind = host.Sent(behind).OfType<SyncMessage.PayloadRequest>().SelectMany(r => r.Hashes).ToHashSet();
        Assert.NotEmpty(ofSecond);
        Assert.All(ofBehind, hash => Assert.True(copy.TryIndex(hash, out int index) && index <= 100));
        Assert.Empty(ofSecond.Intersect(ofBehind));
        Assert.Empty(host.Charges);
    }

    [Fact]
    public void A_late_peer_loses_what_it_was_asked_for_to_another_and_is_dropped_the_third_time()
    {
        var (host, slow, copy) = PeerCopy.Told(700);
        var good = host.Join("z");
        host.Sent(good);
        Begin(host, slow, copy);
        host.Hear(good, copy.Frontier());
        for (int seconds = 0; seconds < 12 && host.ChargeOf(slow) < 100; seconds++)
        {
            host.Pass(SyncSettings.Default.PayloadPatience / 2);
            foreach (var asked in host.Sent(good).OfType<SyncMessage.PayloadRequest>()) host.Answer(good, copy, asked);
        }
        Assert.Equal(104, host.ChargeOf(slow));   // 2, 2, and 100
        Assert.True(host.Replica.Count < copy.Count, "it was over before the third time");
        host.Answer(good, copy);
        Assert.Equal(copy.Count, host.Replica.Count);
        Assert.Equal(0, host.ChargeOf(good));
    }

    [Fact]
    public void One_that_has_lost_some_payloads_is_not_blamed_when_another_has_them()
    {
        var (host, first, copy) = PeerCopy.Told(300);
        var other = host.Join("z");
        host.Hear(other, copy.Frontier());
        host.Sent(other);
        Begin(host, first, copy);
        var asked = host.Sent(first).OfType<SyncMessage.PayloadRequest>().First();
        host.Hear(first, new SyncMessage.PayloadResponseMeta(asked.RequestId, 1));
        host.ServePayloads(first, copy, asked.RequestId, asked.Hashes.Take(1));
        host.Answer(other, copy);
        host.Answer(first, copy);
        host.Answer(other, copy);
        Assert.Equal(copy.Count, host.Replica.Count);
        Assert.Empty(host.Charges);
    }

    // Serves the walks of a history too long for the first of them, and no payload.
    private static void Begin(Host host, PeerId peer, MemoryReplica copy)
    {
        var headers = copy.Headers();
        var first = host.Sent(peer).OfType<SyncMessage.HeaderRequest>().Single();
        host.Hear(peer, new SyncMessage.HeaderResponseMeta(first.RequestId, first.MaxHeaders, false, 0));
        host.Hear(peer, new SyncMessage.HeaderBatch(first.RequestId, 0, headers[..first.MaxHeaders]));
        foreach (var rest in host.Sent(peer).OfType<SyncMessage.HeaderRequest>())
        {
            host.Hear(peer, new SyncMessage.HeaderResponseMeta(rest.RequestId, headers.Length - first.MaxHeaders, true, 0));
            host.Hear(peer, new SyncMessage.HeaderBatch(rest.RequestId, 0, headers[first.MaxHeaders..]));
        }
    }
}
