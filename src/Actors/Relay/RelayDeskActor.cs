using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Discovery;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols;

namespace Hhs.Actors.Relay;

/// <summary>A node's part in hosting: passes on what its sessions ask the relay, counts who takes part in what, and has mesh and discovery do as the relay decides.</summary>
/// <remarks>
/// It stands between the objects and the mesh: no topic is opened before its policy is known. That a hosted object is one is in the store
/// before the object is, so it is looked up there; the relay's word may come later, or be lost. The relay may be in another process,
/// and start over: what it must know of this node it is told again, and what it has said it repeats to a desk that has missed it.
/// </remarks>
internal sealed class RelayDeskActor : ReceiveActor, IWithTimers
{
    private readonly RelaySetup _setup;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<ContentHash, TopicMode> _hosted;
    private readonly Dictionary<ContentHash, Dictionary<PeerId, IActorRef>> _users = [];
    private readonly Dictionary<(ContentHash Id, KeyId Key), Asking> _asking = [];
    private readonly HashSet<IActorRef> _listing = [];   // they wait for the list of what is hosted
    private readonly long _started = Stopwatch.GetTimestamp();
    private IActorRef _where = ActorRefs.Nobody;   // where the relay is looked for
    private IActorRef? _relay;
    private long _incarnation, _known;
    private TimeSpan _usersAt;

    public static Props Props(RelaySetup setup) => Akka.Actor.Props.Create(() => new RelayDeskActor(setup));

