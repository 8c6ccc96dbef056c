using Hhs.Model.Dag;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Tests.Sync;

/// <summary>What an original loses, and how it shows that it did (seen on the wire of original pullers).</summary>
public class GossipWithOriginalsTests
{
    [Fact]
    public void Answers_the_first_frontier_of_an_original_though_it_was_told_on_joining()
    {
        var host = new Host(PeerCopy.Linear(3));
        var peer = host.Join("original", PeerKind.Original);
        host.Sent<SyncMessage.NewFrontier>(peer);   // dropped: it is still fetching the create entry
        host.Pass(TimeSpan.FromMilliseconds(5));
        host.Hear(peer, MemoryReplica.Fresh().Frontier());
        Assert.Equal(host.Replica.Frontier, host.Sent<SyncMessage.NewFrontier>(peer).Frontier);
    }

    [Fact]
    public void Answers_an_original_once_while_it_comes_up_entry_by_entry()
    {
        var host = new Host(PeerCopy.Linear(50));
        var peer = host.Join("original", PeerKind.Original);
        host.Sent(peer);
        for (int i = 0; i < 50; i++) host.Hear(peer, PeerCopy.Linear(i).Frontier());
        host.Sent<SyncMessage.NewFrontier>(peer);
    }

    [Fact]
    public void Answers_an_original_that_says_the_same_again_but_not_more_than_once_a_second()
    {
        var host = new Host(PeerCopy.Linear(3));
        var peer = host.Join("original", PeerKind.Original);
        var behind = PeerCopy.Linear(1).Frontier();
        host.Hear(peer, behind);
        host.Sent(peer);
        host.Hear(peer, behind);
        Assert.Empty(host.Sent(peer));
        host.Pass(SyncSettings.Default.RetellEvery);
        host.Hear(peer, behind);
        host.Sent<SyncMessage.NewFrontier>(peer);
    }

    [Fact]
    public void Answers_an_original_that_has_fallen_back()
    {
        var host = new Host(PeerCopy.Linear(3));
        var peer = host.Join("original", PeerKind.Original);
        host.Hear(peer, PeerCopy.Linear(2).Frontier());
        host.Sent(peer);
        host.Pass(SyncSettings.Default.RetellEvery);
        host.Hear(peer, MemoryReplica.Fresh().Frontier());
        host.Sent<SyncMessage.NewFrontier>(peer);
    }

    [Fact]
    public void Two_that_each_lack_something_do_not_go_on_telling_one_another()
    {
        var host = new Host(PeerCopy.Linear(3));
        var peer = host.Join("original", PeerKind.Original);
        var other = MemoryReplica.Fresh();
        other.Write("theirs");
        host.Hear(peer, other.Frontier());
        host.Sent(peer);
        host.Pass(SyncSettings.Default.RetellEvery);
        host.Hear(peer, other.Frontier());
        Assert.Empty(host.Sent(peer).OfType<SyncMessage.NewFrontier>());
    }

    [Fact]
    public void Sends_an_original_one_frontier_a_stage_however_often_it_tells_of_its_growth()
    {
        var host = new Host(PeerCopy.Linear(100), SyncSettings.Default with { OriginalStageEntries = 40 });
        var peer = host.Join("original", PeerKind.Original);
        host.Sent(peer);
        host.Hear(peer, MemoryReplica.Fresh().Frontier());
        host.Sent<SyncMessage.NewFrontier>(peer);
        for (int i = 1; i < 39; i++) host.Hear(peer, PeerCopy.Linear(i).Frontier());
        Assert.Empty(host.Sent(peer));
    }

