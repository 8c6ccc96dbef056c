using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Tests.Sync;

public class ProgressTests
{
    [Fact]
    public void Is_synced_when_all_that_was_announced_is_here_and_not_while_anything_is_on_its_way()
    {
        var (host, peer, copy) = PeerCopy.Told(20);
        Assert.Equal((1, 0, 1, true), (At(host).Peers, At(host).Unheard, At(host).Behind, At(host).IsUnderWay));
        string id = host.Sent<SyncMessage.HeaderRequest>(peer).RequestId;
        host.ServeHeaders(peer, copy, id, auto: true);
        host.Hear(peer, new SyncMessage.PayloadResponseMeta(id, 20));
        host.ServePayloads(peer, copy, id, copy.Entries.Skip(1).Take(12));
        Assert.Equal((0, 8), (At(host).Behind, At(host).Waiting));   // its headers are here
        host.Pass(TimeSpan.FromSeconds(10));   // however quiet it is
        Assert.False(At(host).IsSynced);
        int sequence = 12;
        foreach (var hash in copy.Entries.Skip(13)) host.Hear(peer, copy.Payload(id, sequence++, hash));
        Assert.Equal(new SyncProgress(1, 0, 0, 0, false), At(host));
        Assert.True(At(host).IsSynced);
    }

    [Fact]
    public void A_peer_that_has_said_nothing_is_waited_for_but_not_for_ever()
    {
        var host = new Host();
        Assert.False(At(host).IsSynced);
        var peer = host.Join("speaks");
        host.Hear(peer, host.Replica.Frontier());
        Assert.True(At(host).IsSynced);
        host.Join("is silent");
        Assert.Equal((1, 1, false), (At(host).Peers, At(host).Unheard, At(host).IsSynced));
        host.Pass(TimeSpan.FromSeconds(6));
        Assert.True(At(host).IsSynced);
        host.Leave(peer);
        Assert.False(At(host).IsSynced);
    }

    [Fact]
    public void What_is_put_off_and_what_is_announced_in_parts_is_not_all()
    {
        var (host, peer, copy) = PeerCopy.Told(3);
        host.Judge = entry => new SyncInput.EntryDeferred(entry.Hash, host.Now);
        host.Answer(peer, copy);
        Assert.Equal(3, At(host).Waiting);

        (host, peer, copy) = PeerCopy.Told(20, SyncSettings.Default with { NativeStageEntries = 10 });
        host.Answer(peer, copy);
        Assert.False(At(host).IsSynced);   // it may tell of the next stage once it has heard that this one is here
        host.Pass(TimeSpan.FromSeconds(4));
        Assert.True(At(host).IsSynced);
    }

    private static SyncProgress At(Host host) => host.Sync.ProgressAt(host.Now);
}