    public RelayDeskActor(RelaySetup setup)
    {
        _setup = setup;
        _hosted = setup.Hosted.ToDictionary(o => o.Id, o => RelayActor.ModeOf(o, setup.Settings));
        Receive<RelayProtocol.Begin>(begin =>
        {
            _where = setup.Once.Start(Context, "relay", RelayActor.Props(setup, begin.Objects));
            Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, HelloEvery);
            OnTick();
        });
        Receive<MeshProtocol.OpenTopic>(OnOpen);
        Receive<MeshProtocol.OpenTopics>(OnOpen);
        Receive<MeshProtocol.CloseTopic>(_setup.Mesh.Forward);
        Receive<RelayProtocol.Ask>(OnAsk);
        Receive<RelayProtocol.Follow>(follow => _relay?.Tell(new RelayDeskProtocol.Follow(follow.Id, follow.By), Sender));   // else it asks again
        Receive<RelayProtocol.GetHosted>(get =>
        {
            _listing.Add(Sender);
            _relay?.Tell(get);
        });
        Receive<RelayProtocol.Hosted>(hosted =>
        {
            foreach (var asker in _listing) asker.Tell(hosted);
            _listing.Clear();
        });
        Receive<MeshProtocol.TopicJoined>(joined => OnUsers(joined.Topic, joined.Peer, Sender));
        Receive<MeshProtocol.TopicLeft>(left => OnUsers(left.Topic, left.Peer, null));
        Receive<JournalProtocol.Grew>(grew => { if (_hosted.ContainsKey(grew.ObjectId)) _relay?.Tell(new RelayDeskProtocol.Grew(grew.ObjectId, grew.Bytes)); });
        Receive<RelayDeskProtocol.Welcome>(OnWelcome);
        Receive<RelayDeskProtocol.Answered>(OnAnswered);
        Receive<RelayDeskProtocol.Hosts>(OnHosts);
        Receive<RelayDeskProtocol.Hosting>(OnHosting);
        Receive<RelayDeskProtocol.Wanted>(OnWanted);
        Receive<Terminated>(gone => { if (gone.ActorRef.Equals(_relay)) _relay = null; });
        Receive<Tick>(_ => OnTick());
    }

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed class Asking
    {
        public HashSet<IActorRef> Sessions { get; } = [];
        public TimeSpan At { get; set; }
    }

    public ITimerScheduler Timers { get; set; } = null!;

    // What the relay knows, others have told it, and would not tell it again.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure =>
    {
        _log.Error(failure, "The relay failed");
        return failure is ActorInitializationException ? Directive.Stop : Directive.Resume;
    });

    private TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    private void OnOpen(MeshProtocol.OpenTopic open)
    {
        if (_setup.Settings.IsPrivate && !_hosted.ContainsKey(open.Topic) && RelayRecord.Exists(_setup.Journal, open.Topic)) Host(open.Topic, TopicMode.Passive);
        _setup.Mesh.Forward(open);
    }

    private void OnOpen(MeshProtocol.OpenTopics open)
    {
        if (_setup.Settings.IsPrivate && !open.Topics.All(_hosted.ContainsKey))
            foreach (var id in RelayRecord.Load(_setup.Journal).Select(o => o.Id).Intersect(open.Topics).Where(id => !_hosted.ContainsKey(id))) Host(id, TopicMode.Passive);
        _setup.Mesh.Forward(open);
    }

    private void OnAsk(RelayProtocol.Ask ask)
    {
        if (!_asking.TryGetValue((ask.Id, ask.Key), out var asking)) _asking.Add((ask.Id, ask.Key), asking = new());
        asking.Sessions.Add(Sender);
        Ask(ask.Id, ask.Key, asking);
    }

    private void Ask(ContentHash id, KeyId key, Asking asking)
    {
        asking.At = Now;
        _relay?.Tell(new RelayDeskProtocol.Asked(id, key));
    }

    private void OnAnswered(RelayDeskProtocol.Answered answered)
    {
        if (!_asking.Remove((answered.Id, answered.Key), out var asking)) return;
        foreach (var session in asking.Sessions) session.Tell(new RelayProtocol.Done(answered.Id.ToString()));
    }

    private void OnUsers(string topic, PeerId peer, IActorRef? session)
    {
        if (!ContentHash.TryParse(topic, out var id)) return;
        if (!_users.TryGetValue(id, out var users)) _users.Add(id, users = []);
        if (session is not null) users[peer] = session;
        else users.Remove(peer);
        if (users.Count == 0) _users.Remove(id);
        if (_hosted.ContainsKey(id)) _relay?.Tell(new RelayDeskProtocol.Users([(id, users.Count)], IsAll: false));
    }

    private void TellAllUsers()
    {
        _usersAt = Now;
        _relay?.Tell(new RelayDeskProtocol.Users([.. _users.Where(u => _hosted.ContainsKey(u.Key)).Select(u => (u.Key, u.Value.Count))], IsAll: true));
    }

    private void OnWelcome(RelayDeskProtocol.Welcome welcome)
    {
        if (Sender.Equals(_relay) && welcome.Incarnation == _incarnation) return;
        (_relay, _incarnation, _known) = (Sender, welcome.Incarnation, 0);
        Context.Watch(Sender);
        TellAllUsers();
        foreach (var ((id, key), asking) in _asking) Ask(id, key, asking);
        if (_listing.Count > 0) _relay.Tell(RelayProtocol.GetHosted.Instance);
    }

    private void OnHosts(RelayDeskProtocol.Hosts hosts)
    {
        if (!Sender.Equals(_relay)) return;   // one that has been replaced
        if (hosts.Number == _known + 1) _known++;   // else something is missing, and all is said again
        if (hosts.Mode == TopicMode.Active) Release(hosts.Id);
        else Host(hosts.Id, hosts.Mode);
    }

    private void OnHosting(RelayDeskProtocol.Hosting hosting)
    {
        if (!Sender.Equals(_relay)) return;
        _known = hosting.Number;
        foreach (var gone in _hosted.Keys.Except(hosting.Objects.Select(o => o.Id)).ToArray()) Release(gone);
        foreach (var (id, mode) in hosting.Objects) Host(id, mode);
        TellAllUsers();
    }

    private void Host(ContentHash id, TopicMode mode)
    {
        bool isNew = !_hosted.ContainsKey(id);
        _hosted[id] = mode;
        if (isNew && RelayActor.PolicyOf(id, _setup.Journal, _setup.Settings) is { } policy) _setup.Mesh.Tell(policy);
        _setup.Discovery.Tell(new DiscoveryActor.SetMode(id, mode));
        if (isNew && _users.TryGetValue(id, out var users)) _relay?.Tell(new RelayDeskProtocol.Users([(id, users.Count)], IsAll: false));
    }

    private void Release(ContentHash id)
    {
        if (!_hosted.ContainsKey(id) || RelayRecord.Exists(_setup.Journal, id)) return;   // hosted again: that is still to be heard
        _hosted.Remove(id);
        _setup.Discovery.Tell(new DiscoveryActor.SetMode(id, TopicMode.Active));
        if (!_setup.Journal.TryGetSetting($"audience/{id}", out _)) _setup.Mesh.Tell(new MeshProtocol.SetPolicy(id, TopicPolicy.Everyone));
    }

    private void OnWanted(RelayDeskProtocol.Wanted wanted)
    {
        if (!_users.TryGetValue(wanted.By, out var having)) return;
        foreach (var session in having.Values) session.Tell(new MeshProtocol.Offer([wanted.Id.ToString()]));
    }

    private void OnTick()
    {
        var now = Now;
        _where.Tell(new RelayDeskProtocol.Hello(_known));
        _setup.JournalActor.Tell(JournalProtocol.Watch.Instance);   // again, should it have started over
        if (now - _usersAt >= TellUsersEvery) TellAllUsers();
        foreach (var ((id, key), asking) in _asking) if (now - asking.At >= AskAgainAfter) Ask(id, key, asking);
    }

    private static readonly TimeSpan HelloEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TellUsersEvery = TimeSpan.FromMinutes(10);
}
