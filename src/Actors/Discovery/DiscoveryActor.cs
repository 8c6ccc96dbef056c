using System.Diagnostics;
using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Swarm;

namespace Hhs.Actors.Discovery;

/// <summary>Finds peers for every topic that is carried: asks the sources by priority, and has candidates dialled until there are enough.</summary>
/// <remarks>One <see cref="TopicSwarm"/> a topic decides; while there is nobody to ask, none of them does anything.</remarks>
internal sealed class DiscoveryActor : ReceiveActor, IWithTimers
{
    private readonly DiscoverySettings _settings;
    private readonly KeyId _self;
    private readonly IActorRef _mesh;
    private readonly IReadOnlyList<string> _schemes;
    private readonly SortedDictionary<int, List<IActorRef>> _sources = [];
    private readonly Dictionary<ContentHash, Sought> _topics = [];
    private readonly Dictionary<ContentHash, TopicMode> _modes = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private bool _carriedChanged;

    public static Props Props(DiscoverySettings settings, KeyId self, IActorRef mesh, IReadOnlyList<string> schemes) =>
        Akka.Actor.Props.Create(() => new DiscoveryActor(settings, self, mesh, schemes));

    public DiscoveryActor(DiscoverySettings settings, KeyId self, IActorRef mesh, IReadOnlyList<string> schemes)
    {
        (_settings, _self, _mesh, _schemes) = (settings, self, mesh, schemes);
        Receive<DiscoveryProtocol.AddSource>(OnAddSource);
        Receive<DiscoveryProtocol.Found>(OnFound);
        Receive<SetMode>(OnSetMode);
        Receive<MeshProtocol.TopicsOpened>(opened =>
        {
            foreach (var topic in opened.Topics) OnTopicOpened(topic);
        });
        Receive<MeshProtocol.TopicClosed>(OnTopicClosed);
        Receive<MeshProtocol.TopicJoined>(joined => Advance(joined.Topic, now => new SwarmInput.PeerOpened(joined.Peer, joined.KeyId, now)));
        Receive<MeshProtocol.TopicLeft>(left => Advance(left.Topic, now => new SwarmInput.PeerClosed(left.Peer, now)));
        Receive<MeshProtocol.TopicDeclined>(declined => Advance(declined.Topic, now => new SwarmInput.Declined(declined.KeyId, now)));
        Receive<MeshProtocol.ConnectFailed>(failed => Advance(failed.Topic, new SwarmInput.DialFailed(failed.Candidate, Now)));
        Receive<MeshProtocol.Unblocked>(unblocked =>
        {
            foreach (var topic in _topics.Keys) Advance(topic, new SwarmInput.Reachable(unblocked.KeyId, Now));
        });
        Receive<SwarmTick>(tick => Advance(tick.Topic, new SwarmInput.TimerFired(Now)));
        Receive<NextSource>(OnNextSource);
        Receive<TellCarried>(_ => OnTellCarried());
        Receive<Terminated>(gone => RemoveSource(gone.ActorRef));
    }

    /// <summary>How much to do for a topic from now on, carried or not.</summary>
    internal sealed record SetMode(ContentHash Topic, TopicMode Mode);

    private sealed record SwarmTick(ContentHash Topic);

    private sealed record NextSource(ContentHash Topic, int AfterPriority);

    private sealed record TellCarried
    {
        public static readonly TellCarried Instance = new();
    }

    private sealed class Sought(TopicSwarm swarm)
    {
        public TopicSwarm Swarm => swarm;
        public HashSet<SwarmCandidate> Found { get; } = [];   // since the last question
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => _mesh.Tell(new MeshProtocol.Watch());

    private TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    private bool CanAsk => _sources.Count > 0 || _settings.PoolReuse;

    private void OnAddSource(DiscoveryProtocol.AddSource add)
    {
        Context.Watch(add.Source);
        bool first = !CanAsk;
        if (!_sources.TryGetValue(add.Priority, out var sources)) _sources.Add(add.Priority, sources = []);
        sources.Add(add.Source);
        CarriedChanged();
        if (first) foreach (var (topic, sought) in _topics.ToArray()) Begin(topic, sought);
    }

    private void RemoveSource(IActorRef gone)
    {
        foreach (var (priority, sources) in _sources.ToArray()) if (sources.Remove(gone) && sources.Count == 0) _sources.Remove(priority);
    }

    private void OnTopicOpened(ContentHash topic)
    {
        if (_topics.ContainsKey(topic)) return;
        var sought = new Sought(new(_self, _settings.Swarm));
        _topics.Add(topic, sought);
        CarriedChanged();
        Begin(topic, sought);
    }

