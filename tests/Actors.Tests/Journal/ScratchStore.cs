using Hhs.Actors.Journal;
using Microsoft.Data.Sqlite;

namespace Hhs.Actors.Tests.Journal;

/// <summary>A directory for one test's store, removed afterwards; and a way to harm the file behind the journal's back.</summary>
internal sealed class ScratchStore : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("hhs-journal-");

    internal string Path => System.IO.Path.Combine(_directory.FullName, "store.db");

    internal string Beside(string name) => System.IO.Path.Combine(_directory.FullName, name);

    internal SqliteJournal Open() => SqliteJournal.Open(Path);

    internal int Harm(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    internal JournalException Refused() => Assert.Throws<JournalException>(() => { using var _ = Open(); });

    public void Dispose() => _directory.Delete(recursive: true);
}