    [Fact]
    public void An_original_that_makes_nothing_of_a_frontier_is_told_less_and_then_what_it_lacks_after_tips_of_nothing()
    {
        var host = new Host(PeerCopy.Linear(5));
        var peer = host.Join("original", PeerKind.Original);
        var has = PeerCopy.Linear(2).Frontier();
        host.Hear(peer, has);
        host.Sent(peer);
        host.Pass(TimeSpan.FromSeconds(2.6));
        Assert.Equal(has.Frontier, host.Sent<SyncMessage.NewFrontier>(peer).Frontier);

        host.Pass(TimeSpan.FromSeconds(1));
        var told = host.Sent(peer).OfType<SyncMessage.NewFrontier>().ToArray();
        Assert.Equal(2, told.Length);
        var invented = Assert.Single(told[0].Frontier);
        Assert.False(host.Replica.Contains(invented));
        Assert.Equal(Position.Of(invented, host.Replica.Entries.ElementAt(3), host.Replica.Frontier[0]), told[1].Frontier);

        // That takes up its other peers for as long as it stands: until it asks us.
        host.Hear(peer, new SyncMessage.HeaderRequest("r", host.Replica.Id, told[1].Frontier, has.Frontier, 1_024, false));
        Assert.Equal(host.Replica.Frontier, host.Sent<SyncMessage.NewFrontier>(peer).Frontier);
    }

    /// <summary>It would ask its other peers for it for ever.</summary>
    [Fact]
    public void No_original_is_left_with_a_tip_that_nobody_has()
    {
        var (host, peer, has) = Called();
        host.Pass(TimeSpan.FromSeconds(0.6));
        Assert.Equal(has.Frontier, host.Sent<SyncMessage.NewFrontier>(peer).Frontier);   // no answer: what it has, and another try later

        (host, peer, has) = Called();
        for (int i = 0; i < 100; i++) host.Hear(peer, "nonsense"u8.ToArray());
        Assert.True(host.ChargeOf(peer) >= SyncSettings.Default.ChargeMax);
        host.Pass(TimeSpan.FromSeconds(0.6));
        Assert.Equal(has.Frontier, host.Sent<SyncMessage.NewFrontier>(peer).Frontier);   // also when it is told nothing else any more

        (host, _, _) = Called();
        Assert.False(host.Sync.IsIdle);   // nor does the object go to sleep now
        host.Pass(TimeSpan.FromSeconds(10));
        Assert.True(host.Sync.IsIdle);
    }

    private static (Host Host, PeerId Peer, SyncMessage.NewFrontier Has) Called()
    {
        var host = new Host(PeerCopy.Linear(5));
        var peer = host.Join("original", PeerKind.Original);
        var has = PeerCopy.Linear(2).Frontier();
        host.Hear(peer, has);
        while (!host.Sent(peer).OfType<SyncMessage.NewFrontier>().Any(m => !m.Frontier.All(host.Replica.Contains))) host.Pass(TimeSpan.FromMilliseconds(10));
        return (host, peer, has);
    }

    [Fact]
    public void An_original_that_makes_nothing_of_the_payloads_of_a_walk_is_sent_them_once_more()
    {
        var host = new Host(PeerCopy.Linear(5));
        var peer = host.Join("original", PeerKind.Original);
        var has = PeerCopy.Linear(2).Frontier();
        host.Hear(peer, has);
        host.Hear(peer, new SyncMessage.HeaderRequest("r", host.Replica.Id, host.Replica.Frontier, has.Frontier, 1_024, true));
        host.Pass(TimeSpan.FromSeconds(0.4));
        var payloads = host.Sent(peer).OfType<SyncMessage.PayloadMsg>().ToArray();
        Assert.Equal([0, 1, 2], payloads.Select(m => m.Sequence));
        host.Pass(TimeSpan.FromSeconds(2.3));
        Assert.Equal(payloads.Select(m => m.Hash), host.Sent(peer).OfType<SyncMessage.PayloadMsg>().Where(m => m.RequestId == "r").Select(m => m.Hash));
        host.Pass(TimeSpan.FromSeconds(60));
        Assert.Empty(host.Sent(peer).OfType<SyncMessage.PayloadMsg>());
    }

    [Fact]
    public void An_original_that_wants_nothing_of_ours_is_soon_let_be()
    {
        var host = new Host(PeerCopy.Linear(5));
        var peer = host.Join("original", PeerKind.Original);
        host.Hear(peer, PeerCopy.Linear(2).Frontier());
        host.Pass(TimeSpan.FromMinutes(2));
        host.Sent(peer);
        host.Pass(TimeSpan.FromMinutes(10));
        Assert.InRange(host.Sent(peer).Count, 20, 400);
        Assert.Equal(0, host.ChargeOf(peer));
    }

