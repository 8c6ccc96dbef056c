using System.Diagnostics;
using Hhs.Actors.Journal;
using Hhs.Model.Hashing;
using Hhs.Tests.Contracts;

namespace Hhs.Actors.Tests.Journal;

/// <summary>A real process writes, is killed without warning, and every entry that it had acknowledged is there.</summary>
public sealed class SqliteCrashTests : IDisposable
{
    private readonly ScratchStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task No_acknowledged_entry_is_lost_when_the_writer_is_killed()
    {
        var acknowledged = new List<(ContentHash Object, ContentHash Entry)>();
        for (int round = 0; round < 5; round++)
        {
            int lines = 200 + (137 * round);
            using (var writer = await StartWriter())
            {
                for (int i = 0; i < lines; i++) acknowledged.Add(Parse((await ReadLine(writer))!));
                writer.Kill();
                // What it had printed before it died was acknowledged too; its last line can be cut off.
                while (await ReadLine(writer) is { } line)
                {
                    if (line.Length == (2 * ContentHash.TextLength) + 1) acknowledged.Add(Parse(line));
                }
                await writer.WaitForExitAsync(Deadline());
            }

            using var journal = _store.Open();   // the killed holder's lock is gone with it
            Assert.Empty(journal.Quarantine);
            var stored = journal.Objects.SelectMany(o => journal.Names(o.ObjectId).Select(e => (o.ObjectId, e))).ToHashSet();
            Assert.All(acknowledged, a => Assert.Contains(a, stored));
            var verified = journal.VerifyAll();
            Assert.Empty(verified.NewlyQuarantined);
            Assert.Equal(stored.Count, verified.Entries);
        }
    }

    [Fact]
    public async Task A_store_that_another_process_holds_is_refused()
    {
        using var writer = await StartWriter();
        try
        {
            Assert.Equal(JournalFault.Locked, _store.Refused().Fault);
        }
        finally
        {
            writer.Kill();
        }
        await writer.WaitForExitAsync(Deadline());
        using var _ = _store.Open();
    }

    private async Task<Process> StartWriter()
    {
        string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Hhs.CrashWriter.exe" : "Hhs.CrashWriter");
        var writer = Process.Start(new ProcessStartInfo(program, [_store.Path]) { RedirectStandardOutput = true })!;
        Assert.Equal("ready", await ReadLine(writer));
        return writer;
    }

    private static async Task<string?> ReadLine(Process writer) => await writer.StandardOutput.ReadLineAsync(Deadline());

    private static (ContentHash Object, ContentHash Entry) Parse(string line) =>
        (ContentHash.Parse(line.AsSpan(0, ContentHash.TextLength)), ContentHash.Parse(line.AsSpan(ContentHash.TextLength + 1)));

    private static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;
}
