using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Gossip;
using Hhs.Actors.Journal;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Objects;

/// <summary>One replicated object: admits entries, has them stored, answers views, publishes deltas.</summary>
/// <remarks>
/// An entry is judged and appended to the log in memory at once, so that the next can be judged on top of it; it counts
/// (is acknowledged, shown, gossiped) when the journal has it. If the journal refuses, the log in memory is ahead of the
/// truth: the actor dies and its successor starts from what is stored.
/// </remarks>
public sealed class ObjectActor : ReceiveActor
{
    private readonly ContentHash _id;
    private readonly ObjectServices _services;
    private readonly PayloadStore _payloads;
    private readonly Dictionary<IActorRef, IObjectDelta> _subscribers = [];
    private readonly Queue<(int UpTo, List<(IActorRef To, ContentHash Entry)> Acks)> _unstored = new();
    private readonly List<IActorRef> _waitingToOpen = [];
    private Replica _replica = null!;
    private DurableReplica _durable = null!;
    private DagVersion _told = DagVersion.Empty;
    private IActorRef _gossip = ActorRefs.Nobody;

    /// <summary>Props of the object with an id.</summary>
    public static Props Props(ContentHash id, ObjectServices services) => Akka.Actor.Props.Create(() => new ObjectActor(id, services));

    /// <summary>Makes the actor; use <see cref="Props"/>.</summary>
    public ObjectActor(ContentHash id, ObjectServices services)
    {
        (_id, _services) = (id, services);
        _payloads = new(id, services.Journal, services.Settings.PayloadCacheBytesMax);
        Receive<ObjectProtocol.Apply>(apply => OnApply(apply.Command));
        Receive<ObjectProtocol.Ask>(ask => Sender.Tell(OnAsk(ask.Query)));
        Receive<ObjectProtocol.GetLog>(get => Sender.Tell(OnGetLog(get)));
        Receive<ObjectProtocol.GetStatus>(_ => Sender.Tell(OnGetStatus()));
        Receive<ObjectProtocol.Offered>(offered => OnOffered(offered.Entries));
        Receive<ObjectProtocol.Subscribe>(subscribe => OnSubscribe(subscribe.Delta));
        Receive<ObjectProtocol.Open>(_ => OnOpen());
        Receive<GossipActor.FetchFailed>(OnFetchFailed);
        Receive<CreateWith>(create => OnCreate(create.Create));
        Receive<JournalProtocol.Appended>(_ => OnStored());
        Receive<JournalProtocol.AppendFailed>(OnNotStored);
        Receive<Terminated>(gone => _subscribers.Remove(gone.ActorRef));
    }

