using Hhs.Model.Hashing;
using SQLitePCL;

namespace Hhs.Actors.Journal;

/// <summary>Turns SQLite's codes and the system's into faults that say what to do.</summary>
internal static class JournalFaults
{
    internal static JournalException FromSqlite(int code, string detail, string path, Exception? inner)
    {
        var fault = (code & 0xff) switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => JournalFault.Locked,
            raw.SQLITE_FULL => JournalFault.Full,
            raw.SQLITE_NOTADB => JournalFault.NotADatabase,
            raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH => JournalFault.Unwritable,
            // A missing table, a broken constraint: the schema was checked at opening, so the pages have changed since.
            raw.SQLITE_CORRUPT or raw.SQLITE_ERROR or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH => JournalFault.Corrupt,
            _ => JournalFault.InputOutput,
        };
        return new(fault, $"The journal {path}: {detail} (SQLite code {code}). {Advice(fault)}", inner);
    }

    internal static JournalException Of(JournalFault fault, string path, string detail, Exception? inner = null) =>
        new(fault, $"The journal {path}: {detail}. {Advice(fault)}", inner);

    internal static JournalException MissingPredecessor(ContentHash objectId, ContentHash entry, ContentHash predecessor) => new(
        JournalFault.MissingPredecessor, $"Entry {entry} of object {objectId} names the predecessor {predecessor}, which the journal does not have.");

    private static string Advice(JournalFault fault) => fault switch
    {
        JournalFault.Corrupt => "Stop the node, keep a copy of the file, and copy the intact records into a new one with 'hhs verify --salvage FOLDER'; peers supply the rest again.",
        JournalFault.DamagedRecord => "The record and what builds on it are in quarantine; reopen the object, and peers supply them again.",
        JournalFault.ForeignSchema => "It belongs to another program and was left alone: give this node another data directory.",
        JournalFault.Full => "Free some space or raise the store's size limit, then restart the node.",
        JournalFault.InputOutput => "Check the disk and the system's log, then restart the node.",
        JournalFault.Locked => "Stop the other process that uses it, or give this node another data directory.",
        JournalFault.NewerSchema => "Run the newer release again; an older one cannot read its stores.",
        JournalFault.NotADatabase => "Move the file away to start afresh (peers supply what they have), or restore a backup.",
        JournalFault.Unwritable => "Check that the directory exists and that this user may write to it.",
        _ => "",
    };
}
