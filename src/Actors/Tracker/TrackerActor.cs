using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Telemetry;
using Hhs.Actors.Transport;
using Hhs.Model;
using Hhs.Model.Identity;
using Hhs.Protocols.Channel;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Tracker;

namespace Hhs.Actors.Tracker;

/// <summary>A tracker: remembers who announced which topics, and tells whoever asks. It sees ids and addresses, and no content.</summary>
/// <remarks>
/// Ask it <see cref="TrackerProtocol.GetReady"/> to learn when it listens. What one connection does wrong ends that
/// connection. Bounds are in <see cref="TrackerServerSettings"/>. Source: wire.md section 7.
/// </remarks>
public sealed class TrackerActor : ReceiveActor, IWithTimers, IWithUnboundedStash
{
    private readonly TrackerSetup _setup;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly TrackerRegistry _registry;
    private readonly RequestQuota<KeyId> _perKey;
    private readonly RequestQuota<string> _perHost;
    private readonly HashSet<IActorRef> _connections = [];   // also those that have lost their place and are being closed
    private readonly ConnectionPlaces<IActorRef> _places;
    private readonly Listeners _listeners = new();
    private readonly TimeProvider _clock;
    private readonly long _started;
    private TrackerStore? _store;
    private Task _saving = Task.CompletedTask;
    private bool _changed;
    private long _number, _counted, _displaced, _turnedAway;

    /// <summary>Props of a tracker.</summary>
    public static Props Props(TrackerSetup setup) => Akka.Actor.Props.Create(() => new TrackerActor(setup));

    /// <summary>What one connection to a tracker may cost: a request comes in, an answer goes out, and neither is long.</summary>
    public static ConnectionLimits LimitsOf(TrackerServerSettings settings, ConnectionLimits transport) => transport with
    {
        FrameBytesMax = TrackerLimits.RequestBytesMax + SecureChannel.Overhead,
        ReceiveWindowBytes = TrackerLimits.RequestBytesMax,
        SendQueueBytesMax = 2 * TrackerLimits.ResponseBytesMax,
        InboundMax = 2 * settings.ConnectionsMax,   // those without a place need some to be told so
    };

    /// <summary>Makes the actor; use <see cref="Props"/>.</summary>
    public TrackerActor(TrackerSetup setup)
    {
        _setup = setup;
        _clock = setup.Clock;
        _started = _clock.GetTimestamp();
        _registry = new(setup.Settings.Registry, setup.Random);
        _places = new(setup.Settings.ConnectionsMax, setup.Settings.ConnectionsPerAddressMax);
        _perKey = new(setup.Settings.Registry.RequestsPerKeyMax, setup.Settings.Registry.RequestWindow);
        _perHost = new(setup.Settings.Registry.RequestsPerAddressMax, setup.Settings.Registry.RequestWindow);
        Become(Starting);
    }

    /// <summary>A client's request; answered by a <see cref="TrackerResponse"/>.</summary>
    internal sealed record Asked(KeyId KeyId, string Network, TrackerRequest Request);

    private sealed record Listening
    {
        public static readonly Listening Instance = new();
    }

    private sealed record Accepted(IFrameConnection Connection);

    private sealed record SweepTick
    {
        public static readonly SweepTick Instance = new();
    }

    private sealed record SaveFailed(string Why);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    public IStash Stash { get; set; } = null!;

