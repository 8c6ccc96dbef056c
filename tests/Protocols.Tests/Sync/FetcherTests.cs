using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Tests.Sync;

public class FetcherTests
{
    [Theory]
    [InlineData(PeerKind.Native, 256)]         // most often that is all; if not, it goes on from there
    [InlineData(PeerKind.Original, 200_000)]   // its pauses are per response, so one walk is to bring all
    public void Asks_for_unknown_tips_up_to_its_own_frontier(PeerKind kind, int maxHeaders)
    {
        var (host, peer, copy) = PeerCopy.Told(3, kind: kind);
        var request = host.Sent<SyncMessage.HeaderRequest>(peer);
        Assert.Equal(copy.Frontier, request.Start);
        Assert.Equal(host.Replica.Frontier, request.Limits);
        Assert.Equal(maxHeaders, request.MaxHeaders);
        Assert.True(request.AutoPayload);
        Assert.Equal(16, request.RequestId.Length);
    }

    [Fact]
    public void Offers_each_entry_after_its_predecessors_whatever_the_order_of_payloads()
    {
        var (host, peer, copy) = PeerCopy.Told(20);
        var id = host.Sent<SyncMessage.HeaderRequest>(peer).RequestId;
        host.ServeHeaders(peer, copy, id, auto: true);
        host.Hear(peer, new SyncMessage.PayloadResponseMeta(id, 20));
        host.ServePayloads(peer, copy, id, copy.Entries.Skip(1).OrderBy(h => h.ToString(), StringComparer.Ordinal));
        Assert.Equal(copy.Entries, host.Replica.Entries);
        Assert.Equal((0, 0), (host.Sync.PendingEntries, host.Sync.PendingPayloadBytes));
        Assert.Empty(host.Charges);
    }

    [Fact]
    public void Asks_for_promised_payloads_after_a_second_and_tolerates_them_when_they_come_late()
    {
        var (host, peer, copy) = PeerCopy.Told(20);
        var id = host.Sent<SyncMessage.HeaderRequest>(peer).RequestId;
        host.ServeHeaders(peer, copy, id, auto: true);
        host.Pass(TimeSpan.FromSeconds(1));
        var asked = host.Sent<SyncMessage.PayloadRequest>(peer);
        Assert.Equal(copy.Entries.Skip(1), asked.Hashes);   // the deepest first
        host.Hear(peer, new SyncMessage.PayloadResponseMeta(id, 20));
        host.ServePayloads(peer, copy, id, copy.Entries.Skip(1));
        host.Hear(peer, new SyncMessage.PayloadResponseMeta(asked.RequestId, 20));
        host.ServePayloads(peer, copy, asked.RequestId, asked.Hashes);
        Assert.Equal(copy.Count, host.Replica.Count);
        Assert.Empty(host.Charges);
    }

    [Theory]
    [InlineData(PeerKind.Native, 64, 1)]   // how fast it is is not known yet
    [InlineData(PeerKind.Original, 64, 2)]
    public void Asks_for_payloads_in_pieces_when_none_are_promised(PeerKind kind, int hashes, int requests)
    {
        var (host, peer, copy) = PeerCopy.Told(200, kind: kind);
        var id = host.Sent<SyncMessage.HeaderRequest>(peer).RequestId;
        host.ServeHeaders(peer, copy, id, auto: false);
        var asked = host.Sent(peer).OfType<SyncMessage.PayloadRequest>().ToArray();
        Assert.Equal(requests, asked.Length);
        Assert.All(asked, a => Assert.Equal(hashes, a.Hashes.Count));
        foreach (var a in asked) host.Answer(peer, copy, a);
        host.Answer(peer, copy);
        Assert.Equal(copy.Count, host.Replica.Count);
    }

    [Fact]
    public void Goes_on_from_where_an_incomplete_walk_ended()
    {
        var (host, peer, copy) = PeerCopy.Told(10);
        var id = host.Sent<SyncMessage.HeaderRequest>(peer).RequestId;
        host.Hear(peer, new SyncMessage.HeaderResponseMeta(id, 4, false, 0));
        host.Hear(peer, new SyncMessage.HeaderBatch(id, 0, copy.Headers()[..4]));
        Assert.Equal([copy.Headers()[4].Hash], host.Sent(peer).OfType<SyncMessage.HeaderRequest>().Single().Start);
    }

