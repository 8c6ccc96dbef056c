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
}
