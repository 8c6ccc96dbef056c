using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Discovery;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Telemetry;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Relay;

namespace Hhs.Actors.Relay;

/// <summary>Hosts what peers ask for: carries out what <see cref="RelayBook"/> decides, and keeps it over restarts. There is one, whatever the number of nodes.</summary>
/// <remarks>
/// A request takes a place in the book at once and waits for its turn to be fetched from whoever asked. Hosted topics are passive: the
/// relay looks for nobody and is found. The record of who asked is written before the object is, so that nothing is stored for nobody.
/// Sessions, mesh and discovery are the business of the nodes' desks (<see cref="RelayDeskActor"/>).
/// </remarks>
internal sealed partial class RelayActor : ReceiveActor, IWithTimers
{
    private readonly RelaySetup _setup;
    private readonly IActorRef _objects;
    private readonly RelayBook _book;
    private readonly FetchQueue _queue;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly long _incarnation = Stopwatch.GetTimestamp();
    private readonly Dictionary<IActorRef, long> _desks = [];   // and which changes each had been told by its last hello
    private readonly Dictionary<ContentHash, Fetch> _fetches = [];
    private readonly Dictionary<ContentHash, Dictionary<IActorRef, int>> _users = [];
    private readonly Dictionary<ContentHash, long> _dropping = [];   // and when that was said
    private readonly Dictionary<ContentHash, DateTimeOffset> _saved = [];
    private (int Objects, long Bytes) _counted;
    private long _changes;

    public static Props Props(RelaySetup setup, IActorRef objects) => Akka.Actor.Props.Create(() => new RelayActor(setup, objects));

    public RelayActor(RelaySetup setup, IActorRef objects)
    {
        (_setup, _objects) = (setup, objects);
        _book = new(Allowed(setup.Settings), setup.Settings.Quotas);
        _queue = new(setup.Settings.FetchesMax, setup.Settings.FetchesPerKeyMax);
        RelayRecord.RemoveUnreadable(setup.Journal);
        foreach (var hosted in RelayRecord.Load(setup.Journal))
        {
            _book.Restore(hosted);
            _saved[hosted.Id] = hosted.LastUsed;
            if (hosted.Bytes == 0) Add(hosted.Id, hosted.Owner, null);   // was being fetched, and may be under way still
        }
        Receive<RelayDeskProtocol.Hello>(OnHello);
        Receive<RelayDeskProtocol.Asked>(OnAsked);
        Receive<RelayDeskProtocol.Follow>(OnFollow);
        Receive<RelayDeskProtocol.Users>(OnUsers);
        Receive<RelayDeskProtocol.Grew>(grew => OnGrew(grew.Id, grew.Bytes));
        Receive<RelayProtocol.GetHosted>(_ => Sender.Tell(new RelayProtocol.Hosted([.. _book.Hosted.OrderBy(o => o.Id)])));
        Receive<FetchActor.Ended>(OnFetched);
        Receive<ObjectsProtocol.Dropped>(dropped => OnDropped(dropped.Id));
        Receive<ObjectsProtocol.DropFailed>(failed => _log.Error("Object {0} could not be dropped, which is tried again: {1}", failed.Id, failed.Why));
        Receive<Terminated>(gone => OnDeskGone(gone.ActorRef));
        Receive<SweepTick>(_ => OnSweep());
    }

    private sealed class Fetch(KeyId owner, ContentHash? by)
    {
        public KeyId Owner => owner;
        public HashSet<(IActorRef Desk, KeyId Key)> Askers { get; } = [];
        public HashSet<IActorRef> Followers { get; } = [];
        public ContentHash? By => by;
        public bool IsUnderWay { get; set; }
    }

    private sealed record SweepTick
    {
        public static readonly SweepTick Instance = new();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Who may have objects hosted; null for all.</summary>
    public static ImmutableHashSet<KeyId>? Allowed(RelaySettings settings) => settings.Allow.Count == 0 ? null : [.. settings.Allow];

    /// <summary>How much a node is to do for a hosted object as long as nothing else is said.</summary>
    public static TopicMode ModeOf(HostedObject hosted, RelaySettings settings) => hosted.Bytes > settings.Quotas.ObjectBytesMax ? TopicMode.Dormant : TopicMode.Passive;

