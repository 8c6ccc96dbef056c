using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Hhs.Actors.Telemetry;

namespace Hhs.Actors.Tests;

/// <summary>Keeps what a node logs.</summary>
internal sealed class LogProbe
{
    private readonly ConcurrentQueue<string> _lines = new();

    // Subscribed before anything can be said: what comes waits for the listener to start.
    public LogProbe(ActorSystem system) => system.EventStream.Subscribe(system.ActorOf(Props.Create(() => new Listener(_lines))), typeof(LogEvent));

    /// <summary>Info and above is published, and written nowhere.</summary>
    public static readonly Config Config = ConfigurationFactory.ParseString(
        """
        akka.loglevel = INFO
        akka.stdout-loglevel = OFF
        akka.loggers = []
        """);

    public int Mark => _lines.Count;

    public IEnumerable<string> Since(int mark) => _lines.Skip(mark);

    public Task Says(string text, int since = 0) => Eventually.Holds(() => Since(since).Any(l => l.Contains(text, StringComparison.Ordinal)), $"a log line with '{text}'");

    private sealed class Listener : ReceiveActor
    {
        public Listener(ConcurrentQueue<string> lines)
        {
            Receive<LogEvent>(e => lines.Enqueue($"{e.LogLevel()} {e.Message}"));
        }
    }
}

/// <summary>Adds up the runtime's counters, each with its tag.</summary>
internal sealed class MetricsProbe : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _sums = new();
    private readonly MeterListener _listener = new();

    public MetricsProbe()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == HhsMeter.Name) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _sums.AddOrUpdate(tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Value}", value, (_, sum) => sum + value));
        _listener.Start();
    }

    public long this[string name] => _sums.GetValueOrDefault(name);

    public Task Counts(string name, long above) => Eventually.Holds(() => this[name] > above, $"a count of {name} above {above}; there are {string.Join(", ", _sums)}");

    public void Dispose() => _listener.Dispose();
}
