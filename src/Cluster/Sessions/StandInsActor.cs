using Akka.Actor;
using Akka.Event;
using Hhs.Cluster.Wire;
using Hhs.Model.Hashing;
using Hhs.Protocols;

namespace Hhs.Cluster.Sessions;

/// <summary>Has, for every session at another node that takes part in an object here, a <see cref="StandInActor"/>; knows each object's channel.</summary>
internal sealed class StandInsActor : ReceiveActor
{
    private readonly Dictionary<ContentHash, IActorRef> _channels = [];
    private readonly Dictionary<ContentHash, HashSet<IActorRef>> _members = [];
    private readonly Dictionary<(IActorRef Node, PeerId Peer), IActorRef> _standIns = [];
    private readonly Dictionary<IActorRef, IActorRef> _hubs = [];   // of the nodes
    private long _count;

    public static Props Props() => Akka.Actor.Props.Create(() => new StandInsActor());

    public StandInsActor()
    {
        Receive<ChannelIs>(now =>
        {
            if (now.Channel is null) _channels.Remove(now.Topic);
            else _channels[now.Topic] = now.Channel;
            foreach (var member in MembersOf(now.Topic)) member.Tell(now);
        });
        Receive<Part>(part =>
        {
            foreach (var member in MembersOf(part.Topic)) member.Tell(part);
            _members.Remove(part.Topic);
        });
        Receive<Join>(OnJoin);
        Receive<Terminated>(gone => OnTerminated(gone.ActorRef));
    }

    /// <summary>This is the channel of an object that is here; null: it has none at present.</summary>
    internal sealed record ChannelIs(ContentHash Topic, IActorRef? Channel);

    /// <summary>The object is not here any more.</summary>
    internal sealed record Part(ContentHash Topic);

    private IEnumerable<IActorRef> MembersOf(ContentHash topic) => _members.TryGetValue(topic, out var members) ? members : [];

    private void OnJoin(Join join)
    {
        if (!_standIns.TryGetValue((Sender, join.Peer), out var standIn))
        {
            if (!_hubs.TryGetValue(Sender, out var hub))
            {
                _hubs.Add(Sender, hub = Context.ActorOf(FarNodeActor.Props(Sender), $"far-node-{++_count}"));
                Context.Watch(hub);
                Context.Watch(Sender);
            }
            standIn = Context.ActorOf(StandInActor.Props(Sender, hub, join), $"stand-in-{++_count}");
            _standIns.Add((Sender, join.Peer), standIn);
            Context.Watch(standIn);
        }
        if (!_members.TryGetValue(join.Topic, out var members)) _members.Add(join.Topic, members = []);
        members.Add(standIn);
        standIn.Tell(new StandInActor.TakePart(join, _channels.GetValueOrDefault(join.Topic)));
    }

    private void OnTerminated(IActorRef gone)
    {
        // A node that is gone, or what spoke to it: then its sessions join anew.
        var node = _hubs.FirstOrDefault(h => h.Key.Equals(gone) || h.Value.Equals(gone));
        if (node.Key is not null)
        {
            _hubs.Remove(node.Key);
            Context.Unwatch(node.Value);
            Context.Stop(node.Value);
        }
        foreach (var (key, standIn) in _standIns.Where(s => s.Value.Equals(gone) || s.Key.Node.Equals(node.Key)).ToArray())
        {
            _standIns.Remove(key);
            Context.Stop(standIn);   // where its node is gone
            foreach (var (topic, members) in _members.ToArray()) if (members.Remove(standIn) && members.Count == 0) _members.Remove(topic);
        }
    }

    // It would have forgotten what it stands for: its session joins again when it is gone.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure =>
    {
        Context.GetLogger().Error(failure, "A stand-in failed");
        return Directive.Stop;
    });
}
