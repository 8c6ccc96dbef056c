using Hhs.Actors.Journal;
using Hhs.Model.Hashing;
using Hhs.Tests.Contracts;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Journal;

/// <summary>Records altered behind the journal's back are found, named, put aside with what depends on them, and can come again.</summary>
public sealed class SqliteDamageTests : IDisposable
{
    // root <- a <- b, and root <- other: damage to a takes b along, and leaves the rest.
    private static readonly JournalEntry Root = Entry("root"), A = Entry("a", Root.Entry), B = Entry("b", A.Entry), Other = Entry("other", Root.Entry);
    private static readonly ContentHash Object1 = ObjectId(1), Object2 = ObjectId(2);

    private readonly ScratchStore _store = new();

    public SqliteDamageTests()
    {
        using var journal = _store.Open();
        journal.Append(Object1, Root, A, Other, B);
        journal.Append(Object2, Root, A, B);
    }

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("hash = zeroblob(32)", "checksum", false)]
    [InlineData("hash = x'00'", "checksum", false)]
    [InlineData("payload_hash = zeroblob(32)", "checksum", true)]
    [InlineData("prev = x''", "checksum", true)]
    [InlineData("prev = x'ffff'", "checksum", true)]
    [InlineData("tags = x'00'", "checksum", true)]
    [InlineData("tags = 'text'", "checksum", true)]
    [InlineData("checksum = checksum + 1", "checksum", true)]
    public void An_altered_index_record_is_quarantined_with_what_depends_on_it(string change, string reason, bool nameIntact)
    {
        Assert.Equal(1, _store.Harm($"UPDATE entry SET {change} WHERE place = (1 << 32) + 1"));
        using (var journal = _store.Open())
        {
            Assert.Equal([Root.Entry, Other.Entry], journal.Names(Object1));
            Assert.Equal([Root.Entry, A.Entry, B.Entry], journal.Names(Object2));
            Assert.Equal(2, journal.Quarantine.Count);
            Assert.Contains(reason, journal.Quarantine[0].Reason, StringComparison.Ordinal);
            if (nameIntact) Assert.Equal((Object1, A.Entry), (journal.Quarantine[0].ObjectId, journal.Quarantine[0].Entry!.Value));
            Assert.Equal((Object1, B.Entry), (journal.Quarantine[1].ObjectId, journal.Quarantine[1].Entry!.Value));
            Assert.Contains("depends", journal.Quarantine[1].Reason, StringComparison.Ordinal);
            Assert.Equal(2, journal.Objects[0].EntryCount);
            Assert.False(journal.TryReadPayload(Object1, A.Entry, out _));
        }
        SuppliedAgainAllIsWell(nameIntact);
    }

    [Theory]
    [InlineData("UPDATE payload SET body = x'00' WHERE place = (1 << 32) + 1", "checksum")]
    [InlineData("UPDATE payload SET checksum = 0 WHERE place = (1 << 32) + 1", "checksum")]
    [InlineData("DELETE FROM payload WHERE place = (1 << 32) + 1", "missing")]
    public void A_damaged_payload_is_reported_when_it_is_read_and_quarantined_with_what_depends_on_it(string sql, string reason)
    {
        Assert.Equal(1, _store.Harm(sql));
        using (var journal = _store.Open())
        {
            Assert.Equal([Root.Entry, A.Entry, Other.Entry, B.Entry], journal.Names(Object1));   // the index reads no payload
            var thrown = Assert.Throws<JournalException>(() => journal.TryReadPayload(Object1, A.Entry, out _));
            Assert.Equal(JournalFault.DamagedRecord, thrown.Fault);
            Assert.Contains(A.Entry.ToString(), thrown.Message, StringComparison.Ordinal);
            Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
            Assert.Equal([Root.Entry, Other.Entry], journal.Names(Object1));
            Assert.Equal([A.Entry, B.Entry], journal.Quarantine.Select(q => q.Entry!.Value));
            // Whoever still holds the old graph learns of it when writing on top.
            Assert.Equal(JournalFault.MissingPredecessor, Assert.Throws<JournalException>(() => journal.Append(Object1, Entry("c", B.Entry))).Fault);
        }
        SuppliedAgainAllIsWell(nameIntact: true);
    }

    [Fact]
    public void A_full_verification_finds_damaged_payloads_and_payloads_that_are_not_what_was_hashed()
    {
        _store.Harm("UPDATE payload SET body = x'00' WHERE place = (1 << 32) + 1");
        using (var journal = _store.Open())
        {
            var wrong = Entry("right") with { Payload = "{\"text\":\"wrong\"}"u8.ToArray() };
            var unreadable = Entry("json") with { Payload = "{\"text\":"u8.ToArray() };
            journal.Append(ObjectId(3), wrong, unreadable, Entry("fine"));
            var verified = journal.VerifyAll();
            Assert.Equal(6, verified.Entries);
            Assert.Equal([A.Entry, B.Entry, wrong.Entry, unreadable.Entry], verified.NewlyQuarantined.Select(q => q.Entry!.Value));
            Assert.Contains("does not hash", verified.NewlyQuarantined[2].Reason, StringComparison.Ordinal);
            Assert.Contains("cannot be read", verified.NewlyQuarantined[3].Reason, StringComparison.Ordinal);
            Assert.Empty(journal.VerifyAll().NewlyQuarantined);
            journal.ForgetQuarantine();
        }
        SuppliedAgainAllIsWell(nameIntact: true, others: 1);
    }

    [Fact]
    public void A_record_that_is_gone_is_noticed_by_what_depends_on_it_and_by_the_count()
    {
        _store.Harm("DELETE FROM entry WHERE place = (1 << 32) + 1");
        _store.Harm("DELETE FROM entry WHERE place = (2 << 32) + 2");
        using (var journal = _store.Open())
        {
            Assert.Equal([Root.Entry, Other.Entry], journal.Names(Object1));
            Assert.Equal([Root.Entry, A.Entry], journal.Names(Object2));
            Assert.Equal([B.Entry, null, null], journal.Quarantine.Select(q => q.Entry));
            Assert.Equal((Object2, "1 records are missing"), (journal.Quarantine[2].ObjectId, journal.Quarantine[2].Reason));
        }
        SuppliedAgainAllIsWell(nameIntact: false);
    }

    [Fact]
    public void A_name_that_is_gone_from_the_index_is_found_by_a_full_verification()
    {
        _store.Harm("DELETE FROM entry_name WHERE place = (1 << 32) + 3");
        using (var journal = _store.Open())
        {
            var found = Assert.Single(journal.VerifyAll().NewlyQuarantined);
            Assert.Equal(B.Entry, found.Entry);
            Assert.Contains("by its name", found.Reason, StringComparison.Ordinal);
        }
        SuppliedAgainAllIsWell(nameIntact: true);
    }

    [Theory]
    [InlineData("UPDATE object SET entries = 1 WHERE id = 1")]
    [InlineData("UPDATE object SET entries = 1, next = 1 WHERE id = 1")]
    public void Wrong_counts_are_put_right(string sql)
    {
        _store.Harm(sql);
        using (var journal = _store.Open())
        {
            Assert.Equal(4, journal.Names(Object1).Length);
            Assert.Equal(4, journal.Objects[0].EntryCount);
            journal.Append(Object1, Entry("c", B.Entry));
            Assert.Empty(journal.Quarantine);
        }
        using var again = _store.Open();
        Assert.Equal(5, again.Names(Object1).Length);
    }

    [Fact]
    public void An_object_whose_name_was_altered_is_lost_under_both_names_and_can_come_again()
    {
        _store.Harm("UPDATE object SET hash = zeroblob(32) WHERE id = 1");
        using var journal = _store.Open();
        Assert.Empty(journal.Names(Object1));
        Assert.Empty(journal.Names(journal.Objects[0].ObjectId));
        journal.Append(Object1, Root, A);
        Assert.Equal([Root.Entry, A.Entry], journal.Names(Object1));
        Assert.Equal(3, journal.Names(Object2).Length);
    }

    [Fact]
    public void Pages_of_garbage_are_reported_as_corruption_and_never_as_data()
    {
        var chain = Chain(2000);
        using (var journal = _store.Open()) journal.Append(ObjectId(3), [.. chain]);
        var original = File.ReadAllBytes(_store.Path);
        int reported = 0;
        for (int seed = 0; seed < 25; seed++)
        {
            var random = new Random(seed);
            var harmed = (byte[])original.Clone();
            int page = random.Next(1, harmed.Length / 4096);
            random.NextBytes(harmed.AsSpan(page * 4096, 4096));
            File.WriteAllBytes(_store.Path, harmed);
            try
            {
                using var journal = _store.Open();
                var names = journal.Names(ObjectId(3));
                Assert.Equal(chain.Take(names.Length).Select(e => e.Entry), names);
                reported += journal.VerifyAll().NewlyQuarantined.Count + journal.Quarantine.Count > 0 ? 1 : 0;
            }
            catch (JournalException e)
            {
                Assert.True(e.Fault is JournalFault.Corrupt or JournalFault.NotADatabase, $"seed {seed}: {e.Fault}");
                reported++;
            }
        }
        Assert.True(reported > 15, $"{reported} of 25 garbage pages were noticed");   // the others were free pages or indexes nobody asked
    }

    private void SuppliedAgainAllIsWell(bool nameIntact, int others = 0)
    {
        using (var journal = _store.Open())
        {
            foreach (var id in new[] { Object1, Object2 }) journal.Append(id, Root, A, Other, B);
            if (nameIntact) Assert.Empty(journal.Quarantine);
        }
        using var again = _store.Open();
        var verified = again.VerifyAll();
        Assert.Empty(verified.NewlyQuarantined);
        Assert.Equal(8 + others, verified.Entries);
        Assert.Equal(4, again.Names(Object1).Length);
        Assert.True(again.TryReadPayload(Object1, A.Entry, out var payload) && payload.Span.SequenceEqual(A.Payload.Span));
    }
}
