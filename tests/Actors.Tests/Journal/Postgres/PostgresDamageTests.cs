using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Hhs.Model.Hashing;
using Hhs.Tests.Contracts;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Journal.Postgres;

/// <summary>Records altered behind the journal's back are found, named, put aside with what depends on them, and can come again.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresDamageTests : IDisposable
{
    // root <- a <- b, and root <- other: damage to a takes b along, and leaves the rest.
    private static readonly JournalEntry Root = Entry("root"), A = Entry("a", Root.Entry), B = Entry("b", A.Entry), Other = Entry("other", Root.Entry);
    private static readonly ContentHash Object1 = ObjectId(1), Object2 = ObjectId(2);

    private readonly SharedPostgres _shared;
    private readonly string _schema = SharedPostgres.NewSchema();
    private readonly PostgresJournal _journal;

    public PostgresDamageTests(SharedPostgres shared)
    {
        _shared = shared;
        _journal = shared.Open(_schema);
        _journal.Append(Object1, Root, A, Other, B);
        _journal.Append(Object2, Root, A, B);
    }

    public void Dispose() => _journal.Dispose();

    private void Harm(string sql) => _shared.Server.Sql($"SET search_path = {_schema}; {sql}");

    [Theory]
    [InlineData("hash = '\\x00'")]
    [InlineData("payload_hash = sha256('')")]
    [InlineData("prev = ''")]
    [InlineData("tags = 'other'")]
    [InlineData("checksum = checksum + 1")]
    public void An_altered_index_record_is_quarantined_with_what_depends_on_it(string change)
    {
        Harm($"UPDATE entry SET {change} WHERE place = (1::bigint << 32) + 1");
        Assert.Equal([Root.Entry, Other.Entry], _journal.Names(Object1));
        Assert.Equal([Root.Entry, A.Entry, B.Entry], _journal.Names(Object2));
        Assert.Equal(2, _journal.Quarantine.Count);
        Assert.Contains("checksum", _journal.Quarantine[0].Reason, StringComparison.Ordinal);
        Assert.Equal((Object1, B.Entry), (_journal.Quarantine[1].ObjectId, _journal.Quarantine[1].Entry!.Value));
        Assert.Equal(2, _journal.Objects[0].EntryCount);
        Assert.False(_journal.TryReadPayload(Object1, A.Entry, out _));
        SuppliedAgainAllIsWell();
    }

    [Theory]
    [InlineData("UPDATE payload SET body = 'x' WHERE place = (1::bigint << 32) + 1", "checksum")]
    [InlineData("DELETE FROM payload WHERE place = (1::bigint << 32) + 1", "missing")]
    public void A_damaged_payload_is_reported_when_it_is_read(string sql, string reason)
    {
        Harm(sql);
        var thrown = Assert.Throws<JournalException>(() => _journal.TryReadPayload(Object1, A.Entry, out _));
        Assert.Equal(JournalFault.DamagedRecord, thrown.Fault);
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
        Assert.Equal([Root.Entry, Other.Entry], _journal.Names(Object1));
        SuppliedAgainAllIsWell();
    }

    [Fact]
    public void Records_that_are_gone_without_a_trace_are_told_by_their_number()
    {
        Harm("DELETE FROM entry WHERE place = (1::bigint << 32) + 3");
        Assert.Equal(3, _journal.Names(Object1).Length);
        Assert.Contains("1 records are missing", Assert.Single(_journal.Quarantine).Reason, StringComparison.Ordinal);
        _journal.ForgetQuarantine();
        SuppliedAgainAllIsWell();
    }

    [Fact]
    public void A_damaged_frontier_is_computed_anew()
    {
        Harm("UPDATE object SET frontier = 'nonsense'");
        Assert.Equal([Other.Entry, B.Entry], _journal.Objects[0].Frontier!.Order());
        Assert.Empty(_journal.Quarantine);
    }

    [Fact]
    public void Full_verification_finds_a_payload_that_was_replaced_together_with_its_checksum()
    {
        byte[] body = "{\"text\":\"forged\"}"u8.ToArray();
        long place = RecordCode.Place(1, 1);
        Harm($"UPDATE payload SET body = '\\x{Convert.ToHexString(body)}', checksum = {RecordCode.PayloadChecksum(place, A.Entry.ToBytes(), body)} WHERE place = {place}");
        var found = _journal.VerifyAll().NewlyQuarantined;
        Assert.Equal(2, found.Count);
        Assert.Contains("does not hash", found[0].Reason, StringComparison.Ordinal);
        SuppliedAgainAllIsWell();
    }

    // Numbers of what was put aside are not given again, and what has come again leaves the quarantine.
    private void SuppliedAgainAllIsWell()
    {
        _journal.Acquire(Object1);
        _journal.Append(Object1, A, B);
        using var again = _shared.Open(_schema);
        Assert.Equal(new[] { Root, A, B, Other }.Select(e => e.Entry).Order(), again.Names(Object1).Order());
        Assert.Empty(again.VerifyAll().NewlyQuarantined);
        Assert.DoesNotContain(again.Quarantine, q => q.Entry == B.Entry);
        Assert.Equal(4, again.Objects[0].EntryCount);
    }
}