    [Fact]
    public void An_original_that_falls_silent_is_not_charged()
    {
        var (host, peer, _) = PeerCopy.Told(3, kind: PeerKind.Original);
        host.Sent<SyncMessage.HeaderRequest>(peer);
        host.Pass(TimeSpan.FromSeconds(31));
        host.Sent<SyncMessage.CancelRequest>(peer);
        Assert.Equal(0, host.ChargeOf(peer));
    }

    [Fact]
    public void Asks_an_original_for_no_walk_while_payloads_of_the_last_are_due()
    {
        // It begins them 100 ms after the headers, and then drops the rest of a walk that was asked for in between.
        var copy = PeerCopy.Linear(3);
        var host = new Host();
        var peer = host.Join("original", PeerKind.Original);
        host.Hear(peer, copy.Frontier());
        string walk = host.Sent<SyncMessage.HeaderRequest>(peer).RequestId;
        host.ServeHeaders(peer, copy, walk, auto: true);
        copy.Write("meanwhile");
        host.Hear(peer, copy.Frontier());
        Assert.Empty(host.Sent(peer).OfType<SyncMessage.HeaderRequest>());

        host.Hear(peer, new SyncMessage.PayloadResponseMeta(walk, 3));
        host.ServePayloads(peer, copy, walk, copy.Entries.Skip(1).Take(3));
        Assert.Empty(host.Sent(peer).OfType<SyncMessage.HeaderRequest>());   // nor before its clock has ticked once more
        host.Pass(SyncSettings.Default.OriginalWalkGap);
        Assert.Equal(copy.Frontier, host.Sent<SyncMessage.HeaderRequest>(peer).Start);
    }

    [Theory]
    [InlineData(PeerKind.Native)]
    [InlineData(PeerKind.Original)]
    public void A_walk_stops_at_what_the_peer_told_us_before_where_it_has_written_since(PeerKind kind)
    {
        var host = new Host(PeerCopy.Linear(100));
        var peer = host.Join("other", kind);
        host.Hear(peer, host.Replica.Frontier());
        var theirs = PeerCopy.Linear(100).Write("theirs");
        var ours = host.Write("ours");
        host.Hear(peer, new SyncMessage.NewFrontier(host.Replica.Id, [theirs.Hash]));
        host.Sent(peer);
        host.Hear(peer, new SyncMessage.HeaderRequest("r", host.Replica.Id, [ours.Hash], [theirs.Hash], 1_024, false));
        Assert.Equal(new SyncMessage.HeaderResponseMeta("r", 1, true, 0), host.Sent<SyncMessage.HeaderResponseMeta>(peer));
    }

    [Fact]
    public void What_a_peer_asks_for_by_name_it_gets_though_it_told_us_that_it_has_it()
    {
        var host = new Host(PeerCopy.Linear(3));
        var peer = host.Join("other", PeerKind.Original);
        host.Hear(peer, host.Replica.Frontier());
        host.Sent(peer);
        host.Hear(peer, new SyncMessage.HeaderRequest("r", host.Replica.Id, host.Replica.Frontier, [], 1_024, false));
        Assert.Equal(new SyncMessage.HeaderResponseMeta("r", 4, true, 0), host.Sent<SyncMessage.HeaderResponseMeta>(peer));
    }

    [Fact]
    public void A_walk_is_limited_by_what_the_peer_told_us_where_we_have_written_since()
    {
        var host = new Host(PeerCopy.Linear(5));
        var peer = host.Join("other", PeerKind.Original);
        var shared = host.Replica.Frontier;
        host.Hear(peer, host.Replica.Frontier());
        var ours = host.Write("ours");
        host.Sent(peer);
        host.Hear(peer, new SyncMessage.NewFrontier(host.Replica.Id, [PeerCopy.Linear(5).Write("theirs").Hash]));
        Assert.Equal([shared[0], ours.Hash], host.Sent<SyncMessage.HeaderRequest>(peer).Limits);
    }
}
