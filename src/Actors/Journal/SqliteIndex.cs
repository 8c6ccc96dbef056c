using Hhs.Model.Hashing;

namespace Hhs.Actors.Journal;

/// <summary>The index records of one object in a SQLite store. The caller holds a transaction, and uses the session for no other index meanwhile.</summary>
internal sealed class SqliteIndex(SqliteSession session, long objectNumber, ContentHash objectId)
{
    /// <summary>A walk over the records.</summary>
    internal IndexScan Scan(IReadOnlyDictionary<long, string> damaged) => new(objectId, Counts("SELECT entries, next, frontier FROM object WHERE id = ?", hasFrontier: true), damaged);

    /// <summary>A walk over the records of an old or broken store, which may have no frontiers.</summary>
    internal IndexScan SalvageScan() => new(objectId, Counts("SELECT entries, next FROM object WHERE id = ?", hasFrontier: false), new Dictionary<long, string>());

    private IndexCounts Counts(string query, bool hasFrontier)
    {
        var row = session[query].Bind(objectNumber);
        var counts = row.Step() ? IndexCounts.Read(objectId, row.Integer(0), row.Integer(1), hasFrontier ? row.Blob(2) : default) : default;
        row.Reset();
        return counts;
    }

    /// <summary>The records in the order of their places.</summary>
    internal IEnumerable<IIndexRow> Rows()
    {
        var rows = session[$"{Columns} WHERE place >= ? AND place < ? ORDER BY place"]
            .Bind(RecordCode.Place(objectNumber, 0)).Bind(RecordCode.Place(objectNumber + 1, 0));
        var row = new Row(rows);
        while (rows.Step()) yield return row;
    }

    /// <summary>The same, going on behind pages that cannot be read.</summary>
    internal IEnumerable<IIndexRow> RowsOneByOne()
    {
        long next = Counts("SELECT entries, next FROM object WHERE id = ?", hasFrontier: false).Next;
        for (long number = 0; number < next; number++)
        {
            var row = session[$"{Columns} WHERE place = ?"].Bind(RecordCode.Place(objectNumber, number));
            bool read;
            try
            {
                read = row.Step();
            }
            catch (JournalException e) when (e.Fault == JournalFault.Corrupt)
            {
                continue;
            }
            if (read) yield return new Row(row);
        }
    }

    private sealed class Row(SqliteStatement row) : IIndexRow
    {
        public long Place => row.Integer(0);
        public ReadOnlySpan<byte> Hash => row.Blob(1);
        public ReadOnlySpan<byte> PayloadHash => row.Blob(2);
        public ReadOnlySpan<byte> Prev => row.Blob(3);
        public ReadOnlySpan<byte> Tags => row.Blob(4);
        public long Checksum => row.Integer(5);
    }

    private const string Columns = "SELECT place, hash, payload_hash, prev, tags, checksum FROM entry";
}
