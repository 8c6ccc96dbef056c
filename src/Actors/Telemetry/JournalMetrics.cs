using System.Diagnostics.Metrics;

namespace Hhs.Actors.Telemetry;

/// <summary>What the journal counts.</summary>
internal static class JournalMetrics
{
    private static readonly Counter<long> Commits = HhsMeter.Instance.CreateCounter<long>("hhs.journal.commits", "{commit}", "Durable commits.");
    private static readonly Counter<long> Entries = HhsMeter.Instance.CreateCounter<long>("hhs.journal.entries", "{entry}", "Entries in those commits.");
    private static readonly Counter<long> Bytes = HhsMeter.Instance.CreateCounter<long>("hhs.journal.bytes", "By", "Bytes of those entries, about.");
    private static readonly Counter<long> Failures = HhsMeter.Instance.CreateCounter<long>("hhs.journal.failures", "{failure}", "Failures after which writes were refused.");
    private static readonly Counter<long> Records = HhsMeter.Instance.CreateCounter<long>("hhs.journal.quarantined", "{record}", "Damaged records, and those that depend on them, that were put aside.");
    private static readonly Counter<long> Batches = HhsMeter.Instance.CreateCounter<long>("hhs.journal.fenced", "{batch}", "Batches refused because another node has taken over their object.");
    private static readonly Histogram<double> Duration = HhsMeter.Instance.CreateHistogram<double>("hhs.journal.commit.duration", "s", "Time a commit took, flush included.");

    internal static void Committed(long entries, long bytes, TimeSpan took)
    {
        Commits.Add(1);
        Entries.Add(entries);
        Bytes.Add(bytes);
        Duration.Record(took.TotalSeconds);
    }

    internal static void Failed() => Failures.Add(1);

    internal static void Fenced() => Batches.Add(1);

    internal static void Quarantined(int records) => Records.Add(records);
}
