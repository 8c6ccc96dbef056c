using Hhs.Model.Hashing;

namespace Hhs.Actors.Journal;

/// <summary>What objects take in the store, and letting go of one.</summary>
public sealed partial class SqliteJournal
{
    private long _lastObject;

    /// <inheritdoc/>
    public long BytesOf(ContentHash objectId) => _objects.TryGetValue(objectId, out var o) ? o.Bytes : 0;

    /// <inheritdoc/>
    public void Drop(ContentHash objectId)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _writer.Transact(() =>
            {
                _writer["DELETE FROM quarantine WHERE object = ?"].Bind(objectId.ToBytes()).Run();
                if (!_objects.TryGetValue(objectId, out var o)) return;
                foreach (string table in new[] { "entry", "payload" })
                    _writer[$"DELETE FROM {table} WHERE place >= ? AND place < ?"].Bind(RecordCode.Place(o.Id, 0)).Bind(RecordCode.Place(o.Id + 1, 0)).Run();
                _writer["DELETE FROM entry_name WHERE object = ?"].Bind(o.Id).Run();
                _writer["DELETE FROM object WHERE id = ?"].Bind(o.Id).Run();
            });
            _objects.TryRemove(objectId, out _);
            _recent.Clear();
        }
    }

    // Stores of older releases have no sizes: they are counted once, at their first opening.
    private void ReadSizes()
    {
        _lastObject = _writer.Number("SELECT COALESCE(MAX(id), 0) FROM object");
        var sizes = new Dictionary<long, long?>();
        var rows = _writer["SELECT id, bytes FROM object"];
        while (rows.Step()) sizes[rows.Integer(0)] = rows.IsNull(1) ? null : rows.Integer(1);
        var uncounted = new List<StoredObject>();
        foreach (var o in _objects.Values.ToArray())
        {
            if (sizes[o.Id] is { } bytes) Put(o with { Bytes = bytes });
            else uncounted.Add(o);
        }
        if (uncounted.Count == 0) return;
        _writer.Transact(() =>
        {
            foreach (var o in uncounted)
            {
                var counted = o with { Bytes = Measure(o.Id) };
                WriteSize(counted);
                Put(counted);
            }
        });
    }

    private void WriteSize(StoredObject o) => _writer["UPDATE object SET bytes = ? WHERE id = ?"].Bind(o.Bytes).Bind(o.Id).Run();

    private long Measure(long objectNumber)
    {
        long bytes = 0;
        foreach (var (what, table) in new[] { ($"LENGTH(prev) + LENGTH(tags) + {JournalEntry.OverheadBytes}", "entry"), ("LENGTH(body)", "payload") })
        {
            var row = _writer[$"SELECT COALESCE(SUM({what}), 0) FROM {table} WHERE place >= ? AND place < ?"]
                .Bind(RecordCode.Place(objectNumber, 0)).Bind(RecordCode.Place(objectNumber + 1, 0));
            row.Step();
            bytes += row.Integer(0);
            row.Reset();
        }
        return bytes;
    }
}