    /// <summary>The object's first entry, from this node or fetched from a peer. Answered by <see cref="ObjectProtocol.Applied"/>.</summary>
    internal sealed record CreateWith(Entry Create);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        var keys = new TagCode.KeyPool();
        _replica = Replica.Reopen(_id, _services.Journal.ReadIndex(_id).Select(entry => (entry.Header, DecodeTags(entry, keys))), _payloads, _services.Types);
        _durable = new(_id, _replica.Log, _payloads);
        _durable.AdvanceTo(_replica.Log.Count);
        _told = _durable.Version;
        _gossip = Context.ActorOf(GossipActor.Props(_durable, _services), "gossip");
    }

    // A damaged payload that gossip came upon is mended by reading the index again.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(failure => failure is JournalException ? Directive.Escalate : Directive.Restart);

    private IReadOnlyList<Tag> DecodeTags(IndexedEntry entry, TagCode.KeyPool keys) =>
        TagCode.TryDecode(entry.Tags.Span, keys, out var tags)
            ? tags
            : throw new InvalidDataException($"the index keys of entry {entry.Header.Hash} of object {_id} are damaged: run 'hhs verify'");

    private void OnCreate(Entry create)
    {
        if (_replica.Log.Count > 0)
        {
            Acknowledge(Sender, _id);
            return;
        }
        switch (_replica.Admit(create))
        {
            case Judgement.Admitted(_, var tags): Store([Record(create, tags)], [(Sender, create.Hash)]); break;
            case Judgement.Refused(var why):
                Sender.Tell(new ObjectProtocol.Refused(why));
                OnFetchFailed(new(why.Detail));
                break;
            case var other: throw new InvalidOperationException($"a create entry is admitted or refused, not {other}");
        }
    }

    private void OnApply(IObjectCommand command)
    {
        if (_replica.Object is not { } target)
        {
            Sender.Tell(NotHere());
            return;
        }
        var at = _replica.Log.FrontierVersion;
        if (command.Build(target, at, out var why) is not { } payload)
        {
            Sender.Tell(new ObjectProtocol.Refused(why));
            return;
        }
        var entry = Entry.Make(payload, _replica.Log.Frontier);
        switch (_replica.Admit(entry))
        {
            case Judgement.Admitted(_, var tags): Store([Record(entry, tags)], [(Sender, entry.Hash)]); break;
            case Judgement.Known: Acknowledge(Sender, entry.Hash); break;
            case Judgement.Refused(var refusal): Sender.Tell(new ObjectProtocol.Refused(refusal)); break;
            case Judgement.Waiting: Sender.Tell(new ObjectProtocol.Refused(new(RejectCode.InvalidOperation, "something that the operation depends on is not here yet"))); break;
        }
    }

    private void OnOffered(IReadOnlyList<OfferedEntry> offered)
    {
        var admitted = new List<JournalEntry>(offered.Count);
        var known = new List<ContentHash>();
        var refused = new List<(ContentHash, Reject)>();
        var deferred = new List<ContentHash>();
        foreach (var offer in offered)
        {
            if (!Entry.TryMake(offer.Header, offer.Payload, out var entry, out var mismatch)) throw new ArgumentException(mismatch.ToString());
            switch (_replica.Admit(entry))
            {
                case Judgement.Admitted(_, var tags): admitted.Add(Record(entry, tags)); break;
                case Judgement.Known: if (_durable.Contains(offer.Hash)) known.Add(offer.Hash); break;   // else: told when it is durable
                case Judgement.Refused(var why): refused.Add((offer.Hash, why)); break;
                case Judgement.Waiting:
                    // What waits for a predecessor builds on something refused or deferred above, which says it all.
                    if (_replica.Log.MissingOf(offer.Header.PrevEntryHashes).Count == 0) deferred.Add(offer.Hash);
                    break;
            }
        }
        if (known.Count + refused.Count + deferred.Count > 0) Sender.Tell(new ObjectProtocol.Judged(known, refused, deferred));
        if (admitted.Count > 0) Store(admitted, []);
    }

    private JournalEntry Record(Entry entry, IReadOnlyList<Tag> tags)
    {
        byte[] json = JsonText.Write(entry.Payload);
        _payloads.Hold(entry.Hash, json);
        return new(entry.Header, json, TagCode.Encode(tags));
    }

    private void Store(IReadOnlyList<JournalEntry> entries, List<(IActorRef, ContentHash)> acks)
    {
        _unstored.Enqueue((_replica.Log.Count, acks));
        _services.JournalActor.Tell(new JournalProtocol.Append(new ObjectBatch(_id, entries), Tag: _id));
    }

    // An entry that is known and not durable yet is acknowledged together with what is being stored.
    private void Acknowledge(IActorRef to, ContentHash entry)
    {
        if (_durable.Contains(entry)) to.Tell(new ObjectProtocol.Applied(entry));
        else _unstored.Last().Acks.Add((to, entry));
    }

    // The journal answers in the order asked.
    private void OnStored()
    {
        var (upTo, acks) = _unstored.Dequeue();
        var stored = new List<ContentHash>(upTo - _durable.Count);
        for (int entry = _durable.Count; entry < upTo; entry++) stored.Add(_replica.Log.HashOf(entry));
        foreach (var entry in stored) _payloads.Stored(entry);
        _durable.AdvanceTo(upTo);
        foreach (var (to, entry) in acks) to.Tell(new ObjectProtocol.Applied(entry));
        _gossip.Tell(new ObjectProtocol.Judged(stored, [], []));
        foreach (var waiting in _waitingToOpen) waiting.Tell(OnGetStatus());
        _waitingToOpen.Clear();
        if (_subscribers.Count > 0 && _unstored.Count == 0) TellSubscribers();
    }

    private void OnNotStored(JournalProtocol.AppendFailed failed)
    {
        foreach (var (_, acks) in _unstored)
        {
            foreach (var (to, _) in acks) to.Tell(new ObjectProtocol.Refused(new(RejectCode.Declined, $"not stored: {failed.Reason}")));
        }
        throw new JournalException(failed.Fault, failed.Reason);
    }

    private void TellSubscribers()
    {
        var now = _durable.Version;
        foreach (var (subscriber, delta) in _subscribers)
        {
            if (delta.Between(_replica.Object!, _told, now) is { } change) subscriber.Tell(new ObjectProtocol.Changed(_id, change));
        }
        _told = now;
    }

    private void OnSubscribe(IObjectDelta delta)
    {
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
        if (_replica.Log.Count == 0) Context.Stop(Self);   // nothing is known of it, and nobody had it
    }

    private object OnAsk(IObjectQuery query) =>
        _durable.Count == 0 ? NotHere() : new ObjectProtocol.Answered(query.Answer(_replica.Object!, _durable.Version));

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

    private ObjectProtocol.Refused NotHere() => new(new(RejectCode.Declined, $"object {_id} is not here"));
}
