using Akka.Actor;
using Hhs.Actors.Discovery;
using Hhs.Protocols.Tracker;

namespace Hhs.Actors.Tracker;

/// <summary>Announces nodes that act as one peer: one announcement to each tracker, with the addresses of all that are up. There is one among them.</summary>
/// <remarks>
/// They have one key, and a tracker keeps the last announcement of a key: if each spoke for itself, peers would find the one that spoke last. Their
/// topics are the same, so those of the node that it runs at are announced. It starts over where it moves to, long before what it
/// announced expires, and says no goodbye as long as there is another node to go on.
/// </remarks>
internal sealed class AnnouncerActor : ReceiveActor, IWithTimers
{
    private readonly Func<TrackerAddress, TrackerClientSetup> _setup;
    private readonly IActorRef _discovery;
    private readonly Dictionary<IActorRef, AnnouncerProtocol.Here> _nodes = [];
    private readonly Dictionary<string, IActorRef> _clients = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _addresses = [];
    private DiscoveryProtocol.Carried _carried = new([]);

    /// <param name="discovery">Knows the topics.</param>
    /// <param name="setup">How to talk to a tracker.</param>
    public static Props Props(IActorRef discovery, Func<TrackerAddress, TrackerClientSetup> setup) => Akka.Actor.Props.Create(() => new AnnouncerActor(discovery, setup));

    public AnnouncerActor(IActorRef discovery, Func<TrackerAddress, TrackerClientSetup> setup)
    {
        (_discovery, _setup) = (discovery, setup);
        Receive<AnnouncerProtocol.Here>(OnHere);
        Receive<Terminated>(gone =>
        {
            if (_nodes.Remove(gone.ActorRef)) ChangeSoon();
        });
        Receive<Settled>(_ => OnSettled());
        Receive<DiscoveryProtocol.Carried>(carried =>
        {
            _carried = carried;
            foreach (var client in _clients.Values) client.Tell(carried);
        });
        Receive<DiscoveryProtocol.Find>(_ => { });   // each node asks for itself
    }

    private sealed record Settled
    {
        public static readonly Settled Instance = new();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => _discovery.Tell(new DiscoveryProtocol.AddSource(Self, Priority));

    // What is announced where is not to be forgotten.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure => failure is ActorInitializationException ? Directive.Stop : Directive.Resume);

    private void OnHere(AnnouncerProtocol.Here here)
    {
        if (_nodes.TryGetValue(Sender, out var before) && before.Addresses.SequenceEqual(here.Addresses) && before.Trackers.SequenceEqual(here.Trackers)) return;
        if (before is null) Context.Watch(Sender);
        _nodes[Sender] = here;
        ChangeSoon();
    }

    // All nodes are told of once: where this starts over, each of them says that it is there.
    private void ChangeSoon()
    {
        if (!Timers.IsTimerActive(nameof(Settled))) Timers.StartSingleTimer(nameof(Settled), Settled.Instance, SettleFor);
    }

    private void OnSettled()
    {
        var addresses = Together(_nodes.Values.Select(n => n.Addresses));
        if (!addresses.SequenceEqual(_addresses))
        {
            _addresses = addresses;
            foreach (var client in _clients.Values) client.Tell(new TrackerClientActor.SetAddresses(addresses));
        }
        foreach (string tracker in _nodes.Values.SelectMany(n => n.Trackers).Distinct(StringComparer.Ordinal))
        {
            if (_clients.ContainsKey(tracker) || !TrackerAddress.TryParse(tracker, out var address, out _)) continue;
            var client = Context.ActorOf(TrackerClientActor.Props(_setup(address) with { Announce = _addresses }));
            _clients.Add(tracker, client);
            client.Tell(_carried);
        }
    }

    /// <summary>An announcement has room for so many addresses: the first of each node, then the second of each, and so on. The same whatever the order of the nodes.</summary>
    internal static IReadOnlyList<string> Together(IEnumerable<IReadOnlyList<string>> nodes) =>
    [
        .. nodes.SelectMany(addresses => addresses.Select((address, rank) => (address, rank)))
            .OrderBy(a => a.rank).ThenBy(a => a.address, StringComparer.Ordinal)
            .Select(a => a.address).Distinct(StringComparer.Ordinal).Take(TrackerLimits.AddressesMax),
    ];

    private const int Priority = 100;
    private static readonly TimeSpan SettleFor = TimeSpan.FromSeconds(2);
}
