using Hhs.Actors.Journal;

namespace Hhs.Cluster.Journal;

/// <summary>What a store keeps beside its objects' logs, by keys: settings, which objects there are, what is in quarantine.</summary>
/// <remarks>
/// One stream that all nodes append to: whoever writes on top of what it has not seen is refused by the database, reads on, and tries again. The contents
/// are in memory; reading them takes what others have added since. Once most of the stream is outdated, somebody writes the whole table into it, and what was before is
/// deleted. Shape of <c>changes-1</c> and of <c>table-1</c>: a mark, a count, then key, whether it has a value, value; sealed by a checksum.
/// </remarks>
internal sealed class SharedTable(Streams streams, string stream, Func<long> newMark, string store)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, byte[]> _rows = new(StringComparer.Ordinal);
    private long _last, _sinceWhole;

    /// <summary>A change of one row; null removes it.</summary>
    internal readonly record struct Change(string Key, byte[]? Value);

    /// <summary>Takes what other nodes have added.</summary>
    internal void Refresh()
    {
        lock (_lock)
        {
            for (int attempt = 0; ; attempt++)
            {
                var (events, last) = streams.Read(stream, _last + 1);
                if (TryTake(events, last)) return;
                if (attempt == AttemptsMax) throw Damaged(_last + 1, "events are missing");
                // What was to be read was deleted meanwhile, since somebody has written the whole table.
                _last = 0;
                _rows.Clear();
            }
        }
    }

    private bool TryTake(List<Numbered> events, long last)
    {
        int whole = events.FindLastIndex(e => e.Manifest == Whole);
        var rest = whole > 0 ? events[whole..] : events;
        if (rest.Count == 0) return last <= _last;
        if (whole < 0 && rest[0].Sequence != _last + 1) return false;
        if (rest[^1].Sequence != rest[0].Sequence + rest.Count - 1) return false;
        foreach (var e in rest) Apply(e.Sequence, Read(e), e.Manifest == Whole);
        return true;
    }

    private List<Change> Read(Numbered e)
    {
        var from = new EventReader(e.Bytes);
        var changes = new List<Change>();
        from.Number();   // the mark
        for (long left = from.Number(); left > 0 && !from.Failed; left--)
        {
            string key = from.Text();
            bool hasValue = from.Number() != 0;
            byte[] value = from.Bytes().ToArray();
            changes.Add(new(key, hasValue ? value : null));
        }
        bool isKnown = e.Manifest is Changes or Whole;
        return isKnown && from.IsSealed(new(stream, e.Sequence, e.Manifest)) ? changes : throw Damaged(e.Sequence, isKnown ? "it does not match its checksum" : "it is of no kind that is known here");
    }

    private void Apply(long sequence, IEnumerable<Change> changes, bool isWhole)
    {
        if (isWhole) _rows.Clear();
        foreach (var (key, value) in changes)
        {
            if (value is null) _rows.Remove(key);
            else _rows[key] = value;
        }
        _last = sequence;
        _sinceWhole = isWhole ? 0 : _sinceWhole + 1;
    }

    private JournalException Damaged(long sequence, string what) => new(JournalFault.Corrupt,
        $"The journal in {store}: event {sequence} of {stream}, which has the settings and the list of objects, cannot be used: {what}. Restore it from a backup of the database.");

    internal byte[]? Find(string key)
    {
        lock (_lock) return _rows.GetValueOrDefault(key);
    }

    /// <summary>The rows whose keys start with a prefix, in ordinal order.</summary>
    internal KeyValuePair<string, byte[]>[] Rows(string prefix)
    {
        lock (_lock) return [.. _rows.SkipWhile(r => string.CompareOrdinal(r.Key, prefix) < 0).TakeWhile(r => r.Key.StartsWith(prefix, StringComparison.Ordinal))];
    }

    /// <summary>The number of the event that comes next, as far as is known.</summary>
    internal long Next
    {
        get { lock (_lock) return _last + 1; }
    }

    /// <summary>The event that makes these changes on top of what is known.</summary>
    internal Addition Prepare(IReadOnlyList<Change> changes)
    {
        lock (_lock) return new(stream, _last + 1, [Write(_last + 1, Changes, changes)]);
    }

    private StoredEvent Write(long sequence, string manifest, IReadOnlyList<Change> changes)
    {
        var to = new EventWriter().Put(newMark()).Put(changes.Count);
        foreach (var (key, value) in changes) to.Put(key).Put(value is null ? 0 : 1).Put(value ?? []);
        return new(manifest, to.Seal(new(stream, sequence, manifest)).ToArray());
    }

    /// <summary>A prepared event has been stored.</summary>
    internal void Stored(Addition addition, IReadOnlyList<Change> changes)
    {
        lock (_lock)
        {
            if (_last == addition.Sequence - 1) Apply(addition.Sequence, changes, isWhole: false);   // else read meanwhile, or to be read
            if (_sinceWhole < OutdatedMin || _sinceWhole < 2 * _rows.Count) return;
            var whole = new Addition(stream, _last + 1, [Write(_last + 1, Whole, [.. _rows.Select(r => new Change(r.Key, r.Value))])]);
            if (streams.Write([whole]) is not null) return;   // somebody else was faster, or it can wait
            (_last, _sinceWhole) = (_last + 1, 0);
            streams.Delete(stream, _last - 1);
        }
    }

    private const string Changes = "changes-1", Whole = "table-1";
    private const int AttemptsMax = 5, OutdatedMin = 200;
}
