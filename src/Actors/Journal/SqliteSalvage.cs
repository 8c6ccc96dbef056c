using Hhs.Model.Hashing;
using Microsoft.Data.Sqlite;

namespace Hhs.Actors.Journal;

/// <summary>Copies what is intact out of a store whose file SQLite calls corrupt into a new one.</summary>
/// <remarks>
/// Records are asked for one by one, so a page that cannot be read costs what is on it (and what depends on that), not all
/// that comes behind it. Each copied record passed the same checks as on every reading. Peers supply the rest.
/// </remarks>
public static class SqliteSalvage
{
    /// <summary>What a salvage saved.</summary>
    /// <param name="Objects">Objects of which something was saved.</param>
    /// <param name="Entries">Entries saved.</param>
    /// <param name="Lost">Entries that the old store had counted and that could not be saved.</param>
    public sealed record Report(int Objects, long Entries, long Lost);

    /// <summary>Copies the intact entries and the settings of one store into a store that does not exist yet.</summary>
    /// <exception cref="JournalException">The old file is in use, or too damaged to list its objects; the fault says which.</exception>
    /// <exception cref="ArgumentException">There is a file at the new path already.</exception>
    public static Report Copy(string damagedPath, string freshPath)
    {
        damagedPath = Path.GetFullPath(damagedPath);
        if (File.Exists(freshPath)) throw new ArgumentException($"{freshPath} exists already; salvage writes a new file", nameof(freshPath));
        using var held = StoreLock.Take(damagedPath);
        using var old = new SqliteSession(damagedPath, SqliteOpenMode.ReadWrite, CacheKibibytes, salvage: true);
        old.Execute("PRAGMA query_only = 1");
        if (old.Number("PRAGMA application_id") != SqliteSchema.ApplicationId)
            throw JournalFaults.Of(JournalFault.ForeignSchema, damagedPath, "a database that is no journal of ours");

        var objects = ObjectsOf(old);
        using var fresh = SqliteJournal.Open(freshPath);
        long lost = 0;
        foreach (var (id, hash, counted) in objects) lost += Math.Max(0, counted - CopyObject(old, id, hash, fresh));
        CopySettings(old, fresh);
        return new(fresh.Objects.Count, fresh.Objects.Sum(o => o.EntryCount), lost);
    }

    private static List<(long Id, ContentHash Hash, long Counted)> ObjectsOf(SqliteSession old)
    {
        var objects = new List<(long, ContentHash, long)>();
        var rows = old["SELECT id, hash, entries FROM object ORDER BY id"];
        while (rows.Step())
        {
            if (rows.Blob(1) is { Length: ContentHash.SizeBytes } hash) objects.Add((rows.Integer(0), ContentHash.FromDigest(hash), rows.Integer(2)));
        }
        return objects;
    }

    private static long CopyObject(SqliteSession old, long id, ContentHash hash, SqliteJournal fresh)
    {
        var index = new SqliteIndex(old, id, hash);
        var scan = index.SalvageScan();
        var batch = new List<JournalEntry>();
        foreach (var (place, entry) in scan.Walk(index.RowsOneByOne()))
        {
            if (PayloadAt(old, place, entry.Header.Hash) is not { } payload)
            {
                scan.Withdraw(place);
                continue;
            }
            batch.Add(new(entry.Header, payload, entry.Tags));
            if (batch.Count < EntriesPerCommit) continue;
            fresh.Append([new(hash, batch)]);
            batch.Clear();
        }
        fresh.Append([new(hash, batch)]);
        return scan.Intact;
    }

    private static byte[]? PayloadAt(SqliteSession old, long place, ContentHash entry)
    {
        var row = old["SELECT body, checksum FROM payload WHERE place = ?"].Bind(place);
        try
        {
            if (!row.Step()) return null;
        }
        catch (JournalException e) when (e.Fault == JournalFault.Corrupt)
        {
            return null;
        }
        var body = row.Blob(0);
        return RecordCode.PayloadChecksum(place, entry.ToBytes(), body) == row.Integer(1) ? body.ToArray() : null;
    }

    private static void CopySettings(SqliteSession old, SqliteJournal fresh)
    {
        try
        {
            var rows = old["SELECT name, value FROM setting"];
            while (rows.Step()) fresh.PutSetting(rows.Text(0), rows.Blob(1).ToArray());
        }
        catch (JournalException e) when (e.Fault == JournalFault.Corrupt)
        {
            // Names can be given again; entries matter more.
        }
    }

    private const int CacheKibibytes = 32 << 10;
    private const int EntriesPerCommit = 1000;
}
