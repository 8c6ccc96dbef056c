using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Hhs.Actors.Telemetry;

namespace Hhs.Node.Health;

/// <summary>Adds up the instruments of the runtime's meter, and writes them as Prometheus text.</summary>
internal sealed class MetricsText : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    public MetricsText()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != HhsMeter.Name) return;
            lock (_lock) _families.TryAdd(NameOf(instrument), new(instrument.Description ?? "", KindOf(instrument)));
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The text of this moment, in the exposition format 0.0.4.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_lock)
        {
            foreach (var (name, family) in _families)
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {family.Help}\n# TYPE {name} {family.Kind}\n");
                foreach (var (labels, series) in family.Series)
                {
                    string braced = labels.Length == 0 ? "" : $"{{{labels}}}";
                    if (family.Kind == Summary) text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braced} {series.Sum:R}\n{name}_count{braced} {series.Count}\n");
                    else text.Append(CultureInfo.InvariantCulture, $"{name}{braced} {series.Sum:R}\n");
                }
            }
        }
        return text.ToString();
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = "";
        foreach (var (key, content) in tags) labels += $"{(labels.Length > 0 ? "," : "")}{key}=\"{Escaped($"{content}")}\"";
        lock (_lock)
        {
            var family = _families[NameOf(instrument)];
            // Labels are ours, not a peer's; the bound is against a mistake.
            if (!family.Series.TryGetValue(labels, out var series) && family.Series.Count >= SeriesMax) return;
            series ??= family.Series[labels] = new();
            series.Sum = instrument.IsObservable ? value : series.Sum + value;
            series.Count++;
        }
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name switch
    {
        var n when n.StartsWith("Counter", StringComparison.Ordinal) || n.StartsWith("ObservableCounter", StringComparison.Ordinal) => "counter",
        var n when n.StartsWith("Histogram", StringComparison.Ordinal) => Summary,
        _ => Gauge,
    };

    private static string NameOf(Instrument instrument)
    {
        string unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        string name = instrument.Name.Replace('.', '_').Replace('-', '_');
        if (name.EndsWith(unit, StringComparison.Ordinal)) unit = "";
        return name + unit + (KindOf(instrument) == "counter" ? "_total" : "");
    }

    private static string Escaped(string label) => label.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    public void Dispose() => _listener.Dispose();

    private sealed record Family(string Help, string Kind)
    {
        public SortedDictionary<string, Series> Series { get; } = new(StringComparer.Ordinal);
    }

    private sealed class Series
    {
        public double Sum;
        public long Count;
    }

    private const string Summary = "summary";
    private const string Gauge = "gauge";
    private const int SeriesMax = 256;
}
