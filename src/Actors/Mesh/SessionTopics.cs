using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Relay;
using Hhs.Actors.Telemetry;
using Hhs.Actors.Transport;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols;
using Hhs.Protocols.Mux;

namespace Hhs.Actors.Mesh;

/// <summary>The topics of one open session: what each side has asked for, and which channels the peer is joined to.</summary>
/// <remarks>
/// A topic that is not here and one that is not open to the peer are treated alike in everything: whoever asks learns
/// nothing. We name a topic only to a peer that is to be asked for it, or that has named it itself.
/// Source: wire.md section 5, supplement section 7.
/// </remarks>
internal sealed class SessionTopics(PeerId self, IActorRef session, KeyId peer, PeerKind kind, IFrameConnection connection, OutgoingFrames outgoing, IActorRef watcher, RelayDoor? relay, int declinedMax, ILoggingAdapter log)
{
    private readonly Dictionary<string, (IActorRef Channel, TopicCredit Credit)> _joined = new(StringComparer.Ordinal);
    private readonly HashSet<string> _declinedByUs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _awaited = new(StringComparer.Ordinal);   // of the relay; whether the peer is owed an answer
    private readonly HashSet<string> _wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CarriedTopic> _alsoOpen = new(StringComparer.Ordinal);   // not to everyone, but to this peer
    private CarriedTopics _topics = CarriedTopics.None;
    private TopicQuestions? _questions;
    private bool _wantsAll;

    /// <summary>Topics that the peer takes part in.</summary>
    public int Count => _joined.Count;

    /// <summary>Whether the peer has ever taken part in a topic.</summary>
    public bool WereShared { get; private set; }

    /// <summary>Whether the peer has been asked for topics and has answered, every time, that it does not share them.</summary>
    public bool AllDeclined { get; private set; }

    /// <summary>The topics carried here, before the session is open.</summary>
    public void Begin(CarriedTopics topics)
    {
        _topics = topics;
        _alsoOpen.Clear();
        foreach (var (topic, carried) in topics.ToSome) if (carried.Policy.Admits(peer)) _alsoOpen.Add(topic, carried);
    }

    public bool IsOpenToPeer(string topic) => TryFindOpen(topic, out _);

    public bool IsJoined(string topic) => _joined.ContainsKey(topic);

    /// <summary>Joins the peer to the topic's channel, if it is open to it.</summary>
    public bool TryJoin(string topic, out IActorRef channel, out TopicCredit credit, IActorRef? before = null)
    {
        if (!_joined.TryGetValue(topic, out var joined))
        {
            (channel, credit) = (ActorRefs.Nobody, null!);
            if (!TryFindOpen(topic, out var carried)) return false;
            joined = (carried.Channel, new(connection));
            _joined.Add(topic, joined);
            WereShared = true;
            carried.Channel.Tell(new MeshProtocol.PeerJoined(topic, self, peer, kind, session, before), session);
            var told = new MeshProtocol.TopicJoined(topic, self, peer);
            watcher.Tell(told, session);
            relay?.Actor.Tell(told, session);
        }
        (channel, credit) = joined;
        return true;
    }

    /// <summary>The peer asks for a topic. False when it is no object's id, which nobody honest asks for.</summary>
    public bool OnInterest(string topic)
    {
        if (TryJoin(topic, out _, out _))
        {
            outgoing.Control(new MuxFrame.Accept(topic));
            return true;
        }
        if (!ContentHash.TryParse(topic, out _)) return false;   // text of any length
        if (!TryAskRelay(topic, owesAnswer: true)) Decline(topic);
        return true;
    }

    /// <summary>Asks the relay, if there is one for this peer, for a topic that is not here.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="owesAnswer">Whether the peer waits to be accepted or rejected.</param>
    public bool TryAskRelay(string topic, bool owesAnswer)
    {
        if (relay?.Admits(peer) != true || _topics.Contains(topic) || !ContentHash.TryParse(topic, out var id)) return false;
        if (_awaited.TryGetValue(topic, out bool owed)) _awaited[topic] = owed || owesAnswer;
        else if (_awaited.Count >= declinedMax) return false;
        else
        {
            _awaited.Add(topic, owesAnswer);
            relay.Actor.Tell(new RelayProtocol.Ask(id, peer), session);
        }
        return true;
    }

    /// <summary>The relay has the topic here now, or will not.</summary>
    public void OnRelayDone(string topic)
    {
        if (!_awaited.Remove(topic, out bool owesAnswer)) return;
        bool joined = TryJoin(topic, out _, out _);
        if (!owesAnswer) return;
        if (joined) outgoing.Control(new MuxFrame.Accept(topic));
        else Decline(topic);
    }