    [Fact]
    public void Skips_shared_history_that_a_server_sends_again()
    {
        var copy = PeerCopy.Linear(5);
        var host = new Host(PeerCopy.Linear(3));
        var mine = host.Write("mine");
        var peer = host.Join("a");
        host.Hear(peer, copy.Frontier());
        var id = host.Sent(peer).OfType<SyncMessage.HeaderRequest>().Single().RequestId;
        host.Serve(peer, copy, id);
        Assert.Equal(7, host.Replica.Count);
        Assert.Equal(Position.Of([mine.Hash, .. copy.Frontier]), host.Replica.Frontier);
        Assert.Empty(host.Charges);
        Assert.Equal(2, host.Offered.Count);
    }

    public static TheoryData<string, int> Lies => new()
    {
        { "wrong header name", 50 }, { "header nobody reaches", 10 }, { "header twice", 10 }, { "batch out of sequence", 10 }, { "too many headers", 10 },
        { "empty batch", 10 }, { "batch before meta", 10 }, { "second meta", 10 }, { "more headers than asked", 10 }, { "payloads without completeness", 10 },
        { "wrong payload", 50 }, { "unasked payload", 10 }, { "payload out of sequence", 10 }, { "payload twice", 10 }, { "payload before its meta", 10 },
        { "more payloads than headers", 10 }, { "payloads before headers", 10 }, { "answer to nothing", 10 }, { "no headers for its own tip", 10 }, { "garbage", 10 },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void Charges_a_lie_and_gets_the_history_from_another_peer(string lie, int charge)
    {
        var (host, liar, copy) = PeerCopy.Told(6);
        var id = host.Sent<SyncMessage.HeaderRequest>(liar).RequestId;
        var honest = host.Join("z");
        host.Hear(honest, copy.Frontier());
        host.Sent(honest);
        Tell(lie, host, liar, copy, id);
        Assert.Equal(charge, host.ChargeOf(liar));

        Assert.DoesNotContain(host.Sent(liar), m => m is SyncMessage.HeaderRequest);
        host.Answer(honest, copy);
        if (host.Replica.Count < copy.Count)
        {
            host.Pass(TimeSpan.FromSeconds(5));   // an answer is still due
            host.Answer(honest, copy);
        }
        Assert.Equal(copy.Entries, host.Replica.Entries);
        Assert.Equal(0, host.ChargeOf(honest));
    }

    private static void Tell(string lie, Host host, PeerId liar, MemoryReplica copy, string id)
    {
        var headers = copy.Headers();
        var last = headers[^1].Hash;
        void Meta(int count = 6, bool complete = true, int payloads = 6) => host.Hear(liar, new SyncMessage.HeaderResponseMeta(id, count, complete, payloads));
        void Batch(int sequence, params NamedHeader[] batch) => host.Hear(liar, new SyncMessage.HeaderBatch(id, sequence, batch));
        void PayloadMeta(int count = 6) => host.Hear(liar, new SyncMessage.PayloadResponseMeta(id, count));
        void Good() { Meta(); Batch(0, headers); PayloadMeta(); }
        switch (lie)
        {
            case "wrong header name": Meta(); Batch(0, headers[0] with { Hash = Strange }); break;
            case "header nobody reaches": Meta(); Batch(0, headers[3]); break;
            case "header twice": Meta(); Batch(0, headers[0], headers[0]); break;
            case "batch out of sequence": Meta(); Batch(1, headers[0]); break;
            case "too many headers": Meta(3); Batch(0, headers); break;
            case "empty batch": Meta(); Batch(0); break;
            case "batch before meta": Batch(0, headers); break;
            case "second meta": Meta(); Meta(); break;
            case "more headers than asked": Meta(int.MaxValue); break;
            case "payloads without completeness": Meta(6, false); break;
            case "wrong payload": Good(); host.Hear(liar, new SyncMessage.PayloadMsg(id, 0, last, "lie")); break;
            case "unasked payload": Good(); host.Hear(liar, new SyncMessage.PayloadMsg(id, 0, Strange, "lie")); break;
            case "payload out of sequence": Good(); host.Hear(liar, copy.Payload(id, 1, last)); break;
            case "payload twice":
                Good();
                host.Judge = e => null;   // the object is slow
                host.Hear(liar, copy.Payload(id, 0, headers[0].Hash));
                host.Hear(liar, copy.Payload(id, 1, headers[0].Hash));
                host.Judge = null;
                break;
            case "payload before its meta": Meta(); Batch(0, headers); host.Hear(liar, copy.Payload(id, 0, last)); break;
            case "more payloads than headers": Meta(); Batch(0, headers); PayloadMeta(7); break;
            case "payloads before headers": Meta(); PayloadMeta(); break;
            case "answer to nothing": for (int i = 0; i < 9; i++) host.Hear(liar, new SyncMessage.PayloadResponseMeta($"never {i}", 1)); break;   // a few are forgiven
            case "no headers for its own tip": Meta(0, true, 0); break;
            case "garbage": host.Hear(liar, "{]"u8.ToArray()); break;
            default: throw new ArgumentException(lie);
        }
    }

    [Fact]
    public void Waits_longer_each_time_before_it_asks_a_failing_peer_again()
    {
        var (host, peer, copy) = PeerCopy.Told(3, SyncSettings.Default with { ChargeMax = int.MaxValue });
        var request = host.Sent<SyncMessage.HeaderRequest>(peer);
        foreach (int pause in new[] { 500, 1_000, 2_000, 4_000 })
        {
            host.Hear(peer, new SyncMessage.HeaderBatch(request.RequestId, 7, copy.Headers()));
            host.Sent(peer);
            host.Pass(TimeSpan.FromMilliseconds(pause - 1));
            Assert.DoesNotContain(host.Sent(peer), m => m is SyncMessage.HeaderRequest);
            host.Pass(TimeSpan.FromMilliseconds(1));
            request = host.Sent<SyncMessage.HeaderRequest>(peer);
        }
    }

    [Fact]
    public void Gives_up_a_silent_request_after_30_s_or_5_s_when_another_peer_may_know()
    {
        var (host, peer, copy) = PeerCopy.Told(3);
        host.Sent(peer);
        host.Pass(TimeSpan.FromSeconds(29));
        Assert.Equal(0, host.ChargeOf(peer));
        var other = host.Join("z");
        host.Hear(other, copy.Frontier());
        host.Sent(other);
        host.Pass(TimeSpan.FromSeconds(1));
        Assert.Contains(host.Sent(peer), m => m is SyncMessage.CancelRequest);
        Assert.Equal(2, host.ChargeOf(peer));
        var request = host.Sent(other).OfType<SyncMessage.HeaderRequest>().Single();
        host.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(2, host.ChargeOf(other));
        host.Serve(other, copy, request.RequestId);   // too late, and no fault
        Assert.Equal(2, host.ChargeOf(other));
        host.Serve(peer, copy, host.Sent(peer).OfType<SyncMessage.HeaderRequest>().Last().RequestId);
        Assert.Equal(copy.Count, host.Replica.Count);
    }

    [Fact]
    public void Remembers_a_refused_entry_and_what_depends_on_it()
    {
        var (host, peer, copy) = PeerCopy.Told(6);
        var bad = copy.HeaderAt(3).Hash;
        host.Judge = e => e.Hash == bad ? new SyncInput.EntryRefused(bad, new(RejectCode.InvalidOperation, "no"), host.Now) : Admission(host, e);
        host.Serve(peer, copy, host.Sent<SyncMessage.HeaderRequest>(peer).RequestId);
        Assert.Equal(3, host.Replica.Count);
        Assert.Equal(20, host.ChargeOf(peer));
        Assert.Equal(0, host.Sync.PendingEntries);
        host.Sent(peer);
        host.Hear(peer, copy.Frontier());
        copy.Write("on top");
        host.Hear(peer, copy.Frontier());
        var request = host.Sent(peer).OfType<SyncMessage.HeaderRequest>().Single();
        Assert.Equal(copy.Frontier, request.Start);   // new to us, until its header shows what it stands on
        host.Hear(peer, new SyncMessage.HeaderResponseMeta(request.RequestId, 1, false, 0));
        host.Hear(peer, new SyncMessage.HeaderBatch(request.RequestId, 0, copy.Headers()[..1]));
        Assert.Equal(0, host.Sync.PendingEntries);
    }

    [Fact]
    public void Keeps_a_deferred_entry_and_what_depends_on_it_until_another_object_has_grown()
    {
        var (host, peer, copy) = PeerCopy.Told(6);
        bool ready = false;
        var late = copy.HeaderAt(3).Hash;
        host.Judge = e =>
        {
            if (e.Hash == late && !ready) return new SyncInput.EntryDeferred(late, host.Now);
            return e.Header.PrevEntryHashes.All(host.Replica.Contains) ? Admission(host, e) : null;
        };
        host.Serve(peer, copy, host.Sent<SyncMessage.HeaderRequest>(peer).RequestId);
        Assert.Equal(3, host.Replica.Count);
        Assert.Equal(4, host.Sync.PendingEntries);
        Assert.Empty(host.Charges);
        host.Leave(peer);
        ready = true;
        host.Do(new SyncInput.RetryDeferred(host.Now));
        Assert.True(host.Replica.Contains(late));
    }

    private static SyncInput.EntriesAdmitted Admission(Host host, Entry entry)
    {
        host.Replica.Add(entry.Header, entry.Payload);
        return new([entry.Hash], host.Now);
    }

    private static readonly ContentHash Strange = ContentHash.Of("strange"u8);
}
