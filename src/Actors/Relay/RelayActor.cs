using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Discovery;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Actors.Objects;
using Hhs.Actors.Telemetry;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols;
using Hhs.Protocols.Relay;

namespace Hhs.Actors.Relay;

/// <summary>Hosts what peers ask for: carries out what <see cref="RelayBook"/> decides, and keeps it over restarts.</summary>
/// <remarks>
/// A request takes a place in the book at once and waits for its turn to be fetched from whoever asked. Hosted topics are passive: the
/// relay looks for nobody and is found. The record of who asked is written before the object is, so that nothing is stored for nobody.
/// </remarks>
internal sealed class RelayActor : ReceiveActor, IWithTimers
{
    private readonly RelaySetup _setup;
    private readonly RelayBook _book;
    private readonly FetchQueue _queue;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<ContentHash, Fetch> _fetches = [];
    private readonly Dictionary<ContentHash, Dictionary<PeerId, IActorRef>> _users = [];
    private readonly HashSet<ContentHash> _dropping = [];
    private readonly Dictionary<ContentHash, DateTimeOffset> _saved = [];
    private IActorRef _objects = ActorRefs.Nobody;
    private (int Objects, long Bytes) _counted;

    public static Props Props(RelaySetup setup) => Akka.Actor.Props.Create(() => new RelayActor(setup));

    public RelayActor(RelaySetup setup)
    {
        _setup = setup;
        _book = new(Allowed(setup.Settings), setup.Settings.Quotas);
        _queue = new(setup.Settings.FetchesMax, setup.Settings.FetchesPerKeyMax);
        foreach (var hosted in RelayRecord.Load(setup.Journal))
        {
            _book.Restore(hosted);
            _saved[hosted.Id] = hosted.LastUsed;
        }
        Receive<RelayProtocol.Begin>(begin =>
        {
            _objects = begin.Objects;
            OnSweep();
        });
        Receive<RelayProtocol.Ask>(OnAsk);
        Receive<RelayProtocol.Follow>(OnFollow);
        Receive<RelayProtocol.GetHosted>(_ => Sender.Tell(new RelayProtocol.Hosted([.. _book.Hosted.OrderBy(o => o.Id)])));
        Receive<FetchActor.Ended>(OnFetched);
        Receive<MeshProtocol.TopicJoined>(joined => OnUsers(joined.Topic, joined.Peer, Sender));
        Receive<MeshProtocol.TopicLeft>(left => OnUsers(left.Topic, left.Peer, null));
        Receive<JournalProtocol.Grew>(grew => OnGrew(grew.ObjectId, grew.Bytes));
        Receive<ObjectsProtocol.Dropped>(dropped => OnDropped(dropped.Id));
        Receive<ObjectsProtocol.DropFailed>(failed =>
        {
            _dropping.Remove(failed.Id);
            _log.Error("Object {0} could not be dropped, and counts again after a restart: {1}", failed.Id, failed.Why);
        });
        Receive<SweepTick>(_ => OnSweep());
    }

    private sealed class Fetch(KeyId owner, ContentHash? by)
    {
        public KeyId Owner => owner;
        public HashSet<IActorRef> Sessions { get; } = [];
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

    /// <summary>What mesh and discovery must know of hosted objects before the first is offered.</summary>
    public static IEnumerable<(MeshProtocol.SetPolicy? ToMesh, DiscoveryActor.SetMode ToDiscovery)> Beforehand(IJournal journal, RelaySettings settings)
    {
        foreach (var hosted in RelayRecord.Load(journal))
            yield return (PolicyOf(hosted.Id, journal, settings), new(hosted.Id, hosted.Bytes > settings.Quotas.ObjectBytesMax ? TopicMode.Dormant : TopicMode.Passive));
    }

    // What the operator has said of an object with 'hhs offer' holds.
    private static MeshProtocol.SetPolicy? PolicyOf(ContentHash id, IJournal journal, RelaySettings settings) =>
        settings.ServeAll || Allowed(settings) is not { } allowed || journal.TryGetSetting($"audience/{id}", out _) ? null : new(id, new(allowed));

    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(SweepTick), SweepTick.Instance, _setup.Settings.SweepEvery);

    protected override void PostStop() => RelayMetrics.Hosts(-_counted.Objects, -_counted.Bytes);

    private DateTimeOffset Now => _setup.Clock.GetUtcNow();

    private void OnAsk(RelayProtocol.Ask ask)
    {
        if (TryAsk(ask.Id, ask.Key, null) is { } fetch) fetch.Sessions.Add(Sender);
        else Sender.Tell(new RelayProtocol.Done(ask.Id.ToString()));
        StartFetches();
    }