    private void OnTopicClosed(MeshProtocol.TopicClosed closed)
    {
        if (!_topics.Remove(closed.Topic)) return;
        Timers.Cancel(closed.Topic);
        CarriedChanged();
    }

    private void OnSetMode(SetMode set)
    {
        var before = _modes.GetValueOrDefault(set.Topic);
        if (set.Mode == before) return;
        if (set.Mode == TopicMode.Active) _modes.Remove(set.Topic);
        else _modes[set.Topic] = set.Mode;
        if (TopicMode.Dormant == set.Mode || TopicMode.Dormant == before)
        {
            _mesh.Tell(new MeshProtocol.SetDormant(set.Topic, set.Mode == TopicMode.Dormant));
            CarriedChanged();
        }
        if (!_topics.TryGetValue(set.Topic, out var sought)) return;
        if (set.Mode == TopicMode.Active) Begin(set.Topic, sought);
        else Advance(set.Topic, new SwarmInput.Deactivated(Now));
    }

    private void Begin(ContentHash topic, Sought sought)
    {
        if (CanAsk && !sought.Swarm.IsActive && _modes.GetValueOrDefault(topic) == TopicMode.Active) Advance(topic, new SwarmInput.Activated(Now));
    }

    // Sources hear of the topics once when many are opened together.
    private void CarriedChanged()
    {
        if (_carriedChanged) return;
        _carriedChanged = true;
        Timers.StartSingleTimer(nameof(TellCarried), TellCarried.Instance, CarriedAfter);
    }

    private void OnTellCarried()
    {
        _carriedChanged = false;
        var carried = new DiscoveryProtocol.Carried([.. _topics.Keys.Where(t => _modes.GetValueOrDefault(t) != TopicMode.Dormant)]);
        foreach (var source in _sources.Values.SelectMany(s => s)) source.Tell(carried);
    }

    private void OnFound(DiscoveryProtocol.Found found)
    {
        if (!_topics.TryGetValue(found.Topic, out var sought)) return;
        var usable = found.Candidates.Where(c => Uri.TryCreate(c.Address, UriKind.Absolute, out var address) && _schemes.Contains(address.Scheme)).Take(_settings.Swarm.CandidatesMax).ToList();
        if (sought.Found.Count < _settings.Swarm.CandidatesMax) sought.Found.UnionWith(usable);
        Advance(found.Topic, new SwarmInput.CandidatesFound(usable, Now));
    }

    private void Advance(string topic, Func<TimeSpan, SwarmInput> input)
    {
        if (ContentHash.TryParse(topic, out var id)) Advance(id, input(Now));
    }

    private void Advance(ContentHash topic, SwarmInput input)
    {
        if (!_topics.TryGetValue(topic, out var sought)) return;
        foreach (var effect in sought.Swarm.Advance(input)) CarryOut(topic, sought, effect);
    }

    private void CarryOut(ContentHash topic, Sought sought, SwarmEffect effect)
    {
        switch (effect)
        {
            case SwarmEffect.ArmTimer(var after): Timers.StartSingleTimer(topic, new SwarmTick(topic), after); break;
            case SwarmEffect.Dial(var candidate, var failures): _mesh.Tell(new MeshProtocol.Connect(topic, candidate, Fresh: failures > 0)); break;
            case SwarmEffect.Leave(var peer): _mesh.Tell(new MeshProtocol.LeaveTopic(topic, peer)); break;
            case SwarmEffect.Discover:
                sought.Found.Clear();
                if (_settings.PoolReuse) _mesh.Tell(new MeshProtocol.OfferToPool(topic));
                AskNext(topic, sought, int.MinValue);
                break;
            default: throw new UnreachableException(effect.GetType().Name);   // a new effect must be carried out here
        }
    }

    private void OnNextSource(NextSource next)
    {
        if (!_topics.TryGetValue(next.Topic, out var sought) || !sought.Swarm.IsActive) return;
        if (Wanted(sought) > sought.Found.Count) AskNext(next.Topic, sought, next.AfterPriority);
    }

    private void AskNext(ContentHash topic, Sought sought, int after)
    {
        foreach (var (priority, sources) in _sources)
        {
            if (priority <= after) continue;
            foreach (var source in sources) source.Tell(new DiscoveryProtocol.Find(topic, _schemes, Wanted(sought)));
            Timers.StartSingleTimer((topic, nameof(NextSource)), new NextSource(topic, priority), _settings.NextSourceAfter);
            return;
        }
    }

    private int Wanted(Sought sought) => Math.Max(1, _settings.Swarm.TargetPeers - sought.Swarm.Peers.Count);

    private static readonly TimeSpan CarriedAfter = TimeSpan.FromMilliseconds(200);
}
