using Hhs.Actors.Journal;
using Hhs.Tests.Contracts;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Journal;

public sealed class SqliteSalvageTests : IDisposable
{
    private readonly ScratchStore _store = new();
    private readonly List<JournalEntry> _chain = Chain(2000);

    public SqliteSalvageTests()
    {
        using var journal = _store.Open();
        foreach (var part in _chain.Chunk(100)) journal.Append([new(ObjectId(1), part), new(ObjectId(2), part)]);
        journal.PutSetting("name", "value"u8.ToArray());
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void An_intact_store_is_copied_whole()
    {
        Assert.Equal(new SqliteSalvage.Report(2, 4000, 0), SqliteSalvage.Copy(_store.Path, _store.Beside("fresh.db")));
        using var fresh = SqliteJournal.Open(_store.Beside("fresh.db"));
        Assert.Equal(_chain.Select(e => e.Entry), fresh.Names(ObjectId(2)));
        Assert.True(fresh.TryGetSetting("name", out _));
        Assert.Equal(4000, fresh.VerifyAll().Entries);
    }

    [Fact]
    public void A_store_that_was_cut_short_gives_what_is_left_and_peers_supply_the_rest()
    {
        using (var file = File.OpenWrite(_store.Path)) file.SetLength(file.Length / 2);
        Assert.Equal(JournalFault.Corrupt, _store.Refused().Fault);

        var report = SqliteSalvage.Copy(_store.Path, _store.Beside("fresh.db"));
        Assert.InRange(report.Entries, 500, 3999);
        Assert.Equal(4000, report.Entries + report.Lost);
        using var fresh = SqliteJournal.Open(_store.Beside("fresh.db"));
        foreach (int id in new[] { 1, 2 })
        {
            var names = fresh.Names(ObjectId(id));
            Assert.Equal(_chain.Take(names.Length).Select(e => e.Entry), names);
            fresh.Append(ObjectId(id), [.. _chain]);
        }
        Assert.Equal(4000, fresh.VerifyAll().Entries);
        Assert.Empty(fresh.Quarantine);
    }

    [Fact]
    public void Nothing_damaged_is_copied_nor_what_depends_on_it()
    {
        _store.Harm("UPDATE payload SET body = x'00' WHERE place = (1 << 32) + 1990; UPDATE entry SET tags = x'00' WHERE place = (2 << 32) + 5");
        Assert.Equal(new SqliteSalvage.Report(2, 1990 + 5, 10 + 1995), SqliteSalvage.Copy(_store.Path, _store.Beside("fresh.db")));
        using var fresh = SqliteJournal.Open(_store.Beside("fresh.db"));
        Assert.Equal(1995, fresh.VerifyAll().Entries);
    }

    [Fact]
    public void Garbage_pages_never_stop_it_from_saving_the_rest()
    {
        var original = File.ReadAllBytes(_store.Path);
        for (int seed = 0; seed < 15; seed++)
        {
            var random = new Random(seed);
            var harmed = (byte[])original.Clone();
            random.NextBytes(harmed.AsSpan(random.Next(harmed.Length / 8192, harmed.Length / 4096) * 4096, 4096));
            File.WriteAllBytes(_store.Path, harmed);
            string to = _store.Beside($"fresh{seed}.db");
            var report = SqliteSalvage.Copy(_store.Path, to);
            Assert.True(report.Entries > 0, $"seed {seed} saved nothing");
            using var fresh = SqliteJournal.Open(to);
            Assert.Equal(report.Entries, fresh.VerifyAll().Entries);
            Assert.Empty(fresh.Quarantine);
        }
    }

    [Fact]
    public void It_neither_overwrites_nor_touches_a_store_in_use_or_of_another_program()
    {
        File.WriteAllText(_store.Beside("there"), "");
        Assert.Throws<ArgumentException>(() => SqliteSalvage.Copy(_store.Path, _store.Beside("there")));
        using (_store.Open()) Assert.Equal(JournalFault.Locked, Assert.Throws<JournalException>(() => SqliteSalvage.Copy(_store.Path, _store.Beside("fresh.db"))).Fault);
        _store.Harm("PRAGMA application_id = 1");
        Assert.Equal(JournalFault.ForeignSchema, Assert.Throws<JournalException>(() => SqliteSalvage.Copy(_store.Path, _store.Beside("fresh.db"))).Fault);
        Assert.False(File.Exists(_store.Beside("fresh.db")));
    }
}
