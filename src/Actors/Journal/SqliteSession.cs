using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Hhs.Actors.Journal;

/// <summary>One connection with its prepared statements; every failure leaves as a <see cref="JournalException"/>.</summary>
/// <remarks>Statements go straight to SQLite's own interface: binding spans costs no allocation, and no boxing.</remarks>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteStatement> _prepared = new(StringComparer.Ordinal);
    private readonly string _path;

    internal SqliteSession(string path, SqliteOpenMode mode, int cacheKibibytes, bool salvage = false)
    {
        _path = path;
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            Check(raw.sqlite3_busy_timeout(Handle, BusyMilliseconds));
            // A file shorter than its header says is refused outright, unless this is set before anything is read.
            if (salvage) Execute("PRAGMA writable_schema = 1");
            Execute($"PRAGMA cache_size = -{cacheKibibytes}");
        }
        catch (SqliteException e)
        {
            _connection.Dispose();
            throw JournalFaults.FromSqlite(e.SqliteErrorCode, e.Message, path, e);
        }
        catch (JournalException)
        {
            _connection.Dispose();
            throw;
        }
    }

    private sqlite3 Handle => _connection.Handle ?? throw new ObjectDisposedException(nameof(SqliteSession));

    /// <summary>The statement of that text, reset, ready to be bound.</summary>
    internal SqliteStatement this[string sql]
    {
        get
        {
            if (!_prepared.TryGetValue(sql, out var statement))
            {
                Check(raw.sqlite3_prepare_v2(Handle, sql, out var handle));
                _prepared.Add(sql, statement = new(handle, this));
            }
            statement.Reset();
            return statement;
        }
    }

    /// <summary>Runs statements that give nothing back, and are not worth keeping.</summary>
    internal void Execute(string sql) => Check(raw.sqlite3_exec(Handle, sql));

    /// <summary>The first column of the first row, as a number.</summary>
    internal long Number(string sql)
    {
        var statement = this[sql];
        if (!statement.Step()) return 0;
        long number = statement.Integer(0);
        statement.Reset();
        return number;
    }

    /// <summary>Runs the work as one transaction: all of it is durable when this returns, or none of it after an exception.</summary>
    internal void Transact(Action work)
    {
        this["BEGIN IMMEDIATE"].Run();
        try
        {
            work();
            this["COMMIT"].Run();
        }
        catch
        {
            // Some failures (a full disk) have rolled back already; a second attempt would hide the first error.
            foreach (var statement in _prepared.Values) statement.Reset();
            if (raw.sqlite3_get_autocommit(Handle) == 0) raw.sqlite3_exec(Handle, "ROLLBACK");
            throw;
        }
    }

    /// <summary>Ends what was being read, wherever it stopped.</summary>
    internal void EndRead()
    {
        foreach (var statement in _prepared.Values) statement.Reset();
        if (raw.sqlite3_get_autocommit(Handle) == 0) this["COMMIT"].Run();
    }

    internal void Check(int code)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE) return;
        throw JournalFaults.FromSqlite(code, raw.sqlite3_errmsg(Handle).utf8_to_string(), _path, null);
    }

    public void Dispose()
    {
        foreach (var statement in _prepared.Values) statement.Dispose();
        _prepared.Clear();
        _connection.Dispose();
    }

    private const int BusyMilliseconds = 5000;
}

/// <summary>A prepared statement: bind in order, step, read columns.</summary>
internal sealed class SqliteStatement(sqlite3_stmt handle, SqliteSession session) : IDisposable
{
    private int _bound;

    internal SqliteStatement Bind(long value)
    {
        session.Check(raw.sqlite3_bind_int64(handle, ++_bound, value));
        return this;
    }

    internal SqliteStatement Bind(string value)
    {
        session.Check(raw.sqlite3_bind_text(handle, ++_bound, value));
        return this;
    }

    internal SqliteStatement Bind(ReadOnlySpan<byte> value)
    {
        // An empty span has no address, which SQLite would take for NULL.
        session.Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, ++_bound, 0) : raw.sqlite3_bind_blob(handle, ++_bound, value));
        return this;
    }

    internal SqliteStatement BindNull()
    {
        session.Check(raw.sqlite3_bind_null(handle, ++_bound));
        return this;
    }

    /// <summary>Moves to the next row; false at the end, where the statement is reset.</summary>
    internal bool Step()
    {
        int code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW) return true;
        if (code != raw.SQLITE_DONE) session.Check(code);
        Reset();
        return false;
    }

    /// <summary>Runs a statement to its end.</summary>
    internal void Run()
    {
        while (Step()) { }
    }

    internal long Integer(int column) => raw.sqlite3_column_int64(handle, column);

    internal string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    internal bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    /// <summary>A blob's bytes, valid until the next step.</summary>
    internal ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    internal void Reset()
    {
        raw.sqlite3_reset(handle);
        _bound = 0;
    }

    public void Dispose() => handle.Dispose();
}
