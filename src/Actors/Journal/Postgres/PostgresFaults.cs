using System.Net.Sockets;
using Hhs.Model.Hashing;
using Npgsql;

namespace Hhs.Actors.Journal.Postgres;

/// <summary>Turns the server's codes and the network's failures into faults that say what to do.</summary>
internal static class PostgresFaults
{
    /// <summary>The server refused a batch of an old epoch, see <see cref="PostgresSchema"/>.</summary>
    internal const string FencedState = "HHS01";

    /// <summary>Whether the same can succeed later: the server is away, starting, stopping or a standby, or a lock was not to be had.</summary>
    internal static bool MayPass(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled
            or PostgresErrorCodes.TooManyConnections } => true,
        PostgresException { SqlState: PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory } => false,   // Npgsql would try these again, too
        NpgsqlException { IsTransient: true } => true,
        NpgsqlException { InnerException: IOException or SocketException or TimeoutException } => true,
        // Thrown where the connection broke between two commands.
        InvalidOperationException or ObjectDisposedException => false,
        _ => failure is IOException or SocketException or TimeoutException,
    };

    internal static JournalException From(Exception failure, string store)
    {
        var fault = failure is PostgresException { SqlState: var state } ? state switch
        {
            PostgresErrorCodes.DiskFull => JournalFault.Full,
            PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification
                or PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.ReadOnlySqlTransaction => JournalFault.Unwritable,
            // A missing table, a broken constraint: the schema was checked at opening, so somebody has changed it since.
            PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn
                or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.UniqueViolation => JournalFault.Corrupt,
            _ => JournalFault.InputOutput,
        } : JournalFault.InputOutput;
        string detail = failure is PostgresException known ? $"{known.MessageText} (SQLSTATE {known.SqlState})" : failure.Message.TrimEnd('.');
        return Of(fault, store, detail, failure);
    }

    internal static JournalException Of(JournalFault fault, string store, string detail, Exception? inner = null) =>
        new(fault, $"The journal in {store}: {detail}. {Advice(fault)}", inner);

    internal static JournalException Fenced(ContentHash objectId, string store) =>
        Of(JournalFault.Fenced, store, $"another writer has acquired object {objectId} since");

    private static string Advice(JournalFault fault) => fault switch
    {
        JournalFault.Corrupt => "Look at the server's log; restore a backup into another schema, and let peers supply the rest.",
        JournalFault.DamagedRecord => "The record and what builds on it are in quarantine; reopen the object, and peers supply them again.",
        JournalFault.Fenced => "Nothing was stored; the object is opened anew.",
        JournalFault.ForeignSchema => "It was left alone: give this node another hhs.journal.postgresql.schema.",
        JournalFault.Full => "Free some space on the server, then restart the node.",
        JournalFault.InputOutput => "Check the server, the network and both logs, then restart the node.",
        JournalFault.NewerSchema => "Run the newer release again; an older one cannot read its stores.",
        JournalFault.Unwritable => "Check user, password, database and privileges: docs/operations.md lists what is needed.",
        _ => "",
    };
}