    /// <summary>To whom a hosted object is offered; null for whom it would be offered anyway. What the operator has said of it with 'hhs offer' holds.</summary>
    public static MeshProtocol.SetPolicy? PolicyOf(ContentHash id, IJournal journal, RelaySettings settings) =>
        !settings.IsPrivate || journal.TryGetSetting($"audience/{id}", out _) ? null : new(id, new(Allowed(settings)));

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(SweepTick), SweepTick.Instance, _setup.Settings.SweepEvery);
        OnSweep();
        StartFetches();
    }

    protected override void PostStop() => RelayMetrics.Hosts(-_counted.Objects, -_counted.Bytes);

    private DateTimeOffset Now => _setup.Clock.GetUtcNow();

    private void OnHello(RelayDeskProtocol.Hello hello)
    {
        if (!_desks.TryGetValue(Sender, out long told))
        {
            Context.Watch(Sender);
            told = long.MaxValue;
        }
        Sender.Tell(new RelayDeskProtocol.Welcome(_incarnation));
        // What was said before its last hello has arrived by now, or is lost.
        if (hello.Known < told) Sender.Tell(new RelayDeskProtocol.Hosting([.. _book.Hosted.Where(o => _saved.ContainsKey(o.Id)).Select(o => (o.Id, o.Stopped is null ? TopicMode.Passive : TopicMode.Dormant))], _changes));
        _desks[Sender] = _changes;
    }

    private void OnDeskGone(IActorRef desk)
    {
        _desks.Remove(desk);
        foreach (var (id, _) in _users.Where(u => u.Value.ContainsKey(desk)).ToArray()) SetUsers(id, desk, 0);
    }

    private void TellDesks(object message)
    {
        foreach (var desk in _desks.Keys) desk.Tell(message);
    }

    private void Change(ContentHash id, TopicMode mode) => TellDesks(new RelayDeskProtocol.Hosts(id, mode, ++_changes));

    private void OnAsked(RelayDeskProtocol.Asked asked)
    {
        if (TryAsk(asked.Id, asked.Key, null) is { } fetch) fetch.Askers.Add((Sender, asked.Key));
        else Sender.Tell(new RelayDeskProtocol.Answered(asked.Id, asked.Key));
        StartFetches();
    }

    // An object that a hosted one is judged by counts for the same key, or nested references would be a way around the quotas.
    private void OnFollow(RelayDeskProtocol.Follow follow)
    {
        if (_book.Find(follow.By) is not { } by || (_book.Find(follow.Id) is not null && !_fetches.ContainsKey(follow.Id)) || IsOurs(follow.Id))
            _objects.Forward(new ObjectsProtocol.Follow(follow.Id));
        else if (TryAsk(follow.Id, by.Owner, follow.By) is { } fetch)
        {
            if (fetch.IsUnderWay) _objects.Forward(new ObjectsProtocol.Follow(follow.Id));
            else fetch.Followers.Add(Sender);
        }
        StartFetches();
    }

    // Stored, and not for somebody else.
    private bool IsOurs(ContentHash id) => _book.Find(id) is null && !_dropping.ContainsKey(id) && _setup.Journal.BytesOf(id) > 0;

    private Fetch? TryAsk(ContentHash id, KeyId key, ContentHash? by)
    {
        if (IsOurs(id)) return null;
        var verdict = _book.Ask(id, key, Now);
        foreach (var dropped in verdict.Dropped) Drop(dropped);
        if (verdict is RelayVerdict.Refused(var why, _))
        {
            RelayMetrics.Requested("refused");
            _log.Info("Object {0} is not hosted for {1}: {2}", id, key.Short, why);
            return null;
        }
        if (_fetches.TryGetValue(id, out var fetch)) return fetch;
        if (_book.Find(id) is { Stopped: not null }) return null;
        fetch = Add(id, _book.Find(id)!.Owner, by);
        Count();
        return fetch;
    }

    private Fetch Add(ContentHash id, KeyId owner, ContentHash? by)
    {
        var fetch = new Fetch(owner, by);
        _fetches.Add(id, fetch);
        _queue.Add(owner, id);
        CountUsers(id);
        return fetch;
    }

    private void StartFetches()
    {
        while (_queue.TryTake(out var taken))
        {
            var id = taken.Value;
            var (hosted, fetch) = (_book.Find(id)!, _fetches[id]);
            fetch.IsUnderWay = true;
            Save(hosted);
            Change(id, TopicMode.Passive);
            Context.ActorOf(FetchActor.Props(id, _objects, _setup.FetchTimeout + AnswerWithin));
            foreach (var follower in fetch.Followers) _objects.Tell(new ObjectsProtocol.Follow(id), follower);
            // Whoever has an object has what it is judged by.
            if (fetch.By is { } by) TellDesks(new RelayDeskProtocol.Wanted(id, by));
        }
    }

    private void OnFetched(FetchActor.Ended ended)
    {
        if (!_fetches.Remove(ended.Id, out var fetch)) return;
        _queue.Done(fetch.Owner);
        CountUsers(ended.Id);
        if (ended.IsHere)
        {
            RelayMetrics.Requested("accepted");
            OnGrew(ended.Id, _setup.Journal.BytesOf(ended.Id));
        }
        else if (_setup.Journal.BytesOf(ended.Id) == 0)   // else it is here, and only could not be woken
        {
            RelayMetrics.Requested("missing");
            _book.Forget(ended.Id);
            Release(ended.Id);
        }
        foreach (var (desk, key) in fetch.Askers) desk.Tell(new RelayDeskProtocol.Answered(ended.Id, key));
        Count();
        StartFetches();
    }

    private void Save(HostedObject hosted)
    {
        RelayRecord.Save(_setup.Journal, hosted);
        _saved[hosted.Id] = hosted.LastUsed;
    }

    private void Count()
    {
        var now = (_book.Hosted.Count, _book.Bytes);
        RelayMetrics.Hosts(now.Count - _counted.Objects, now.Bytes - _counted.Bytes);
        _counted = now;
    }

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);
}

/// <summary>What a relay and its desks work with.</summary>
/// <param name="Journal">The store: what objects take, and the relay's records.</param>
/// <param name="JournalActor">Who tells of growth.</param>
/// <param name="Mesh">Who is told to whom hosted objects are offered.</param>
/// <param name="Discovery">Who is told that nobody is to be looked for.</param>
/// <param name="Settings">Bounds and paces.</param>
/// <param name="FetchTimeout">How long an object is asked for.</param>
/// <param name="Clock">The time by which retention goes.</param>
/// <param name="Hosted">What mesh and discovery know to be hosted.</param>
/// <param name="Once">Where the relay runs.</param>
internal sealed record RelaySetup(
    IJournal Journal, IActorRef JournalActor, IActorRef Mesh, IActorRef Discovery, RelaySettings Settings, TimeSpan FetchTimeout, TimeProvider Clock,
    IReadOnlyList<HostedObject> Hosted, IOnce Once);
