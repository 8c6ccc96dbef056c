using Akka.Actor;

namespace Hhs.Actors.Tracker;

/// <summary>Tells the announcer, wherever it runs, that this node is up, where peers dial it, and which trackers it knows.</summary>
internal sealed class AnnouncedNodeActor : ReceiveActor, IWithTimers
{
    private readonly IReadOnlyList<string> _addresses;
    private readonly Func<IActorContext, IActorRef> _start;
    private readonly SortedSet<string> _trackers = new(StringComparer.Ordinal);
    private IActorRef _announcer = ActorRefs.Nobody;

    /// <param name="addresses">Where peers dial this node.</param>
    /// <param name="start">Starts the announcer; answers where to find it.</param>
    public static Props Props(IReadOnlyList<string> addresses, Func<IActorContext, IActorRef> start) => Akka.Actor.Props.Create(() => new AnnouncedNodeActor(addresses, start));

    public AnnouncedNodeActor(IReadOnlyList<string> addresses, Func<IActorContext, IActorRef> start)
    {
        (_addresses, _start) = (addresses, start);
        Receive<AnnounceTo>(to =>
        {
            if (_trackers.Add(to.Tracker.ToString())) TellWhere();
        });
        Receive<Tick>(_ => TellWhere());
    }

    /// <summary>Announce to this tracker, too.</summary>
    internal sealed record AnnounceTo(TrackerAddress Tracker);

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _announcer = _start(Context);
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, TellEvery);
    }

    private void TellWhere() => _announcer.Tell(new AnnouncerProtocol.Here(_addresses, [.. _trackers]));

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);
}
