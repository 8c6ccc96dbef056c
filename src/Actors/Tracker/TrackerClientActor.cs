using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Discovery;
using Hhs.Actors.Journal;
using Hhs.Actors.Telemetry;
using Hhs.Actors.Transport;
using Hhs.Model;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Tracker;

namespace Hhs.Actors.Tracker;

/// <summary>A source of discovery: one tracker. Announces what is carried, leaves what is not, asks for peers.</summary>
/// <remarks>
/// What to say when is up to <see cref="TrackerSchedule"/>. A tracker without a key in its address is held to the one that it proved first; one
/// that proves another is not told anything, and reported. What it names are mere candidates. The last goodbye is said when the
/// actor stops, for which that waits up to <see cref="TrackerClientSettings.LeaveTimeout"/>.
/// </remarks>
public sealed class TrackerClientActor : ReceiveActor, IWithTimers
{
    private readonly TrackerClientSetup _setup;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly TrackerSchedule _schedule;
    private readonly TrackerKeys _keys;
    private readonly Dictionary<string, Dictionary<IActorRef, DiscoveryProtocol.Find>> _askers = new(StringComparer.Ordinal);
    private readonly long _started = Stopwatch.GetTimestamp();
    private string? _trouble;

    /// <summary>Props of a client.</summary>
    public static Props Props(TrackerClientSetup setup) => Akka.Actor.Props.Create(() => new TrackerClientActor(setup));

    /// <summary>Makes the actor; use <see cref="Props"/>.</summary>
    public TrackerClientActor(TrackerClientSetup setup)
    {
        _setup = setup;
        _schedule = new(new(setup.Handshake.Own.KeyId, setup.Announce), setup.Settings, setup.Random);
        _keys = new(setup.Journal, setup.Tracker);
        Receive<DiscoveryProtocol.Carried>(carried => Carry(new TrackerScheduleInput.Carried([.. carried.Topics.Select(t => t.ToString())], Now)));
        Receive<SetAddresses>(set => Carry(new TrackerScheduleInput.Addresses(set.Addresses, Now)));
        Receive<DiscoveryProtocol.Find>(OnFind);
        Receive<TrackerExchangeActor.Answered>(OnAnswered);
        Receive<TrackerExchangeActor.Failed>(OnFailed);
        Receive<TimerTick>(_ => Carry(new TrackerScheduleInput.TimerFired(Now)));
    }

    /// <summary>Announce these addresses from now on.</summary>
    internal sealed record SetAddresses(IReadOnlyList<string> Addresses);

    private sealed record TimerTick
    {
        public static readonly TimerTick Instance = new();
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    /// <inheritdoc/>
    protected override void PostStop()
    {
        if (_schedule.Goodbye() is not { } goodbye || _schedule.Failures > 0 || _setup.IsSucceeded()) return;
        // The second place that waits, and not for long: without a goodbye others dial us in vain until the announcement expires.
        // Our own children have stopped by now, and those of the user guardian may be about to.
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            ((ExtendedActorSystem)Context.System).SystemActorOf(TrackerExchangeActor.Props(_setup, _keys.Expected, goodbye, _ => said.TrySetResult()), null);
        }
        catch (InvalidOperationException)
        {
            return;   // the system is too far gone
        }
        said.Task.Wait(_setup.Settings.LeaveTimeout);
    }