    private void Decline(string topic)
    {
        outgoing.Control(new MuxFrame.Reject(topic));
        SyncMetrics.FrameDropped("interest in a topic that is not here");
        // No charge: whoever has many objects may offer them all.
        if (_declinedByUs.Count >= declinedMax || !_declinedByUs.Add(topic)) return;
        if (_declinedByUs.Count == declinedMax) log.Info("Peer {0} has asked for {1} topics that are not here; further ones are forgotten", connection.Remote, declinedMax);
    }

    /// <summary>The peer shares the topic.</summary>
    public void OnAccept(string topic)
    {
        TryJoin(topic, out _, out _);
        Questions.Answered(topic);
    }

    /// <summary>The peer does not share the topic, or does so no more.</summary>
    public void OnReject(string topic)
    {
        Leave(topic);
        _awaited.Remove(topic);
        if (!Questions.Answered(topic)) return;
        watcher.Tell(new MeshProtocol.TopicDeclined(topic, peer), session);
        AllDeclined = Questions.Count == 0 && _joined.Count == 0;
    }

    /// <summary>We take part in the topic with this peer no more, for now. An original cannot be told, and stays.</summary>
    public void Part(string topic)
    {
        if (kind != PeerKind.Native || _wantsAll || !_joined.ContainsKey(topic)) return;
        _wanted.Remove(topic);
        Leave(topic);
        outgoing.Control(new MuxFrame.Reject(topic));
    }

    /// <summary>Asks for these, now and again.</summary>
    public void Want(IEnumerable<string> topics)
    {
        foreach (string topic in topics)
        {
            if (_joined.ContainsKey(topic)) watcher.Tell(new MeshProtocol.TopicJoined(topic, self, peer), session);
            else if (_wanted.Add(topic) || !Questions.Contains(topic)) Ask(topic);
        }
    }

    /// <summary>Asks for all topics that are open to the peer, now and later.</summary>
    public void WantAll()
    {
        if (_wantsAll) return;
        _wantsAll = true;
        AskAgain();
    }

    /// <summary>Asks for what is wanted and was declined before, or never answered.</summary>
    public void AskAgain()
    {
        Questions.AskAgain();
        foreach (string topic in Unjoined()) if (!Questions.Contains(topic)) Ask(topic);
    }

    /// <summary>A topic was opened or closed here, or is open to others than before.</summary>
    public void OnChanged(CarriedTopics topics, string topic)
    {
        _topics = topics;
        if (topics.ToSome.TryGetValue(topic, out var restricted) && restricted.Policy.Admits(peer)) _alsoOpen[topic] = restricted;
        else _alsoOpen.Remove(topic);
        bool open = TryFindOpen(topic, out var now);
        if (_awaited.ContainsKey(topic))
        {
            OnRelayDone(topic);
            return;
        }
        if (_joined.TryGetValue(topic, out var joined))
        {
            if (open && joined.Channel.Equals(now!.Channel)) return;
            Leave(topic, now?.Channel);
            if (open)
            {
                TryJoin(topic, out _, out _, before: joined.Channel);
                return;
            }
            _declinedByUs.Add(topic);   // the peer knows of it: should it come back, it is offered again
            if (kind == PeerKind.Native) outgoing.Control(new MuxFrame.Reject(topic));
            return;
        }
        // What the peer has named itself is no secret to it.
        if (open && (_declinedByUs.Remove(topic) || _wantsAll || _wanted.Contains(topic))) Ask(topic);
    }

    /// <summary>The session is over.</summary>
    public void LeaveAll()
    {
        foreach (string topic in _joined.Keys.ToArray()) Leave(topic);
        foreach (string topic in Questions.Topics) watcher.Tell(new MeshProtocol.TopicDeclined(topic, peer), session);
    }

    private TopicQuestions Questions => _questions ??= new(topic => outgoing.Control(new MuxFrame.Interest(topic)), topic => _joined.ContainsKey(topic) || !IsOpenToPeer(topic));

    private void Ask(string topic)
    {
        if (!IsOpenToPeer(topic)) return;
        AllDeclined = false;
        Questions.Ask(topic);
    }

    private void Leave(string topic, IActorRef? next = null)
    {
        if (!_joined.Remove(topic, out var left)) return;
        left.Channel.Tell(new MeshProtocol.PeerLeft(topic, self, next), session);
        var told = new MeshProtocol.TopicLeft(topic, self);
        watcher.Tell(told, session);
        relay?.Actor.Tell(told, session);
        left.Credit.Abandon();
    }

    // The same work, and so the same time, for what is forbidden as for what is not here.
    private bool TryFindOpen(string topic, [NotNullWhen(true)] out CarriedTopic? carried) => _topics.ToEveryone.TryGetValue(topic, out carried) || _alsoOpen.TryGetValue(topic, out carried);

    private IEnumerable<string> Unjoined() =>
        (_wantsAll ? _topics.ToEveryone.Keys.Concat(_alsoOpen.Keys) : _wanted).Where(topic => !_joined.ContainsKey(topic) && IsOpenToPeer(topic));
}
