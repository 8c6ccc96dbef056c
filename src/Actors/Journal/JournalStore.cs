using Hhs.Actors.Journal.Postgres;

namespace Hhs.Actors.Journal;

/// <summary>Opens the store that the settings say.</summary>
public static class JournalStore
{
    /// <summary>Name of the SQLite store in a data folder.</summary>
    public const string FileName = "store.db";

    /// <summary>Opens the store of a node.</summary>
    /// <param name="settings">Which, and where the database is.</param>
    /// <param name="directory">The data folder; null where there is none.</param>
    /// <exception cref="JournalException">It cannot be used; the fault says why.</exception>
    /// <exception cref="Akka.Configuration.ConfigurationException">This program has no such store, or its settings make no sense.</exception>
    public static IJournal Open(JournalSettings settings, string? directory) => settings.Provider switch
    {
        JournalProvider.AkkaPersistence => JournalPlugin.AkkaPersistence().Open(settings.AkkaPersistence),
        JournalProvider.PostgreSql => PostgresJournal.Open(settings.PostgreSql),
        JournalProvider.Sqlite when directory is not null => SqliteJournal.Open(Path.Combine(directory, FileName)),
        _ => new MemoryJournal(),
    };

    /// <summary>Keeps a data folder for one process where the store in it does not do so by itself; null if there is nothing to keep.</summary>
    /// <exception cref="JournalException">Another process has it.</exception>
    internal static IDisposable? Lock(JournalSettings settings, string? directory) =>
        directory is null || settings.Provider == JournalProvider.Sqlite ? null : StoreLock.Take(Path.Combine(directory, FileName));
}