    // An exchange that dies of our own bug has reported itself as failed.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure =>
    {
        _log.Error(failure, "An exchange with a tracker failed");
        return Directive.Stop;
    });

    private void OnFind(DiscoveryProtocol.Find find)
    {
        string topic = find.Topic.ToString();
        if (!_askers.TryGetValue(topic, out var askers)) _askers.Add(topic, askers = []);
        askers[Sender] = find;
        Carry(new TrackerScheduleInput.Find(topic, find.Schemes, Now));
    }

    private void OnAnswered(TrackerExchangeActor.Answered answered)
    {
        if (_keys.TryLearn(answered.KeyId))
        {
            _log.Info("The tracker {0} is {1}, and must be from now on", _setup.Tracker, answered.KeyId);
            Context.System.EventStream.Publish(new TrackerProtocol.TrackerLearnt(_setup.Tracker, answered.KeyId));
        }
        TrackerMetrics.Exchanged(answered.Response is TrackerResponse.Error ? "refused" : "answered");
        if (answered.Response is not TrackerResponse.Error) _trouble = null;
        Carry(new TrackerScheduleInput.Answered(answered.Response, Now));
    }

    private void OnFailed(TrackerExchangeActor.Failed failed)
    {
        TrackerMetrics.Exchanged("failed");
        string detail = failed.Why?.Code != RejectCode.UnexpectedRemote ? failed.Detail
            : $"it proved another key ({failed.Detail}) than {_keys.Expected}, {(_keys.IsPinned ? "which its address names" : "which it proved before")}, and was told nothing. "
                + (_keys.IsPinned ? "Ask its operator for the address" : "If its operator has changed the key, set the tracker's address with that key: KEYID@ADDRESS");
        Trouble(failed.Why, detail);
        Carry(new TrackerScheduleInput.Failed(Now));
    }

    // The same trouble again is no news.
    private void Trouble(Reject? why, string detail)
    {
        if (_trouble != detail) _log.Warning("The tracker {0}: {1}", _setup.Tracker, detail);
        _trouble = detail;
        Context.System.EventStream.Publish(new TrackerProtocol.TrackerFailed(_setup.Tracker, why, detail));
    }

    private void Carry(TrackerScheduleInput input)
    {
        foreach (var effect in _schedule.Advance(input)) CarryOut(effect);
    }

    private void CarryOut(TrackerScheduleEffect effect)
    {
        switch (effect)
        {
            case TrackerScheduleEffect.ArmTimer(var after): Timers.StartSingleTimer(nameof(TimerTick), TimerTick.Instance, after); break;
            case TrackerScheduleEffect.Exchange(var request):
                var self = Self;
                Context.ActorOf(TrackerExchangeActor.Props(_setup, _keys.Expected, request, outcome => self.Tell(outcome)));
                break;
            case TrackerScheduleEffect.Found(var topic, var candidates): OnFound(topic, candidates); break;
            case TrackerScheduleEffect.Refused(var message): Trouble(new(RejectCode.Declined, message), $"it refused a request: {message}"); break;
            default: throw new UnreachableException(effect.GetType().Name);   // a new effect must be carried out here
        }
    }

    private void OnFound(string topic, IReadOnlyList<Protocols.Swarm.SwarmCandidate> candidates)
    {
        if (!_askers.Remove(topic, out var askers)) return;
        foreach (var (asker, find) in askers)
        {
            var dialable = candidates.Where(c => DialAddress.HasScheme(c.Address, find.Schemes)).ToList();
            asker.Tell(new DiscoveryProtocol.Found(find.Topic, dialable));
        }
    }
}

/// <summary>What a client of a tracker works with.</summary>
/// <param name="Tracker">The tracker.</param>
/// <param name="Handshake">Our identity and key agreements.</param>
/// <param name="Random">Randomness for handshakes, jitter and the choice of candidates.</param>
/// <param name="Transports">Transports by address scheme.</param>
/// <param name="Journal">Remembers the key of a tracker that was met without one.</param>
/// <param name="Announce">The addresses to announce, as others can dial them: see <see cref="AnnouncedAddresses"/>. None: nothing is announced.</param>
/// <param name="Settings">Paces and bounds.</param>
public sealed record TrackerClientSetup(
    TrackerAddress Tracker, HandshakeSettings Handshake, IRandomSource Random, IReadOnlyDictionary<string, ITransport> Transports, IJournal Journal,
    IReadOnlyList<string> Announce, TrackerClientSettings Settings)
{
    /// <summary>Whether somebody else goes on announcing the same when this client stops.</summary>
    internal Func<bool> IsSucceeded { get; init; } = () => false;
}
