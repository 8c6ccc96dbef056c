using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Types.Log;

/// <summary>One replicated list at whose end everybody appends.</summary>
/// <remarks>Source: docs/types/log.md.</remarks>
public sealed class ReplicatedLog(ObjectScope scope, Literal.Map create) : GuardedObject(scope, create)
{
    private readonly List<int> _ordered = [];   // all records, by generation and hash
    private IntList _generations;               // of every entry of the graph
    private DagVersion _applied = DagVersion.Empty;

    /// <inheritdoc/>
    public override string TypeId => LogType.Id;

    /// <summary>The log at a version, as judged from a later one.</summary>
    public LogView View(DagVersion at, DagVersion from) => new(this, at, from);

    /// <summary>The log at a version, as known at that version.</summary>
    public LogView View(DagVersion at) => View(at, at);

    /// <inheritdoc/>
    public override LogDelta Delta(DagVersion start, DagVersion end)
    {
        LogView before = View(start), after = View(end);
        var bound = RevisionBoundOf(start, end);
        return new(Missing(after, before, bound), Missing(before, after, bound), bound);
    }

    /// <inheritdoc/>
    protected override Verdict CheckOperation(Literal.Map operation, DagVersion at) =>
        AppendFormat.Accepts(operation) ? Verdict.Valid : Invalid("a log takes append, with a value of at most 65,536 bytes");

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeCreate() => [];

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeOperation(Literal.Map operation, ContentHash entry) => [AppendTag];

    /// <inheritdoc/>
    protected override Condition? ConditionOf(string kind, Literal argument, DagVersion at) => kind == "length"
        ? ListConditions.Length(argument, (at, from) => View(at, from).Count, canShrink: _ => false, canGrow: _ => true)
        : base.ConditionOf(kind, argument, at);

    /// <summary>All records of the log, in order.</summary>
    internal List<int> Ordered
    {
        get
        {
            var frontier = Scope.Log.FrontierVersion;
            if (ReferenceEquals(frontier, _applied)) return _ordered;
            var added = Scope.Log.EntriesBetween(_applied, frontier, Filter);
            NoteGenerations();
            _applied = frontier;
            foreach (int entry in added.Order(Comparer<int>.Create(Compare)))
            {
                // New records mostly go to the end; each is looked for from there.
                if (_ordered.Count == 0 || Compare(_ordered[^1], entry) < 0) _ordered.Add(entry);
                else _ordered.Insert(~_ordered.BinarySearch(entry, Comparer<int>.Create(Compare)), entry);
            }
            return _ordered;
        }
    }

    internal int RankOf(int record) => Ordered.BinarySearch(record, Comparer<int>.Create(Compare));

    internal LogRecord RecordOf(int entry)
    {
        var payload = Scope.PayloadOf(entry);
        return new(Scope.Log.HashOf(entry), AuthorOf(entry), payload["value"]!);
    }

    private List<(int Index, LogRecord Record)> Missing(LogView of, LogView than, DagVersion bound)
    {
        return [.. Scope.Log.EntriesBetween(bound, of.At, Filter).Where(e => of.Has(e) && !than.Has(e)).Select(e => (of.IndexOf(e), RecordOf(e))).OrderBy(e => e.Item1)];
    }

    private void NoteGenerations()
    {
        for (int entry = _generations.Count; entry < Scope.Log.Count; entry++)
        {
            int generation = 0;
            foreach (int prev in Scope.Log.PrevOf(entry)) generation = Math.Max(generation, _generations[prev] + 1);
            _generations.Add(generation);
        }
    }

    private int Compare(int x, int y)
    {
        int byGeneration = _generations[x].CompareTo(_generations[y]);
        return byGeneration != 0 ? byGeneration : Scope.Log.HashOf(x).CompareTo(Scope.Log.HashOf(y));
    }

    private TagFilter Filter => TagFilter.Of(Scope.Tag(AppendTag.Key, AppendTag.Value));

    private static readonly Tag AppendTag = new("op", "append");

    private static readonly PayloadFormat AppendFormat = new(
        ("action", true, PayloadFormat.Constant("append")),
        ("value", true, PayloadValue.IsSmall));
}

/// <summary>A log at a version.</summary>
public sealed class LogView
{
    private readonly ReplicatedLog _log;
    private readonly Func<int, bool>? _counts;
    private List<int>? _records;

    internal LogView(ReplicatedLog log, DagVersion at, DagVersion from) => (_log, At, _counts) = (log, at, log.Counts(from));

    /// <summary>Number of records.</summary>
    public int Count => Records.Count;

    /// <summary>The records in order.</summary>
    public IEnumerable<LogRecord> All() => Page(0, int.MaxValue);

    /// <summary>A part of the records.</summary>
    public IEnumerable<LogRecord> Page(int skip, int take)
    {
        var records = Records;
        for (int i = skip; i < records.Count && i - skip < take; i++) yield return _log.RecordOf(records[i]);
    }

    internal DagVersion At { get; }

    internal bool Has(int record) => _log.Scope.Log.Includes(At, record) && (_counts is null || _counts(record));

    internal int IndexOf(int record)
    {
        var records = Records;
        if (ReferenceEquals(records, _log.Ordered)) return _log.RankOf(record);
        int rank = _log.RankOf(record), low = 0, high = records.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_log.RankOf(records[middle]) < rank) low = middle + 1; else high = middle;
        }
        return low;
    }

    // The frontier's own list where everything in it counts: then nothing is copied.
    private List<int> Records
    {
        get
        {
            if (_records is not null) return _records;
            if (_counts is null && At.Tips.SequenceEqual(_log.Scope.Log.FrontierVersion.Tips)) return _log.Ordered;
            return _records = _log.Ordered.FindAll(Has);
        }
    }
}

/// <summary>One record of a log.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Author">Key id of its author; null without one.</param>
/// <param name="Value">What it says.</param>
public sealed record LogRecord(ContentHash Entry, string? Author, Literal Value);

/// <summary>How a log differs between two versions.</summary>
/// <param name="Added">Records that only the end has, with their index there.</param>
/// <param name="Removed">Records that only the start has, with their index there.</param>
/// <param name="RevisionBound">A version below which nothing differs.</param>
public sealed record LogDelta(IReadOnlyList<(int Index, LogRecord Record)> Added, IReadOnlyList<(int Index, LogRecord Record)> Removed, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    /// <inheritdoc/>
    public override bool IsEmpty => Added.Count + Removed.Count == 0;
}
