using System.Globalization;
using System.Text;
using Hhs.Actors.Journal;
using Hhs.Actors.Telemetry;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Journal;

/// <summary>Putting aside what is damaged: an event cannot be taken out of a stream, so another one says which records do not count.</summary>
internal sealed partial class AkkaPersistenceJournal
{
    private List<QuarantinedRecord> Repair(ContentHash objectId, IReadOnlyDictionary<long, string> damaged)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var quarantined = new List<QuarantinedRecord>();
            Commit(() =>
            {
                quarantined.Clear();
                return Condemn(objectId, damaged, quarantined);
            });
            JournalMetrics.Quarantined(quarantined.Count);
            return quarantined;
        }
    }

    private Plan Condemn(ContentHash id, IReadOnlyDictionary<long, string> damaged, List<QuarantinedRecord> quarantined)
    {
        var log = ReadLog(id);
        var scan = log.Scan(damaged);
        var state = StateOf(log, scan.Walk(log.Usable));
        if (!scan.NeedsRepair) return new([], [], () => { });   // dropped meanwhile, or somebody else has seen to it
        foreach (var condemned in scan.Found) quarantined.Add(new(id, condemned.Entry, condemned.Reason));
        if (scan.Missing > 0) quarantined.Add(new(id, null, $"{scan.Missing} records are missing"));

        // A writer elsewhere has in memory what does not count any more: it is fenced. A writer here learns by its own reading.
        bool isHeld = _held.TryGetValue(id, out var epoch) && (log.Head.Epoch == epoch.Number || !log.IsTrusted);
        var head = new Head(isHeld ? epoch.Number : log.Last + 1, scan.Intact, Math.Max(log.Head.Next, log.Rows.Select(r => r.Place + 1).DefaultIfEmpty().Max()),
            BytesOf(id, log, state), Math.Max(log.Head.Payloads, _streams.Last(Payloads(id))), scan.Frontier, NewMark());
        SharedTable.Change[] changes = [.. quarantined.Select((record, i) => new SharedTable.Change(
            QuarantineKey(id) + string.Create(CultureInfo.InvariantCulture, $"{log.Last + 1:D19}/{i:D9}"), Write(record)))];
        var table = changes.Length > 0 ? _table.Prepare(changes) : null;
        return new([.. table is null ? [] : new[] { table }, Event(id, log.Last + 1, IndexEvents.Condemned, head, [.. scan.Found.Select(f => f.Place)])], [id], () =>
        {
            if (table is not null) _table.Stored(table, changes);
            state.Advance(log.Last + 1, head);
            _states.Keep(state);
        });
    }

    // What is left has to be looked at for it; damage is rare.
    private long BytesOf(ContentHash id, IndexLog log, ObjectState state)
    {
        var numbers = state.Names.Values.Select(n => n.Number).ToHashSet();
        long bytes = log.Usable.Where(r => numbers.Contains(r.Place)).Sum(r => (long)r.Prev.Length + r.Tags.Length + JournalEntry.OverheadBytes);
        foreach (var e in AllPayloads(id, log.Head.Payloads)) bytes += PayloadEvents.Read(e).Where(p => numbers.Contains(p.Key)).Sum(p => (long)p.Value.Body.Length);
        return bytes;
    }

    private IEnumerable<SharedTable.Change> SuppliedAgain(ObjectCommit commit)
    {
        var rows = _table.Rows(QuarantineKey(commit.Id));
        if (rows.Length == 0) return [];
        var added = commit.Added.ToHashSet();
        return rows.Where(row => Read(commit.Id, row.Value).Entry is { } entry && added.Contains(entry)).Select(row => new SharedTable.Change(row.Key, null));
    }

    private static byte[] Write(QuarantinedRecord record) => [.. record.Entry is { } entry ? entry.ToBytes() : new byte[ContentHash.SizeBytes], .. Encoding.UTF8.GetBytes(record.Reason)];

    private static QuarantinedRecord Read(ContentHash id, byte[] value)
    {
        var hash = ContentHash.FromDigest(value.AsSpan(0, ContentHash.SizeBytes));
        return new(id, hash == default ? null : hash, Encoding.UTF8.GetString(value.AsSpan(ContentHash.SizeBytes)));
    }

    /// <inheritdoc/>
    public IReadOnlyList<QuarantinedRecord> Quarantine
    {
        get
        {
            _table.Refresh();
            return [.. _table.Rows(QuarantinePrefix).Select(row => Read(ContentHash.Parse(row.Key.AsSpan(QuarantinePrefix.Length, ContentHash.TextLength)), row.Value))];
        }
    }

    /// <inheritdoc/>
    public void ForgetQuarantine()
    {
        _table.Refresh();
        SharedTable.Change[] all = [.. _table.Rows(QuarantinePrefix).Select(row => new SharedTable.Change(row.Key, null))];
        if (all.Length > 0) Put(all);
    }
}
