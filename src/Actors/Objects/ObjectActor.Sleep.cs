using System.Diagnostics;
using Akka.Actor;
using Hhs.Actors.Gossip;
using Hhs.Actors.Sleepers;

namespace Hhs.Actors.Objects;

/// <summary>How an object goes to sleep: when the registry asks, nobody needs it, and its gossip channel has left its peers to another.</summary>
public sealed partial class ObjectActor
{
    private long _lastUsed = Stopwatch.GetTimestamp();
    private bool _toldGrown, _releasing;

    /// <summary>Go to sleep if you have been idle for so long. Answered by <see cref="ObjectsProtocol.FellAsleep"/> and the end of the actor, or by <see cref="ObjectsProtocol.StaysAwake"/>.</summary>
    internal sealed record Passivate(TimeSpan IdleFor);

    /// <summary>End, if nothing is known of you and nobody has asked again. Answered by the end of the actor, or by <see cref="ObjectsProtocol.StaysAwake"/>.</summary>
    internal sealed record EndUnknown
    {
        public static readonly EndUnknown Instance = new();
    }

    /// <summary>Stop when all that was admitted is stored, and admit nothing more: the object is to be another node's.</summary>
    internal sealed record Release
    {
        public static readonly Release Instance = new();
    }

    private void ReceiveSleep()
    {
        Receive<EndUnknown>(_ =>
        {
            if (_replica.Log.Count > 0 || _waitingToOpen.Count > 0) StayAwake();
            else Context.Stop(Self);
        });
        Receive<Release>(_ =>
        {
            (_releasing, _stopped) = (true, "the object moves to another node");
            StopIfReleased();
        });
        Receive<Passivate>(passivate =>
        {
            if (IsNeeded || Stopwatch.GetElapsedTime(_lastUsed) < passivate.IdleFor) StayAwake();
            else _gossip.Tell(new GossipActor.Leave(passivate.IdleFor));
        });
        Receive<GossipActor.Stays>(_ => StayAwake());
        // The registry passes nothing on since it asked, so nothing can have happened here meanwhile.
        Receive<GossipActor.Left>(_ =>
        {
            Context.Parent.Tell(new ObjectsProtocol.FellAsleep(new(_id, _durable.Count, _durable.Frontier)));
            Context.Stop(Self);
        });
    }

    // Who is told of changes, who waits for an answer, and what is not stored yet. A follower is another object's actor.
    private bool IsNeeded =>
        _subscribers.Count + _followers.Count + _unanswered.Count + _waitingToOpen.Count + _next.Entries.Count > 0
        || _storing is not null || _readOnly is not null || _durable.Count == 0;

    private void StopIfReleased()
    {
        if (_releasing && (_readOnly is not null || (_storing is null && _next.Entries.Count == 0))) Context.Stop(Self);
    }

    private void StayAwake() => Context.Parent.Tell(new ObjectsProtocol.StaysAwake(_id));

    private void TellGrown()
    {
        if (_toldGrown) return;
        _toldGrown = true;
        _services.Sleepers.Tell(new SleepersProtocol.Grew(_id));
    }
}