    // An object that a hosted one is judged by counts for the same key, or nested references would be a way around the quotas.
    private void OnFollow(RelayProtocol.Follow follow)
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
    private bool IsOurs(ContentHash id) => _book.Find(id) is null && !_dropping.Contains(id) && _setup.Journal.BytesOf(id) > 0;

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
        var owner = _book.Find(id)!.Owner;
        _fetches.Add(id, fetch = new(owner, by));
        _queue.Add(owner, id);
        CountUsers(id);
        Count();
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
            if (PolicyOf(id, _setup.Journal, _setup.Settings) is { } policy) _setup.Mesh.Tell(policy);
            _setup.Discovery.Tell(new DiscoveryActor.SetMode(id, TopicMode.Passive));
            Context.ActorOf(FetchActor.Props(id, _objects, _setup.FetchTimeout + AnswerWithin));
            foreach (var follower in fetch.Followers) _objects.Tell(new ObjectsProtocol.Follow(id), follower);
            // Whoever has an object has what it is judged by.
            if (fetch.By is { } by && _users.TryGetValue(by, out var having))
                foreach (var session in having.Values) session.Tell(new MeshProtocol.Offer([id.ToString()]));
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
        foreach (var session in fetch.Sessions) session.Tell(new RelayProtocol.Done(ended.Id.ToString()));
        Count();
        StartFetches();
    }

    private void OnUsers(string topic, PeerId peer, IActorRef? session)
    {
        if (!ContentHash.TryParse(topic, out var id) || _book.Find(id) is null) return;
        if (!_users.TryGetValue(id, out var users)) _users.Add(id, users = []);
        if (session is not null) users[peer] = session;
        else users.Remove(peer);
        if (users.Count == 0) _users.Remove(id);
        CountUsers(id);
    }

    // Whoever has it fetched uses it, too.
    private void CountUsers(ContentHash id) =>
        _book.SetUsers(id, (_users.TryGetValue(id, out var users) ? users.Count : 0) + (_fetches.ContainsKey(id) ? 1 : 0), Now);

    private void OnGrew(ContentHash id, long bytes)
    {
        var stop = _book.Grew(id, bytes, Now);
        Count();
        if (stop is not { } bound) return;
        // What nobody uses makes room first.
        if (bound != RelayStop.ObjectBytes && Sweep()) return;
        var why = new Reject(RejectCode.OverLimit, $"{bytes} bytes of object {id} are stored: beyond {Setting(bound)}");
        RelayMetrics.Stopped(bound.ToString());
        _log.Warning("Object {0} is carried no more: {1}", id, why);
        _setup.Discovery.Tell(new DiscoveryActor.SetMode(id, TopicMode.Dormant));
        Context.System.EventStream.Publish(new RelayProtocol.Stopped(id, why));

        bool Sweep()
        {
            OnSweep();
            return _book.Find(id) is { Stopped: null };
        }
    }

    private static string Setting(RelayStop bound) => bound switch
    {
        RelayStop.ObjectBytes => "hhs.relay.object-bytes-max",
        RelayStop.KeyBytes => "hhs.relay.bytes-per-key-max of its owner",
        _ => "hhs.relay.bytes-max",
    };

    private void OnSweep()
    {
        var now = Now;
        _setup.JournalActor.Tell(JournalProtocol.Watch.Instance);   // again, should it have started over
        foreach (var id in _users.Keys) _book.Used(id, now);
        foreach (var id in _book.Due(now))
        {
            _book.Forget(id);
            Drop(id);
        }
        foreach (var id in _book.Resume()) _setup.Discovery.Tell(new DiscoveryActor.SetMode(id, TopicMode.Passive));
        // Each is a write to the disk, and nobody cares for the hour.
        foreach (var hosted in _book.Hosted) if (_saved.TryGetValue(hosted.Id, out var at) && hosted.LastUsed - at >= _setup.Settings.Quotas.Retain / Precision) Save(hosted);
        Count();
    }

    private void Drop(ContentHash id)
    {
        _users.Remove(id);
        _dropping.Add(id);
        _objects.Tell(new ObjectsProtocol.Drop(id));
        RelayMetrics.Dropped();
        _log.Info("Object {0} is dropped: nobody has used it for {1}", id, _setup.Settings.Quotas.Retain);
    }

    private void OnDropped(ContentHash id)
    {
        _dropping.Remove(id);
        if (_book.Find(id) is null) Release(id);   // else it has been asked for again meanwhile
        Context.System.EventStream.Publish(new RelayProtocol.Dropped(id));
    }

    private void Release(ContentHash id)
    {
        RelayRecord.Remove(_setup.Journal, id);
        _saved.Remove(id);
        _setup.Discovery.Tell(new DiscoveryActor.SetMode(id, TopicMode.Active));
        if (!_setup.Journal.TryGetSetting($"audience/{id}", out _)) _setup.Mesh.Tell(new MeshProtocol.SetPolicy(id, TopicPolicy.Everyone));
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

    private const int Precision = 50;
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);
}

/// <summary>What a relay works with.</summary>
/// <param name="Journal">The store: what objects take, and the relay's records.</param>
/// <param name="JournalActor">Who tells of growth.</param>
/// <param name="Mesh">Who is told to whom hosted objects are offered.</param>
/// <param name="Discovery">Who is told that nobody is to be looked for.</param>
/// <param name="Settings">Bounds and paces.</param>
/// <param name="FetchTimeout">How long an object is asked for.</param>
/// <param name="Clock">The time by which retention goes.</param>
internal sealed record RelaySetup(
    IJournal Journal, IActorRef JournalActor, IActorRef Mesh, IActorRef Discovery, RelaySettings Settings, TimeSpan FetchTimeout, TimeProvider Clock);
