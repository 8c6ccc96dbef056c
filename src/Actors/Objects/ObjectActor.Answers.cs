using Akka.Actor;
using Hhs.Actors.Gossip;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Types;
using Hhs.Model.Types.Opaque;

namespace Hhs.Actors.Objects;

/// <summary>What an object answers: questions about its durable state, its log, how it stands; and whom it tells of changes.</summary>
public sealed partial class ObjectActor
{
    private readonly Dictionary<IActorRef, IObjectDelta> _subscribers = [];
    private readonly List<IActorRef> _waitingToOpen = [];
    private readonly List<(IActorRef Asker, ObjectProtocol.Ask Ask)> _unanswered = [];
    private DagVersion _told = DagVersion.Empty;

    private void ReceiveAnswers()
    {
        Receive<ObjectProtocol.Ask>(OnAsk);
        Receive<ObjectProtocol.GetLog>(get => Sender.Tell(OnGetLog(get)));
        Receive<ObjectProtocol.GetStatus>(_ => Sender.Tell(OnGetStatus()));
        Receive<ObjectProtocol.GetProgress>(_ => _gossip.Forward(GossipActor.GetProgress.Instance));
        Receive<ObjectProtocol.Subscribe>(subscribe => OnSubscribe(subscribe.Delta));
        Receive<ObjectProtocol.Open>(_ => OnOpen());
        Receive<GossipActor.FetchFailed>(OnFetchFailed);
    }

    private void TellSubscribers()
    {
        if (_replica.References.Any(id => !_mirrors.TryGet(id, out _))) return;   // told when what the views need is here
        var now = _durable.Version;
        foreach (var (subscriber, delta) in _subscribers)
        {
            if (delta.Between(_replica.Object!, _told, now) is { } change) subscriber.Tell(new ObjectProtocol.Changed(_id, change));
        }
        _told = now;
    }

    private void OnSubscribe(IObjectDelta delta)
    {
        if (_replica.Object is OpaqueObject)
        {
            Sender.Tell(NotInterpreted());
            return;
        }
        if (_subscribers.Count == 0) _told = _durable.Version;
        else if (_replica.Object is not null) TellSubscribers();   // so that all start from one version
        _subscribers[Sender] = delta;
        Context.Watch(Sender);
        Sender.Tell(new ObjectProtocol.Subscribed(_durable.Frontier));
    }

    private void OnOpen()
    {
        if (_durable.Count > 0)
        {
            Sender.Tell(OnGetStatus());
            return;
        }
        _waitingToOpen.Add(Sender);
        if (_replica.Log.Count == 0) _gossip.Tell(GossipActor.Fetch.Instance);
    }

    private void OnFetchFailed(GossipActor.FetchFailed failed)
    {
        foreach (var waiting in _waitingToOpen) waiting.Tell(new ObjectProtocol.Refused(new(RejectCode.TimedOut, failed.Why)));
        _waitingToOpen.Clear();
        _stopped = failed.Why;
        if (_replica.Log.Count == 0) Context.Parent.Tell(new ObjectsProtocol.GaveUp(_id));
    }

    private void OnAsk(ObjectProtocol.Ask ask)
    {
        if (_durable.Count == 0)
        {
            Sender.Tell(NotHere());
            return;
        }
        if (_replica.Object is OpaqueObject)
        {
            Sender.Tell(NotInterpreted());
            return;
        }
        var version = _durable.Version;
        if (ask.At is { } past && !(past.All(_durable.Contains) && _replica.Log.TryVersion(past, out version!)))
        {
            Sender.Tell(Refusal(RejectCode.InvalidOperation, $"object {_id} has no such version here"));
            return;
        }
        try
        {
            Sender.Tell(new ObjectProtocol.Answered(ask.Query.Answer(_replica.Object!, version)));
        }
        catch (ArgumentException mistake)   // the caller's, and no reason for the object to die
        {
            Sender.Tell(Refusal(RejectCode.InvalidOperation, mistake.Message));
        }
        catch (MissingDependencyException missing)   // answered when the observed object has come; its asker bounds the wait
        {
            if (_unanswered.Count < UnansweredMax) _unanswered.Add((Sender, ask));
            else Sender.Tell(Refusal(RejectCode.Declined, missing.Message));
        }
    }

    private object OnGetStatus() =>
        _durable.Count == 0 ? NotHere() : new ObjectProtocol.Status(_id, _replica.Object!.TypeId, _durable.Count, _durable.Frontier);

    private object OnGetLog(ObjectProtocol.GetLog get)
    {
        var entries = new List<Entry>();
        for (int i = Math.Max(0, get.From); i < _durable.Count && entries.Count < get.CountMax; i++)
        {
            if (!Entry.TryMake(_replica.Log.HeaderOf(i), _payloads.PayloadOf(_replica.Log.HashOf(i)), out var entry, out var why)) throw new InvalidDataException(why.ToString());
            entries.Add(entry);
        }
        return new ObjectProtocol.Log(entries, _durable.Count);
    }

    private const int UnansweredMax = 1024;
}
