using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Mesh;
using Hhs.Actors.Tests;
using Hhs.Cluster.Sessions;
using Hhs.Cluster.Wire;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols;

namespace Hhs.Cluster.Tests;

/// <summary>A session at one end, an object's channel at the other, and between them what a cluster puts there: credits arrive, and nothing is waited for in vain.</summary>
public sealed class SessionsTests : IAsyncDisposable
{
    private static readonly ContentHash Id = ContentHash.Of("object"u8);
    private static readonly string Topic = Id.ToString();
    private static readonly PeerId Peer = new("session-1");
    private readonly ActorSystem _system = ActorSystem.Create("sessions", ConfigurationFactory.ParseString("akka.loglevel = OFF\nakka.stdout-loglevel = OFF"));
    private readonly Probe _session, _topics, _channel;
    private readonly IActorRef _standIns, _remote;
    private int _released;

    public SessionsTests()
    {
        (_session, _topics, _channel) = (new(_system, Peer.Text), new(_system, "topics"), new(_system, "channel"));
        _standIns = _system.ActorOf(StandInsActor.Props());
        var region = _system.ActorOf(Props.Create(() => new Region(_standIns)));
        _remote = _system.ActorOf(RemoteSessionsActor.Props(region, _topics.Ref, new(10, TimeSpan.FromMinutes(1), LostAfter: TimeSpan.FromSeconds(2), LeftAfterFenced: TimeSpan.FromSeconds(1))));
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();

    [Fact(Timeout = 30_000)]
    public async Task What_a_peer_says_is_released_when_the_channel_has_processed_it()
    {
        var (_, standIn) = await JoinedAsync();
        Say(1, 2, 3);
        var first = await _channel.NextAsync<MeshProtocol.TopicMessage>();
        var second = await _channel.NextAsync<MeshProtocol.TopicMessage>();
        Assert.Equal([1], first.Message.ToArray());
        Assert.Equal(new PeerId(standIn.Path.Name), first.Peer);
        Assert.Equal(0, Volatile.Read(ref _released));
        second.Release();
        await Eventually.Holds(() => Volatile.Read(ref _released) == 1, "one is released");
        first.Release();
        (await _channel.NextAsync<MeshProtocol.TopicMessage>()).Release();
        await Eventually.Holds(() => Volatile.Read(ref _released) == 3, "all are released");
    }

    [Fact(Timeout = 30_000)]
    public async Task What_the_channel_sends_is_reported_to_it_when_it_has_left_the_sessions_node()
    {
        var (_, standIn) = await JoinedAsync();
        standIn.Tell(new MeshProtocol.SendOnTopic(Topic, new byte[100]), _channel.Ref);
        standIn.Tell(new MeshProtocol.SendOnTopic(Topic, new byte[50]), _channel.Ref);
        Assert.Equal(100, (await _session.NextAsync<MeshProtocol.SendOnTopic>()).Message.Length);
        await _session.NextAsync<MeshProtocol.SendOnTopic>();
        _remote.Tell(new MeshProtocol.TopicDrained(Peer, 150));
        Assert.Equal(150, (await _channel.NextAsync<MeshProtocol.TopicDrained>()).Bytes);

        // What another channel had sent is no business of the next.
        standIn.Tell(new MeshProtocol.SendOnTopic(Topic, new byte[70]), _channel.Ref);
        await _session.NextAsync<MeshProtocol.SendOnTopic>();
        var next = new Probe(_system, "next");
        _standIns.Tell(new StandInsActor.ChannelIs(Id, next.Ref));
        Assert.Equal(next.Ref, (await _channel.NextAsync<MeshProtocol.PeerLeft>()).Next);
        Assert.Equal(_channel.Ref, (await next.NextAsync<MeshProtocol.PeerJoined>()).Before);
        standIn.Tell(new MeshProtocol.SendOnTopic(Topic, new byte[30]), next.Ref);
        await _session.NextAsync<MeshProtocol.SendOnTopic>();
        _remote.Tell(new MeshProtocol.TopicDrained(Peer, 100));
        Assert.Equal(30, (await next.NextAsync<MeshProtocol.TopicDrained>()).Bytes);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_said_before_the_channel_is_there_waits_and_a_charge_finds_the_session()
    {
        Join();
        Say(7);
        _standIns.Tell(new StandInsActor.ChannelIs(Id, _channel.Ref));
        var joined = await _channel.NextAsync<MeshProtocol.PeerJoined>();
        Assert.Equal([7], (await _channel.NextAsync<MeshProtocol.TopicMessage>()).Message.ToArray());
        joined.Session.Tell(new MeshProtocol.Charge(new(RejectCode.Malformed, "noise"), 10), _channel.Ref);
        Assert.Equal(10, (await _session.NextAsync<MeshProtocol.Charge>()).Points);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_channel_that_goes_leaves_nothing_unreleased()
    {
        await JoinedAsync();
        Say(1, 2);
        await _channel.NextAsync<MeshProtocol.TopicMessage>();
        await _channel.NextAsync<MeshProtocol.TopicMessage>();
        _standIns.Tell(new StandInsActor.ChannelIs(Id, null));
        await Eventually.Holds(() => Volatile.Read(ref _released) == 2, "what the channel took with it is released");
    }

    [Fact(Timeout = 30_000)]
    public async Task A_stand_in_that_is_lost_or_parts_or_never_answers_makes_peers_join_anew()
    {
        var (_, standIn) = await JoinedAsync();
        _standIns.Tell(new StandInsActor.Part(Id));
        Assert.Equal([Id], (await _topics.NextAsync<TopicsActor.JoinAnew>()).Ids);   // it parts

        _remote.Tell(new MeshProtocol.PeerLeft(Topic, Peer), _session.Ref);
        Join();
        await _channel.NextAsync<MeshProtocol.PeerJoined>();
        Say(1);   // the channel never says that it has processed it
        Assert.Equal([Id], (await _topics.NextAsync<TopicsActor.JoinAnew>()).Ids);

        _remote.Tell(new MeshProtocol.PeerLeft(Topic, Peer), _session.Ref);
        Join();
        await _channel.NextAsync<MeshProtocol.PeerJoined>();
        _topics.Forget();
        _system.Stop(standIn);
        Assert.Equal([Id], (await _topics.NextAsync<TopicsActor.JoinAnew>()).Ids);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_session_that_ends_takes_its_stand_in_with_it()
    {
        var (_, standIn) = await JoinedAsync();
        var watcher = new Probe(_system, "watcher");
        watcher.Watch(standIn);
        _remote.Tell(new MeshProtocol.PeerLeft(Topic, Peer), _session.Ref);
        await _channel.NextAsync<MeshProtocol.PeerLeft>();
        _system.Stop(_session.Ref);
        await watcher.NextAsync<Terminated>();
    }

    private void Join() => _remote.Tell(new MeshProtocol.PeerJoined(Topic, Peer, new KeyId(Id), PeerKind.Native, _session.Ref), _session.Ref);

    private async Task<(MeshProtocol.PeerJoined Joined, IActorRef StandIn)> JoinedAsync()
    {
        _standIns.Tell(new StandInsActor.ChannelIs(Id, _channel.Ref));
        Join();
        var joined = await _channel.NextAsync<MeshProtocol.PeerJoined>();
        return (joined, joined.Session);
    }

    private void Say(params byte[] bytes)
    {
        foreach (byte one in bytes) _remote.Tell(new MeshProtocol.TopicMessage(Topic, Peer, new[] { one }, () => Interlocked.Increment(ref _released)), _session.Ref);
    }

    /// <summary>The region's part: it knows where the object is.</summary>
    private sealed class Region : ReceiveActor
    {
        public Region(IActorRef standIns) => Receive<ToEntity>(to => standIns.Forward(to.Message));
    }

    /// <summary>An actor that the test plays.</summary>
    private sealed class Probe
    {
        private readonly Channel<object> _told = Channel.CreateUnbounded<object>();

        public Probe(ActorSystem system, string name) => Ref = system.ActorOf(Props.Create(() => new Listener(_told.Writer)), name);

        public IActorRef Ref { get; }

        public void Watch(IActorRef actor) => Ref.Tell(new WatchIt(actor));

        public void Forget()
        {
            while (_told.Reader.TryRead(out _)) { }
        }

        public async Task<T> NextAsync<T>()
        {
            while (true) if (await _told.Reader.ReadAsync(TestContext.Current.CancellationToken) is T wanted) return wanted;
        }

        private sealed record WatchIt(IActorRef Actor);

        private sealed class Listener : ReceiveActor
        {
            public Listener(ChannelWriter<object> told)
            {
                Receive<WatchIt>(watch => Context.Watch(watch.Actor));
                ReceiveAny(message => told.TryWrite(message));
            }
        }
    }
}
