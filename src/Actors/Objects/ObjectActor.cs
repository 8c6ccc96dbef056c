using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Gossip;
using Hhs.Actors.Journal;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Opaque;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Objects;

/// <summary>One replicated object: admits entries, has them stored, answers views, publishes deltas.</summary>
/// <remarks>
/// An entry is judged and appended to the log in memory at once, so that the next can be judged on top of it; it counts
/// (is acknowledged, shown, gossiped) when the journal has it. One batch at a time is with the
/// journal; what is admitted meanwhile makes the next. If the journal refuses, the log in memory is ahead of the truth: the
/// actor dies, and its successor starts from what is stored, to be read only if the journal takes no more writes.
/// </remarks>
public sealed partial class ObjectActor : ReceiveActor, IWithTimers
{
    private readonly ContentHash _id;
    private readonly ObjectServices _services;
    private readonly PayloadStore _payloads;
    private readonly Dictionary<IActorRef, IObjectDelta> _subscribers = [];
    private Batch _next = new();
    private Batch? _storing;
    private string? _readOnly;
    private string _stopped = "the object was stopped";
    private readonly List<IActorRef> _waitingToOpen = [];
    private readonly Mirrors _mirrors;
    private readonly HashSet<IActorRef> _followers = [];
    private readonly List<(IActorRef Asker, ObjectProtocol.Ask Ask)> _unanswered = [];
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
        _mirrors = new(services);
        Receive<ObjectProtocol.Follow>(_ => OnFollow());
        Receive<ObjectProtocol.Grew>(OnGrew);
        Receive<FollowAgain>(_ => OnFollowAgain());
        Receive<ObjectProtocol.FollowLost>(_ => Timers.StartSingleTimer(nameof(FollowAgain), FollowAgain.Instance, FollowAgainAfter));
        Receive<ObjectProtocol.Apply>(apply => OnApply(apply.Command));
        Receive<ObjectProtocol.Ask>(OnAsk);
        Receive<ObjectProtocol.GetLog>(get => Sender.Tell(OnGetLog(get)));
        Receive<ObjectProtocol.GetStatus>(_ => Sender.Tell(OnGetStatus()));
        Receive<ObjectProtocol.Offered>(offered => OnOffered(offered.Entries));
        Receive<ObjectProtocol.Subscribe>(subscribe => OnSubscribe(subscribe.Delta));
        Receive<ObjectProtocol.Open>(_ => OnOpen());
        Receive<GossipActor.FetchFailed>(OnFetchFailed);
        Receive<CreateWith>(create => OnCreate(create.Create));
        Receive<JournalProtocol.Appended>(stored => { if (stored.Tag == _storing) OnStored(); });   // else an earlier incarnation's
        Receive<StoreAgain>(_ => Append());
        Receive<JournalProtocol.AppendFailed>(OnNotStored);
        ReceiveSleep();
        Receive<Terminated>(gone =>
        {
            _subscribers.Remove(gone.ActorRef);
            _followers.Remove(gone.ActorRef);
        });
    }

    /// <summary>Admitted entries that the journal does not have yet, and who waits for them.</summary>
    private sealed class Batch
    {
        public List<JournalEntry> Entries { get; } = [];
        public List<(IActorRef To, ContentHash Entry)> Acks { get; } = [];
    }

    private sealed record StoreAgain
    {
        public static readonly StoreAgain Instance = new();
    }

    private sealed record FollowAgain
    {
        public static readonly FollowAgain Instance = new();
    }

    /// <summary>The journal refused a write.</summary>
    internal sealed class NotStoredException(JournalProtocol.AppendFailed failed) : Exception(failed.Reason)
    {
        public JournalFault Fault { get; } = failed.Fault;
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The object's first entry, from this node or fetched from a peer. Answered by <see cref="ObjectProtocol.Applied"/>.</summary>
    internal sealed record CreateWith(Entry Create);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        var keys = new TagCode.KeyPool();
        _replica = Replica.Reopen(_id, _services.Journal.ReadIndex(_id).Select(entry => (entry.Header, DecodeTags(_id, entry.Header, entry.Tags, keys))), _payloads, _services.Types, _mirrors);
        _durable = new(_id, _replica.Log, _payloads);
        _durable.AdvanceTo(_replica.Log.Count);
        _told = _durable.Version;
        _gossip = Context.ActorOf(GossipActor.Props(_durable, _services), "gossip");
        ObserveReferences();
    }

    // A journal that has failed refuses every write until the node is restarted: trying again would only cost us the reads.
    /// <inheritdoc/>
    protected override void PostRestart(Exception reason)
    {
        if (reason is NotStoredException { Fault: not JournalFault.MissingPredecessor } refusal) _readOnly = refusal.Message;
        base.PostRestart(reason);
    }

    // The asker whose message we fail on is told; what stands behind it is answered by the successor, or as a dead letter.
    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        if (message is ObjectProtocol.Offered || ObjectProtocol.IsQuestion(message)) _lastUsed = Stopwatch.GetTimestamp();
        try
        {
            return base.AroundReceive(receive, message);
        }
        catch (Exception failure)
        {
            if (ObjectProtocol.IsQuestion(message)) Sender.Tell(Refusal(RejectCode.Declined, $"the object failed: {failure.Message}"));
            throw;
        }
    }

    // Whoever still waits must not wait for ever.
    /// <inheritdoc/>
    protected override void PostStop()
    {
        foreach (var (to, _) in (_storing?.Acks ?? []).Concat(_next.Acks)) to.Tell(Refusal(RejectCode.Declined, $"not known to be stored: {_stopped}"));
        foreach (var waiting in _waitingToOpen) waiting.Tell(Refusal(RejectCode.Declined, _stopped));
        foreach (var (asker, _) in _unanswered) asker.Tell(Refusal(RejectCode.Declined, _stopped));
        foreach (var follower in _followers) follower.Tell(ObjectProtocol.FollowLost.Instance);
        foreach (var subscriber in _subscribers.Keys) subscriber.Tell(Refusal(RejectCode.Declined, $"{_stopped}: subscribe again"));
    }

    // A damaged payload that gossip came upon is mended by reading the index again.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(failure => failure is JournalException ? Directive.Escalate : Directive.Restart);

    internal static IReadOnlyList<Tag> DecodeTags(ContentHash id, Header header, ReadOnlyMemory<byte> bytes, TagCode.KeyPool keys) =>
        TagCode.TryDecode(bytes.Span, keys, out var tags)
            ? tags
            : throw new InvalidDataException($"the index keys of entry {header.Hash} of object {id} are damaged: run 'hhs verify'");

    // What the object judges by lives in other objects' logs: they are kept beside it, and fetched if they are not here.
    private void ObserveReferences()
    {
        bool more = false;
        foreach (var id in _replica.References) more |= _mirrors.Observe(id);
        if (more) FollowObserved();
    }

    private void FollowObserved()
    {
        foreach (var id in _mirrors.Observed) Context.Parent.Tell(new ObjectsProtocol.Follow(id, _id));
        if (_mirrors.Observed.Any(id => !_mirrors.TryGet(id, out _))) Timers.StartSingleTimer(nameof(FollowAgain), FollowAgain.Instance, FollowAgainAfter);
    }

    private void OnFollowAgain()
    {
        FollowObserved();
        if (_mirrors.Observed.FirstOrDefault(id => !_mirrors.TryGet(id, out _)) is var missing && missing == default) return;
        foreach (var (asker, _) in _unanswered)
            asker.Tell(Refusal(RejectCode.Declined, $"object {missing}, by which this one is judged, is not here yet: connect to a peer that has it, and ask again"));
        _unanswered.Clear();
    }

    private void OnGrew(ObjectProtocol.Grew grew)
    {
        if (!_mirrors.Follow(grew.Id, grew.Count, grew.Last)) return;
        _gossip.Tell(GossipActor.Retry.Instance);
        foreach (var (asker, ask) in _unanswered) Self.Tell(ask, asker);
        _unanswered.Clear();
        if (_subscribers.Count > 0 && _durable.Count > 0) TellSubscribers();
    }

    private void OnFollow()
    {
        if (_followers.Add(Sender)) Context.Watch(Sender);
        if (_durable.Count > 0) Sender.Tell(new ObjectProtocol.Grew(_id, _durable.Count, []));
        else if (_replica.Log.Count == 0) _gossip.Tell(GossipActor.Fetch.Instance);
    }

    private void OnCreate(Entry create)
    {
        if (_replica.Log.Count > 0)
        {
            Acknowledge(Sender, _id);
            return;
        }
        if (_readOnly is not null)
        {
            Sender.Tell(ReadOnly());
            return;
        }
        switch (_replica.Admit(create))
        {
            case Judgement.Admitted(_, var tags):
                Store([Record(create, tags)], Sender, create.Hash);
                ObserveReferences();
                break;
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
        if (_readOnly is not null)
        {
            Sender.Tell(ReadOnly());
            return;
        }
        if (target is OpaqueObject)
        {
            Sender.Tell(NotInterpreted());
            return;
        }
        if (TryBuild(command, target, out var why) is not { } payload)
        {
            Sender.Tell(new ObjectProtocol.Refused(why));
            return;
        }
        var entry = Entry.Make(payload, _replica.Log.Frontier);
        switch (_replica.Admit(entry))
        {
            case Judgement.Admitted(_, var tags): Store([Record(entry, tags)], Sender, entry.Hash); break;
            case Judgement.Known: Acknowledge(Sender, entry.Hash); break;
            case Judgement.Refused(var refusal):
                Sender.Tell(new ObjectProtocol.Refused(refusal) { More = command.Explain(target, _replica.Log.FrontierVersion, _services.Identity) });
                break;
            case Judgement.Waiting: Sender.Tell(new ObjectProtocol.Refused(new(RejectCode.InvalidOperation, "something that the operation depends on is not here yet"))); break;
        }
    }

    private Literal? TryBuild(IObjectCommand command, ReplicatedObject target, out Reject why)
    {
        try
        {
            return command.Build(target, _replica.Log.FrontierVersion, _services.Identity, out why);
        }
        catch (Exception mistake) when (mistake is ArgumentException or MissingDependencyException)   // no reason for the object to die
        {
            why = new(RejectCode.InvalidOperation, mistake.Message);
            return null;
        }
    }

    private void OnOffered(IReadOnlyList<Entry> offered)
    {
        if (_readOnly is not null) return;   // no verdict: gossip holds what it has, and asks for no more than its bound
        var admitted = new List<JournalEntry>(offered.Count);
        var known = new List<ContentHash>();
        var refused = new List<(ContentHash, Reject)>();
        var deferred = new List<ContentHash>();
        foreach (var entry in offered)
        {
            switch (_replica.Admit(entry))
            {
                case Judgement.Admitted(_, var tags): admitted.Add(Record(entry, tags)); break;
                case Judgement.Known: if (_durable.Contains(entry.Hash)) known.Add(entry.Hash); break;   // else: told when it is durable
                case Judgement.Refused(var why): refused.Add((entry.Hash, why)); break;
                case Judgement.Waiting:
                    // What waits for a predecessor builds on something refused or deferred above, which says it all.
                    if (_replica.Log.MissingOf(entry.Header.PrevEntryHashes).Count == 0) deferred.Add(entry.Hash);
                    break;
            }
        }
        if (admitted.Count > 0) ObserveReferences();
        if (known.Count + refused.Count + deferred.Count > 0) Sender.Tell(new ObjectProtocol.Judged(known, refused, deferred));
        if (admitted.Count > 0) Store(admitted);
    }

    private JournalEntry Record(Entry entry, IReadOnlyList<Tag> tags)
    {
        byte[] json = JsonText.Write(entry.Payload);
        _payloads.Hold(entry.Hash, json);
        return new(entry.Header, json, TagCode.Encode(tags));
    }

    private void Store(IReadOnlyList<JournalEntry> entries, IActorRef? ackTo = null, ContentHash ack = default)
    {
        _next.Entries.AddRange(entries);
        if (ackTo is not null) _next.Acks.Add((ackTo, ack));
        if (_storing is null) StoreNext();
    }

    private void StoreNext()
    {
        (_storing, _next) = (_next, new());
        Append();
    }

    private void Append() => _services.JournalActor.Tell(new JournalProtocol.Append(new ObjectBatch(_id, _storing!.Entries), Tag: _storing));

    // An entry that is known and not durable yet is acknowledged together with what is being stored.
    private void Acknowledge(IActorRef to, ContentHash entry)
    {
        if (_durable.Contains(entry)) to.Tell(new ObjectProtocol.Applied(entry));
        else (_next.Entries.Count > 0 ? _next : _storing!).Acks.Add((to, entry));
    }

    private void OnStored()
    {
        var done = _storing!;
        _storing = null;
        var stored = new List<ContentHash>(done.Entries.Count);
        foreach (var entry in done.Entries)
        {
            stored.Add(entry.Entry);
            _payloads.Stored(entry.Entry);
        }
        _durable.AdvanceTo(_durable.Count + stored.Count);
        TellGrown();
        if (_next.Entries.Count > 0) StoreNext();
        // Followers first: whoever is told of a grant and then uses it finds that the object it is used on has heard of it.
        foreach (var follower in _followers) follower.Tell(new ObjectProtocol.Grew(_id, _durable.Count, done.Entries));
        foreach (var (to, entry) in done.Acks) to.Tell(new ObjectProtocol.Applied(entry));
        _gossip.Tell(new ObjectProtocol.Judged(stored, [], []));
        foreach (var waiting in _waitingToOpen) waiting.Tell(OnGetStatus());
        _waitingToOpen.Clear();
        if (_subscribers.Count > 0) TellSubscribers();
    }

    private void OnNotStored(JournalProtocol.AppendFailed failed)
    {
        if (failed.Tag != _storing) return;   // an earlier incarnation's
        if (failed.Fault == JournalFault.Overloaded)
        {
            // Others have filled the journal's queue; what we hold is bounded by what gossip may offer.
            Timers.StartSingleTimer(nameof(StoreAgain), StoreAgain.Instance, StoreAgainAfter);
            return;
        }
        _stopped = $"the journal refused: {failed.Reason}";
        throw new NotStoredException(failed);
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
        if (_replica.Log.Count == 0) Context.Stop(Self);   // nothing is known of it, and nobody had it
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

    private ObjectProtocol.Refused NotHere() => Refusal(RejectCode.Declined, $"object {_id} is not here");

    // docs/types/opaque.md: kept, served, counted, listed; what it says is for those who know the type.
    private ObjectProtocol.Refused NotInterpreted() =>
        Refusal(RejectCode.Unsupported, $"the type '{Reject.Excerpt(_replica.Object!.TypeId)}' of object {_id} is not known here: it is kept and relayed unread");

    private ObjectProtocol.Refused ReadOnly() => Refusal(RejectCode.Declined, $"the journal takes no more writes: {_readOnly}");

    private static ObjectProtocol.Refused Refusal(RejectCode code, string detail) => new(new(code, detail));

    private const int UnansweredMax = 1024;
    private static readonly TimeSpan FollowAgainAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StoreAgainAfter = TimeSpan.FromMilliseconds(50);
}