    private TimeSpan Now => _clock.GetElapsedTime(_started);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        try
        {
            if (_setup.DataDirectory is { } directory) Load(directory);
            foreach (var address in _setup.Listen) Listen(address);
        }
        catch (Exception failure)   // whatever it is, whoever asks is told
        {
            Fail(failure);
            return;
        }
        Timers.StartPeriodicTimer(nameof(SweepTick), SweepTick.Instance, _setup.Settings.SweepEvery);
        RunWhenListening();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        // Waits: whoever has seen the tracker stop may start it again on the same port and folder.
        _listeners.Close(StopWithin);
        if (_store is not null && _saving.Wait(StopWithin)) TrySave();
        _store?.Dispose();
        TrackerMetrics.Announcements(-_counted);
        TrackerMetrics.Connections(-_connections.Count);
    }

    // A connection that dies of our own bug takes nobody else's with it.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failure =>
    {
        _log.Error(failure, "A connection failed");
        return Directive.Stop;
    });

    private void Starting()
    {
        Receive<Listening>(_ => RunWhenListening());
        Receive<Status.Failure>(failure => Fail(failure.Cause));
        ReceiveAny(_ => Stash.Stash());
    }

    private void RunWhenListening()
    {
        if (_listeners.Addresses.Count < _setup.Listen.Count) return;
        Become(Running);
        Stash.UnstashAll();
    }

    private void Running()
    {
        Receive<TrackerProtocol.GetReady>(_ => Sender.Tell(new TrackerProtocol.Ready(_setup.Handshake.Own.KeyId, _listeners.Addresses)));
        Receive<TrackerProtocol.GetCounts>(_ => Sender.Tell(new TrackerProtocol.Counts(_registry.Count, _connections.Count)));
        Receive<Accepted>(accepted => OnAccepted(accepted.Connection));
        Receive<Asked>(OnAsked);
        Receive<Terminated>(ended => OnEnded(ended.ActorRef));
        Receive<SweepTick>(_ => OnSweep());
        Receive<SaveFailed>(failed => OnSaveFailed(failed.Why));
    }

    private void Fail(Exception cause)
    {
        Timers.CancelAll();
        Become(() =>
        {
            Receive<Listening>(_ => { });
            Receive<Accepted>(accepted => Refuse(accepted.Connection, "the tracker did not start"));
            ReceiveAny(_ => Sender.Tell(new Status.Failure(cause)));
        });
        Stash.UnstashAll();
    }

    private void Load(string directory)
    {
        Directory.CreateDirectory(directory);
        _store = new(directory);
        var now = Now;
        int restored = _store.Load(now, _clock.GetUtcNow(), out int damaged).Count(r => _registry.Restore(r, now));
        if (damaged > 0) _log.Warning("{0} lines of {1} in {2} could not be read, and were left out: who is missing announces again", damaged, TrackerStore.Name, directory);
        _log.Info("{0} announcements are still good from before", restored);
        Count();
    }

    private void Listen(Uri address)
    {
        if (!_setup.Transports.TryGetValue(address.Scheme, out var transport))
            throw new TransportException($"cannot listen on {address}: no transport for '{address.Scheme}://', use one of {string.Join(", ", _setup.Transports.Keys.Order(StringComparer.Ordinal).Select(s => s + "://"))}");
        var self = Self;
        _listeners.Open(transport, address, connection => self.Tell(new Accepted(connection)))
            .PipeTo(self, success: _ => Listening.Instance, failure: failure => new Status.Failure((failure as AggregateException)?.InnerException ?? failure));
    }

    private void OnAccepted(IFrameConnection connection)
    {
        var (host, network) = SourceAddress.Of(connection.Remote);
        string? why = _places.RefusalFor(host) ?? (_perHost.TryTake(host, Now) ? null : "too many requests of one address");
        if (why is not null)
        {
            TrackerMetrics.ConnectionRefused(why);
            Refuse(connection, why);
            return;
        }
        var child = Context.Watch(Context.ActorOf(TrackerConnectionActor.Props(_setup, connection, Self), $"connection-{++_number}"));
        _connections.Add(child);
        TrackerMetrics.Connections(1);
        if (_places.Enter(child, host, network) is not { } loser) return;
        TrackerMetrics.ConnectionRefused("gave way before its request");
        loser.Tell(TrackerConnectionActor.GiveWay.Instance);
    }

    private void OnEnded(IActorRef connection)
    {
        if (!_connections.Remove(connection)) return;
        _places.Leave(connection);
        TrackerMetrics.Connections(-1);
    }

    private void OnAsked(Asked asked)
    {
        _places.Finished(Sender);
        var response = _perKey.TryTake(asked.KeyId, Now) ? _registry.Answer(new(asked.KeyId, asked.Network), asked.Request, Now) : new TrackerResponse.Error("too many requests");
        TrackerMetrics.Requested(response is TrackerResponse.Error ? "error" : asked.Request switch
        {
            TrackerRequest.Announce => "announce",
            TrackerRequest.Leave => "leave",
            _ => "query",
        });
        if (response is TrackerResponse.Error error) _log.Info("A request of {0} was refused: {1}", asked.KeyId.Short, error.Message);
        if (asked.Request is not TrackerRequest.Query) _changed = true;
        Count();
        Sender.Tell(response);
    }

    private void OnSweep()
    {
        if (_registry.Sweep(Now) > 0) _changed = true;
        Count();
        if (_store is null || !_changed || !_saving.IsCompleted) return;
        _changed = false;
        var (store, now, utc) = (_store, Now, _clock.GetUtcNow());
        var registrations = _registry.Registrations(now);
        var self = Self;
        // Away from the mailbox, since the disk may take its time.
        _saving = Task.Run(() =>
        {
            try
            {
                store.Save(registrations, now, utc);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                self.Tell(new SaveFailed(failure.Message));
            }
        });
    }

    private void TrySave()
    {
        try
        {
            _store!.Save(_registry.Registrations(Now), Now, _clock.GetUtcNow());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            OnSaveFailed(failure.Message);
        }
    }

    private void OnSaveFailed(string why)
    {
        _changed = true;
        TrackerMetrics.SaveFailed();
        _log.Error("The announcements could not be saved, and a restart would lose them: {0}", why);
    }

    private void Count()
    {
        TrackerMetrics.Announcements(_registry.Count - _counted);
        TrackerMetrics.WasCrowded("displaced", _registry.Displaced - _displaced);
        TrackerMetrics.WasCrowded("turned away", _registry.TurnedAway - _turnedAway);
        (_counted, _displaced, _turnedAway) = (_registry.Count, _registry.Displaced, _registry.TurnedAway);
    }

    private static void Refuse(IFrameConnection connection, string why)
    {
        connection.Start(ActorRefs.Nobody);
        connection.Close(why);
    }

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(2);
}

/// <summary>What a tracker works with.</summary>
/// <param name="Handshake">Its identity and key agreements.</param>
/// <param name="Random">Randomness for handshakes and samples.</param>
/// <param name="Transports">Transports by address scheme.</param>
/// <param name="Listen">The addresses to accept connections on.</param>
/// <param name="DataDirectory">Where announcements are kept over a restart; null keeps them in memory.</param>
/// <param name="Settings">Bounds and paces.</param>
/// <param name="Clock">The time; a test has its own.</param>
public sealed record TrackerSetup(
    HandshakeSettings Handshake, IRandomSource Random, IReadOnlyDictionary<string, ITransport> Transports, IReadOnlyList<Uri> Listen,
    string? DataDirectory, TrackerServerSettings Settings, TimeProvider Clock);
