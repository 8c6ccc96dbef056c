using System.Diagnostics;
using Npgsql;

namespace Hhs.Actors.Journal.Postgres;

/// <summary>The connections of one journal: one for writing, a pool for the rest. Tries again, with growing pauses, while the server is away.</summary>
/// <remarks>
/// What is given to <see cref="Write{T}"/> and <see cref="Read{T}"/> may run more than once, and an earlier run may have taken effect
/// although its answer was lost: it has to bear that.
/// Errors: <see cref="JournalException"/>, except for what the server says of the work itself (<see cref="PostgresException"/> in <see cref="Write{T}"/>).
/// </remarks>
internal sealed class PostgresLink : IDisposable
{
    private readonly PostgresSettings _settings;
    private readonly NpgsqlDataSource _pool, _writers;
    private readonly SemaphoreSlim _turns;
    private readonly ManualResetEventSlim _closing = new();
    private NpgsqlConnection? _writer;
    private bool _connectedBefore;

    internal PostgresLink(PostgresSettings settings)
    {
        if (settings.Nonsense() is { } why) throw new ArgumentException($"hhs.journal.postgresql.{why}", nameof(settings));
        _settings = settings;
        Store = settings.ToString();
        var text = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
        text.SearchPath = settings.Schema;
        text.MaxAutoPrepare = Math.Max(text.MaxAutoPrepare, StatementsPrepared);
        text.AutoPrepareMinUsages = 2;
        text.MaxPoolSize = Math.Min(text.MaxPoolSize, ConnectionsMax);
        _turns = new(text.MaxPoolSize);
        text.NoResetOnClose = true;   // no session is left in a state that another should not find
        text.ApplicationName = "hhs-journal";
        text.Options = $"{text.Options} -c lock_timeout={(long)settings.LockPatience.TotalMilliseconds} {KeyedAccess}";
        _pool = Source(text);
        text.ApplicationName = WriterName;
        text.Pooling = false;
        _writers = Source(text);
    }

    /// <summary>The store's name for people.</summary>
    internal string Store { get; }

    /// <summary>What the server calls the writing connection, so that who takes over can end it. Differs with each journal that is opened.</summary>
    internal string WriterName { get; } = $"hhs-writer {Environment.ProcessId} {Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8))}";

    /// <summary>Works on the writing connection. The caller sees to it that one does at a time.</summary>
    internal T Write<T>(Func<NpgsqlConnection, T> work) => Patiently(() =>
    {
        try
        {
            return work(Writer());
        }
        catch (PostgresException) when (_writer is { FullState: System.Data.ConnectionState.Open })
        {
            RollBack();
            throw;
        }
        catch (Exception)
        {
            DropWriter();
            throw;
        }
    });

    /// <summary>Works on a connection of the pool.</summary>
    internal T Read<T>(Func<NpgsqlConnection, T> work)
    {
        try
        {
            return Patiently(() =>
            {
                using var rented = Take();
                return work(rented.Connection);
            });
        }
        catch (PostgresException e)
        {
            throw PostgresFaults.From(e, Store);
        }
    }

    /// <summary>A connection of the pool for reading row by row; the caller disposes it.</summary>
    internal Rented Rent() => Patiently(Take);

    // Npgsql lets who finds its pool empty wait for a task, which ends on a thread of the very pool whose threads all wait: so nobody finds it empty.
    private Rented Take()
    {
        if (!_turns.Wait(_settings.GiveUpAfter)) throw new NpgsqlException("no connection became free");
        try
        {
            return new(_pool.OpenConnection(), _turns);
        }
        catch
        {
            _turns.Release();
            throw;
        }
    }

    /// <summary>A connection of the pool, until it is disposed of.</summary>
    internal readonly struct Rented(NpgsqlConnection connection, SemaphoreSlim turns) : IDisposable
    {
        internal NpgsqlConnection Connection => connection;

        public void Dispose()
        {
            connection.Dispose();
            turns.Release();
        }
    }

    private T Patiently<T>(Func<T> work)
    {
        long started = Stopwatch.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            ObjectDisposedException.ThrowIf(_closing.IsSet, this);
            try
            {
                return work();
            }
            catch (Exception e) when (PostgresFaults.MayPass(e))
            {
                if (Stopwatch.GetElapsedTime(started) + pause > _settings.GiveUpAfter) throw PostgresFaults.From(e, Store);
            }
            catch (Exception e) when (e is NpgsqlException and not PostgresException)
            {
                throw PostgresFaults.From(e, Store);
            }
            _closing.Wait(pause);
        }
    }

    private NpgsqlConnection Writer()
    {
        if (_writer is { FullState: System.Data.ConnectionState.Open } open) return open;
        DropWriter();
        var connection = _writers.OpenConnection();
        try
        {
            // What our last connection left unfinished ends now, not when its server notices that nobody is there.
            if (_connectedBefore)
            {
                using var end = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()", connection) { Parameters = { new() { Value = WriterName } } };
                end.ExecuteNonQuery();
            }
        }
        catch
        {
            connection.Dispose();
            throw;
        }
        _connectedBefore = true;
        return _writer = connection;
    }

    private void RollBack()
    {
        try
        {
            using var command = new NpgsqlCommand("ROLLBACK", _writer);
            command.ExecuteNonQuery();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
        {
            DropWriter();
        }
    }

    private void DropWriter()
    {
        _writer?.Dispose();
        _writer = null;
    }

    // Asynchronous commit would acknowledge what a crash can lose. Stronger values than "on" stay as they were set.
    // Our types are all built in: without being told so, each source would begin by asking for all that the database has.
    private static NpgsqlDataSource Source(NpgsqlConnectionStringBuilder text) => new NpgsqlDataSourceBuilder(text.ConnectionString)
        .ConfigureTypeLoading(types => types.EnableTypeLoading(false))
        .UsePhysicalConnectionInitializer(Harden, connection => { Harden(connection); return Task.CompletedTask; }).Build();

    private static void Harden(NpgsqlConnection connection) =>
        connection.Execute("SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'");

    /// <summary>Lets whoever waits for the server give up.</summary>
    internal void Close() => _closing.Set();

    public void Dispose()
    {
        Close();
        DropWriter();
        _writers.Dispose();
        _pool.Dispose();
    }

    // Every query of ours is by key. Without statistics, as in a new store, the planner would scan whole tables that are growing under it.
    private const string KeyedAccess = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";
    private const int StatementsPrepared = 64;

    // A node that takes up hundreds of objects at once would take as many connections; a server lets in 100 by default, of all nodes, and who is
    // one too many sleeps before it tries again. More would not be faster: reads are short, and the server has few processors.
    private const int ConnectionsMax = 12;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
}
