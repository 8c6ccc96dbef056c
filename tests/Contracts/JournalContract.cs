using System.Text;
using Hhs.Actors.Journal;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Tests.Contracts;

/// <summary>What makes a journal a journal. Inherited by the tests of each store.</summary>
public abstract class JournalContract : IDisposable
{
    private IJournal? _journal;

    protected IJournal Journal => _journal ??= Open();

    /// <summary>Opens the store of this test; called again after <see cref="Reopen"/> has closed it.</summary>
    protected abstract IJournal Open();

    /// <summary>Closes and opens the store where it outlives its object; else gives back the same.</summary>
    protected virtual void Reopen()
    {
        _journal?.Dispose();
        _journal = null;
    }

    public virtual void Dispose()
    {
        _journal?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_new_store_is_empty()
    {
        Assert.Empty(Journal.Objects);
        Assert.Empty(Journal.Quarantine);
        Assert.Empty(Journal.Opening.Quarantined);
        Assert.Empty(Journal.ReadIndex(ObjectId(1)));
        Assert.False(Journal.TryReadPayload(ObjectId(1), ObjectId(2), out _));
    }

    [Fact]
    public void Objects_have_numbers_that_rise_and_stay_and_are_asked_for_from_any_on()
    {
        Assert.Empty(Journal.ObjectsFrom(0));
        foreach (int i in new[] { 3, 1, 2 }) Journal.Append(ObjectId(i), Entry($"root {i}"));
        var all = Journal.ObjectsFrom(0);
        Assert.Equal([ObjectId(3), ObjectId(1), ObjectId(2)], all.Select(o => o.ObjectId));
        Assert.Equal(all.Select(o => o.Number).Order().Distinct(), all.Select(o => o.Number));
        Assert.Equal([all[1], all[2]], Journal.ObjectsFrom(all[1].Number));
        Assert.Equal([all[2]], Journal.ObjectsFrom(all[1].Number + 1));

        Reopen();
        Journal.Append(ObjectId(3), Entry("another root"));
        Journal.Drop(ObjectId(2));
        Journal.Append(ObjectId(4), Entry("root 4"));
        var later = Journal.ObjectsFrom(all[1].Number);
        Assert.Equal([ObjectId(1), ObjectId(4)], later.Select(o => o.ObjectId));
        Assert.True(later[1].Number > all[1].Number);
        Assert.Empty(Journal.ObjectsFrom(later[1].Number + 1));
    }

    [Fact]
    public void Entries_come_back_in_the_order_in_which_they_arrived()
    {
        var root = Entry("root");
        var left = Entry("left", root.Entry);
        var right = Entry("right", root.Entry);
        var merge = Entry("merge", left.Entry, right.Entry);
        Journal.Append(ObjectId(1), root, right);
        Journal.Append(ObjectId(1), left, merge);

        Reopen();
        var index = Journal.ReadIndex(ObjectId(1)).ToArray();
        Assert.Equal([root.Entry, right.Entry, left.Entry, merge.Entry], index.Select(e => e.Header.Hash));
        Assert.Equal(merge.Header.PrevEntryHashes, index[3].Header.PrevEntryHashes);
        Assert.Equal(merge.Header.PayloadHash, index[3].Header.PayloadHash);
        Assert.Equal("tags of merge", Encoding.UTF8.GetString(index[3].Tags.Span));
    }

    [Fact]
    public void An_entry_that_is_there_already_is_skipped()
    {
        var chain = Chain(3);
        Journal.Append(ObjectId(1), [.. chain]);
        Journal.Append(ObjectId(1), [chain[1], chain[1], .. Chain(1, "more", chain[2].Entry)]);
        Reopen();
        Journal.Append(ObjectId(1), [.. chain]);
        Assert.Equal(4, Journal.Names(ObjectId(1)).Length);
        Assert.Equal((ObjectId(1), 4L), Assert.Single(Journal.Objects.Select(o => (o.ObjectId, o.EntryCount))));
    }

    [Fact]
    public void One_commit_takes_entries_of_many_objects()
    {
        Journal.Append([.. Enumerable.Range(0, 100).Select(i => new ObjectBatch(ObjectId(i), Chain(i % 3 + 1, $"of {i}"))), new ObjectBatch(ObjectId(7), Chain(2, "again"))]);
        Reopen();
        Assert.Equal(100, Journal.Objects.Count);
        Assert.Equal(Enumerable.Range(0, 100).Select(ObjectId), Journal.Objects.Select(o => o.ObjectId));
        Assert.Equal(Chain(2, "of 7").Concat(Chain(2, "again")).Select(e => e.Entry), Journal.Names(ObjectId(7)));
        Assert.All(Journal.Objects, o => Assert.Equal(o.EntryCount, Journal.Names(o.ObjectId).Length));
    }

    [Fact]
    public void The_same_entry_may_be_in_two_objects()
    {
        var entry = Entry("shared");
        Journal.Append([new(ObjectId(1), [entry]), new(ObjectId(2), [entry])]);
        Reopen();
        Assert.Equal(Journal.Names(ObjectId(1)), Journal.Names(ObjectId(2)));
        Assert.True(Journal.TryReadPayload(ObjectId(2), entry.Entry, out _));
    }

    [Fact]
    public void A_commit_that_fails_stores_nothing_of_it()
    {
        var chain = Chain(3);
        Journal.Append(ObjectId(1), chain[0]);
        var orphan = Entry("orphan", ObjectId(99));
        var thrown = Assert.Throws<JournalException>(() => Journal.Append([new(ObjectId(1), [chain[1]]), new(ObjectId(2), [Entry("new")]), new(ObjectId(1), [orphan])]));
        Assert.Equal(JournalFault.MissingPredecessor, thrown.Fault);
        Assert.Equal([chain[0].Entry], Journal.Names(ObjectId(1)));
        Assert.Equal((ObjectId(1), 1L), Assert.Single(Journal.Objects.Select(o => (o.ObjectId, o.EntryCount))));

        // What was rolled back can be stored later, and is not taken for known.
        Assert.Throws<JournalException>(() => Journal.Append(ObjectId(1), chain[2]));
        Journal.Append(ObjectId(1), chain[1], chain[2]);
        Reopen();
        Assert.Equal(chain.Select(e => e.Entry), Journal.Names(ObjectId(1)));
        Assert.Equal((ObjectId(1), 3L), Assert.Single(Journal.Objects.Select(o => (o.ObjectId, o.EntryCount))));
    }

    [Fact]
    public void Each_commit_keeps_the_frontier_with_the_entries()
    {
        var root = Entry("root");
        var left = Entry("left", root.Entry);
        var right = Entry("right", root.Entry);
        var merge = Entry("merge", left.Entry, right.Entry);
        Journal.Append(ObjectId(1), root);
        Assert.Equal(Position.Of(root.Entry), FrontierOf(1));
        Journal.Append([new(ObjectId(1), [left]), new(ObjectId(2), [root]), new(ObjectId(1), [right, left])]);
        Assert.Equal(Position.Of(left.Entry, right.Entry), FrontierOf(1));
        Reopen();
        Assert.Equal(Position.Of(left.Entry, right.Entry), FrontierOf(1));
        Assert.Equal(Position.Of(root.Entry), FrontierOf(2));
        Assert.Throws<JournalException>(() => Journal.Append([new(ObjectId(1), [merge]), new(ObjectId(2), [Entry("orphan", ObjectId(99))])]));
        Assert.Equal(Position.Of(left.Entry, right.Entry), FrontierOf(1));
        Journal.Append(ObjectId(1), merge);
        Reopen();
        Assert.Equal(Position.Of(merge.Entry), FrontierOf(1));
    }

    [Fact]
    public void A_frontier_that_is_too_wide_is_not_known_until_the_index_of_a_narrower_one_is_read()
    {
        var heads = Enumerable.Range(0, FrontierCode.HashesMax + 1).Select(i => Entry($"head {i}")).ToArray();
        Journal.Append(ObjectId(1), heads[..^1]);
        Assert.Equal(Position.Of([.. heads[..^1].Select(h => h.Entry)]), FrontierOf(1));
        Journal.Append(ObjectId(1), heads[^1]);
        Assert.Null(FrontierOf(1));
        Reopen();
        Assert.Null(FrontierOf(1));
        var merge = Entry("merge", [.. heads.Select(h => h.Entry)]);
        Journal.Append(ObjectId(1), merge);
        Assert.Equal(merge.Entry, Journal.ReadIndex(ObjectId(1)).Last().Header.Hash);
        Assert.Equal(Position.Of(merge.Entry), FrontierOf(1));
        Reopen();
        Assert.Equal(Position.Of(merge.Entry), FrontierOf(1));
    }

    [Fact]
    public void It_says_which_entries_it_has()
    {
        var chain = Chain(3);
        Journal.Append(ObjectId(1), chain[0], chain[1]);
        Reopen();
        Assert.True(Journal.Contains(ObjectId(1), chain[1].Entry));
        Assert.False(Journal.Contains(ObjectId(1), chain[2].Entry));
        Assert.False(Journal.Contains(ObjectId(2), chain[0].Entry));
    }

    private Position? FrontierOf(int number) => Journal.Objects.Single(o => o.ObjectId == ObjectId(number)).Frontier;

    [Fact]
    public void A_predecessor_in_another_object_does_not_count()
    {
        var chain = Chain(2);
        Journal.Append(ObjectId(1), chain[0]);
        Assert.Equal(JournalFault.MissingPredecessor, Assert.Throws<JournalException>(() => Journal.Append(ObjectId(2), chain[1])).Fault);
    }

    [Fact]
    public void Payloads_and_tags_come_back_byte_for_byte_large_and_empty()
    {
        var large = Entry(new string('\u00e4', 400_000));
        var bare = Entry("bare", large.Entry) with { Tags = default };
        var wide = Entry("wide", bare.Entry) with { Tags = new byte[100_000] };
        Journal.Append(ObjectId(1), large, bare, wide);
        Reopen();
        foreach (var entry in new[] { large, bare, wide })
        {
            Assert.True(Journal.TryReadPayload(ObjectId(1), entry.Entry, out var payload));
            Assert.True(payload.Span.SequenceEqual(entry.Payload.Span));
        }
        Assert.Equal([large.Tags.ToArray(), [], wide.Tags.ToArray()], Journal.ReadIndex(ObjectId(1)).Select(e => e.Tags.ToArray()));
    }

    [Fact]
    public void An_entry_may_have_a_thousand_predecessors()
    {
        var heads = Enumerable.Range(0, 1000).Select(i => Entry($"head {i}")).ToArray();
        var merge = Entry("merge", [.. heads.Select(h => h.Entry)]);
        Journal.Append(ObjectId(1), [.. heads, merge]);
        Reopen();
        Assert.Equal(merge.Header.PrevEntryHashes, Journal.ReadIndex(ObjectId(1)).Last().Header.PrevEntryHashes);
    }

    [Fact]
    public void The_store_keeps_bytes_of_its_own()
    {
        var buffer = "{\"text\":\"a\"}"u8.ToArray();
        var entry = Entry("a") with { Payload = buffer };
        Journal.Append(ObjectId(1), entry);
        buffer.AsSpan().Clear();
        Assert.True(Journal.TryReadPayload(ObjectId(1), entry.Entry, out var payload));
        Assert.Equal("{\"text\":\"a\"}", Encoding.UTF8.GetString(payload.Span));
    }

    [Fact]
    public void Twenty_thousand_entries_come_back_and_verify()
    {
        var chain = Chain(20_000);
        foreach (var part in chain.Chunk(1000)) Journal.Append(ObjectId(1), part);
        Reopen();
        Assert.Equal(chain.Select(e => e.Entry), Journal.Names(ObjectId(1)));
        var reports = new List<long>();
        var verified = Journal.VerifyAll(new Listed(reports));
        Assert.Equal((20_000, chain.Sum(e => (long)e.Payload.Length)), (verified.Entries, verified.PayloadBytes));
        Assert.Empty(verified.NewlyQuarantined);
        Assert.Equal(20_000, reports[^1]);
    }

    [Fact]
    public async Task Reads_run_beside_writes_and_see_whole_commits()
    {
        var chain = Chain(3000);
        Journal.Append(ObjectId(1), chain[0]);
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            int rounds = 0;
            while (!done.IsCancellationRequested || rounds == 0)
            {
                var names = Journal.Names(ObjectId(1));
                Assert.Equal(1, names.Length % 10);
                Assert.True(Journal.TryReadPayload(ObjectId(1), names[^1], out var payload));
                Assert.True(payload.Span.SequenceEqual(chain[names.Length - 1].Payload.Span));
                rounds++;
            }
        })).ToArray();
        foreach (var part in chain.Skip(1).Take(2990).Chunk(10)) Journal.Append(ObjectId(1), part);
        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(2991, Journal.Names(ObjectId(1)).Length);
    }

    [Fact]
    public void An_enumeration_left_early_harms_nothing()
    {
        Journal.Append(ObjectId(1), [.. Chain(10)]);
        Assert.Equal(Chain(1)[0].Entry, Journal.ReadIndex(ObjectId(1)).First().Header.Hash);
        Journal.Append(ObjectId(1), [.. Chain(10, "more")]);
        Assert.Equal(20, Journal.Names(ObjectId(1)).Length);
    }

    [Fact]
    public void Settings_are_kept_replaced_listed_and_removed()
    {
        Assert.False(Journal.TryGetSetting("name/a", out _));
        Journal.PutSetting("name/b", "2"u8.ToArray());
        Journal.PutSetting("name/a", "1"u8.ToArray());
        Journal.PutSetting("other", Array.Empty<byte>());
        Journal.PutSetting("name/b", "3"u8.ToArray());
        Reopen();
        Assert.True(Journal.TryGetSetting("name/b", out var value));
        Assert.Equal("3", Encoding.UTF8.GetString(value.Span));
        Assert.True(Journal.TryGetSetting("other", out var empty));
        Assert.Equal(0, empty.Length);
        Assert.Equal(["name/a", "name/b"], Journal.Settings("name/").Select(s => s.Key));
        Journal.PutSetting("name/a", null);
        Assert.Equal(["name/b"], Journal.Settings("name/").Select(s => s.Key));
    }

    private sealed class Listed(List<long> reports) : IProgress<long>
    {
        public void Report(long value) => reports.Add(value);
    }

    [Fact]
    public void A_dropped_object_is_gone_and_can_come_back_and_others_stay()
    {
        var chain = Chain(3);
        Journal.Append([new(ObjectId(1), chain), new(ObjectId(2), chain)]);
        Journal.Drop(ObjectId(2));
        Journal.Drop(ObjectId(3));   // never was
        Reopen();
        Assert.Equal(ObjectId(1), Assert.Single(Journal.Objects).ObjectId);
        Assert.Empty(Journal.ReadIndex(ObjectId(2)));
        Assert.False(Journal.TryReadPayload(ObjectId(2), chain[0].Entry, out _));
        Assert.Equal(0, Journal.BytesOf(ObjectId(2)));
        Assert.Equal(JournalFault.MissingPredecessor, Assert.Throws<JournalException>(() => Journal.Append(ObjectId(2), chain[1])).Fault);
        Assert.Equal(chain.Select(e => e.Entry), Journal.Names(ObjectId(1)));

        Journal.Append(ObjectId(2), [.. chain[..2]]);
        Journal.Drop(ObjectId(1));
        Journal.Append(ObjectId(4), [.. chain]);
        Reopen();
        Assert.Equal([ObjectId(2), ObjectId(4)], Journal.Objects.Select(o => o.ObjectId));
        Assert.Equal(chain[..2].Select(e => e.Entry), Journal.Names(ObjectId(2)));
        Assert.Equal(5, Journal.VerifyAll().Entries);
        Assert.Empty(Journal.Quarantine);
    }

    [Fact]
    public void An_object_takes_the_bytes_of_its_entries()
    {
        Assert.Equal(0, Journal.BytesOf(ObjectId(1)));
        var chain = Chain(20);
        long least = chain.Sum(e => e.Payload.Length + e.Tags.Length);
        Journal.Append(ObjectId(1), [.. chain]);
        long bytes = Journal.BytesOf(ObjectId(1));
        Assert.InRange(bytes, least + (20 * 100), least + (20 * 500));
        Journal.Append(ObjectId(1), [.. chain]);
        Assert.Throws<JournalException>(() => Journal.Append(ObjectId(1), Entry("orphan", ObjectId(99))));
        Assert.Equal(bytes, Journal.BytesOf(ObjectId(1)));
        Reopen();
        Assert.Equal(bytes, Journal.BytesOf(ObjectId(1)));
    }
}
