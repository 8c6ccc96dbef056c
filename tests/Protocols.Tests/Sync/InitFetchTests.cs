using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Tests.Sync;

public class InitFetchTests
{
    [Fact]
    public void Asks_each_peer_and_takes_the_right_answer()
    {
        var fetch = Fetch();
        var effects = fetch.Advance(new SyncInput.PeerJoined(A, PeerKind.Native, TimeSpan.Zero));
        Assert.Single(effects.OfType<SyncEffect.Send>());
        var found = Assert.Single(fetch.Advance(Answer(A, MemoryReplica.CreatePayload)).OfType<SyncEffect.Found>());
        Assert.Equal(MemoryReplica.CreateHeader.Hash, found.Create.Hash);
        Assert.Equal(MemoryReplica.CreatePayload, found.Create.Payload);
        Assert.Empty(fetch.Advance(Answer(A, MemoryReplica.CreatePayload)));
    }

    [Fact]
    public void Charges_a_wrong_answer_and_listens_on()
    {
        var fetch = Fetch();
        fetch.Advance(new SyncInput.PeerJoined(A, PeerKind.Native, TimeSpan.Zero));
        fetch.Advance(new SyncInput.PeerJoined(B, PeerKind.Native, TimeSpan.Zero));
        Assert.Equal(50, Assert.IsType<SyncEffect.Misbehaved>(Assert.Single(fetch.Advance(Answer(A, "lie")))).Charge);
        Assert.Equal(10, Assert.IsType<SyncEffect.Misbehaved>(Assert.Single(fetch.Advance(new SyncInput.MessageArrived(B, "{"u8.ToArray(), TimeSpan.Zero)))).Charge);
        Assert.Empty(fetch.Advance(Answer(A, MemoryReplica.CreatePayload)));   // it had its chance
        fetch.Advance(new SyncInput.PeerJoined(new("c"), PeerKind.Original, TimeSpan.Zero));
        Assert.Single(fetch.Advance(Answer(new("c"), MemoryReplica.CreatePayload)).OfType<SyncEffect.Found>());
    }

    [Fact]
    public void Asks_again_and_gives_up_in_the_end()
    {
        var fetch = Fetch();
        var effects = fetch.Advance(new SyncInput.PeerJoined(A, PeerKind.Native, TimeSpan.Zero));
        int asked = 1;
        var now = TimeSpan.Zero;
        while (effects.OfType<SyncEffect.ArmTimer>().SingleOrDefault() is { } timer)
        {
            now += timer.After;
            effects = fetch.Advance(new SyncInput.TimerFired(timer.Timer, now));
            asked += effects.OfType<SyncEffect.Send>().Count();
        }
        Assert.IsType<SyncEffect.GaveUp>(Assert.Single(effects));
        Assert.Equal(TimeSpan.FromSeconds(10), now);
        Assert.Equal(20, asked);
    }

    [Fact]
    public void Gives_up_on_an_object_that_names_no_type()
    {
        var payload = Literal.Map.Of(("action", "create"));
        var fetch = new InitFetch(new Header(CanonicalJson.Hash(payload), Position.Empty).Hash, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        fetch.Advance(new SyncInput.PeerJoined(A, PeerKind.Native, TimeSpan.Zero));
        var buffer = new JsonBuffer();
        new SyncMessage.InitResponse(new Header(CanonicalJson.Hash(payload), Position.Empty).Hash, payload).Write(buffer);
        Assert.Single(fetch.Advance(new SyncInput.MessageArrived(A, buffer.Written.ToArray(), TimeSpan.Zero)).OfType<SyncEffect.GaveUp>());
    }

    private static InitFetch Fetch() => new(MemoryReplica.CreateHeader.Hash, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10));

    private static SyncInput.MessageArrived Answer(PeerId peer, Literal payload)
    {
        var buffer = new JsonBuffer();
        new SyncMessage.InitResponse(MemoryReplica.CreateHeader.Hash, payload).Write(buffer);
        return new(peer, buffer.Written.ToArray(), TimeSpan.Zero);
    }

    private static readonly PeerId A = new("a"), B = new("b");
}
