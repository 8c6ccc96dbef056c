using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Tests.Sync;

public class FetcherTests
{
    [Theory]
    [InlineData(PeerKind.Native, 65_536)]
    [InlineData(PeerKind.Original, 200_000)]   // its pauses are per response, so one walk is to bring all
    public void Asks_for_unknown_tips_up_to_its_own_frontier(PeerKind kind, int maxHeaders)
    {
        var (host, peer, copy) = Told(3, kind: kind);
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
        var (host, peer, copy) = Told(20);
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
        var (host, peer, copy) = Told(20);
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
    [InlineData(PeerKind.Native, 200, 1)]
    [InlineData(PeerKind.Original, 64, 2)]
    public void Asks_for_payloads_in_pieces_when_none_are_promised(PeerKind kind, int hashes, int requests)
    {
        var (host, peer, copy) = Told(200, kind: kind);
        var id = host.Sent<SyncMessage.HeaderRequest>(peer).RequestId;
        host.ServeHeaders(peer, copy, id, auto: false);
        var asked = host.Sent(peer).OfType<SyncMessage.PayloadRequest>().ToArray();
        Assert.Equal(requests, asked.Length);
        Assert.All(asked, a => Assert.Equal(hashes, a.Hashes.Count));
        while (asked.Length > 0)
        {
            foreach (var a in asked)
            {
                host.Hear(peer, new SyncMessage.PayloadResponseMeta(a.RequestId, a.Hashes.Count));
                host.ServePayloads(peer, copy, a.RequestId, a.Hashes);
            }
            asked = [.. host.Sent(peer).OfType<SyncMessage.PayloadRequest>()];
        }
        Assert.Equal(copy.Count, host.Replica.Count);
    }

    [Fact]
    public void Goes_on_from_where_an_incomplete_walk_ended()
    {
        var (host, peer, copy) = Told(10);
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
        var (host, liar, copy) = Told(6);
        var id = host.Sent<SyncMessage.HeaderRequest>(liar).RequestId;
        var honest = host.Join("z");
        host.Hear(honest, copy.Frontier());
        host.Sent(honest);
        Tell(lie, host, liar, copy, id);
        Assert.Equal(charge, host.ChargeOf(liar));

        Assert.DoesNotContain(host.Sent(liar), m => m is SyncMessage.HeaderRequest);
        var request = host.Sent(honest).OfType<SyncMessage.HeaderRequest>().SingleOrDefault();
        if (request is null)
        {
            host.Pass(TimeSpan.FromSeconds(5));   // an answer is still due
            request = host.Sent(honest).OfType<SyncMessage.HeaderRequest>().Single();
        }
        host.Serve(honest, copy, request.RequestId);
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
            case "answer to nothing": host.Hear(liar, new SyncMessage.PayloadResponseMeta("never", 1)); break;
            case "no headers for its own tip": Meta(0, true, 0); break;
            case "garbage": host.Hear(liar, "{]"u8.ToArray()); break;
            default: throw new ArgumentException(lie);
        }
    }

    [Fact]
    public void Waits_longer_each_time_before_it_asks_a_failing_peer_again()
    {
        var (host, peer, copy) = Told(3, SyncSettings.Default with { ChargeMax = int.MaxValue });
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
        var (host, peer, copy) = Told(3);
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
        var (host, peer, copy) = Told(6);
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
    public void Forgets_the_oldest_refused_entries()
    {
        var set = new BoundedSet<int>(3);
        for (int i = 0; i < 5; i++) set.Add(i);
        Assert.Equal([false, false, true, true, true], Enumerable.Range(0, 5).Select(set.Contains));
    }

    [Fact]
    public void Keeps_a_deferred_entry_and_what_depends_on_it_until_another_object_has_grown()
    {
        var (host, peer, copy) = Told(6);
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

    [Fact]
    public void Lets_go_of_more_deferred_entries_than_it_may_keep()
    {
        var replica = MemoryReplica.Fresh();
        for (int i = 0; i < 20; i++) replica.Write($"{i}", [replica.Id]);
        var host = new Host(settings: SyncSettings.Default with { DeferredEntriesMax = 5 }) { Judge = null };
        host.Judge = e => new SyncInput.EntryDeferred(e.Hash, host.Now);
        var peer = host.Join("a");
        host.Hear(peer, replica.Frontier());
        host.Serve(peer, replica, host.Sent(peer).OfType<SyncMessage.HeaderRequest>().Single().RequestId);
        Assert.Equal(5, host.Sync.PendingEntries);
    }

    [Fact]
    public void An_endless_chain_of_headers_is_dropped_and_charged()
    {
        var host = new Host(settings: SyncSettings.Default with { PendingEntriesPerPeerMax = 500, HeadersPerResponseMax = 100 });
        var peer = host.Join("a");
        var chain = PeerCopy.Linear(2_000).Headers();
        host.Hear(peer, new SyncMessage.NewFrontier(host.Replica.Id, [chain[0].Hash]));
        for (int at = 0; at < 2_000 && host.ChargeOf(peer) == 0; at += 100)
        {
            Assert.InRange(host.Sync.PendingEntries, 0, 600);
            var request = host.Sent(peer).OfType<SyncMessage.HeaderRequest>().Single();
            host.Hear(peer, new SyncMessage.HeaderResponseMeta(request.RequestId, 100, false, 0));
            host.Hear(peer, new SyncMessage.HeaderBatch(request.RequestId, 0, chain[at..(at + 100)]));
        }
        Assert.Equal(50, host.ChargeOf(peer));
        Assert.Equal(0, host.Sync.PendingEntries);
    }

    [Fact]
    public void Asks_for_no_more_headers_than_it_has_room_for()
    {
        var (host, peer, _) = Told(50, SyncSettings.Default with { PendingEntriesMax = 40 });
        Assert.Equal(40, host.Sent<SyncMessage.HeaderRequest>(peer).MaxHeaders);
    }

    [Fact]
    public void Holds_no_more_payload_bytes_than_it_may_and_goes_on_when_the_object_has_caught_up()
    {
        var (host, peer, copy) = Told(200, SyncSettings.Default with { PendingPayloadBytesMax = 10_000 });
        var waiting = new Queue<OfferedEntry>();
        host.Judge = e => { waiting.Enqueue(e); return null; };
        host.Serve(peer, copy, host.Sent<SyncMessage.HeaderRequest>(peer).RequestId);
        Assert.InRange(host.Sync.PendingPayloadBytes, 5_000, 10_000);
        for (int rounds = 0; rounds < 100 && host.Replica.Count < copy.Count; rounds++)
        {
            while (waiting.TryDequeue(out var entry)) host.Admit(entry);
            foreach (var asked in host.Sent(peer).OfType<SyncMessage.PayloadRequest>())
            {
                host.Hear(peer, new SyncMessage.PayloadResponseMeta(asked.RequestId, asked.Hashes.Count));
                host.ServePayloads(peer, copy, asked.RequestId, asked.Hashes);
            }
            Assert.InRange(host.Sync.PendingPayloadBytes, 0, 10_000);
        }
        Assert.Equal(copy.Count, host.Replica.Count);
        Assert.Empty(host.Charges);
    }

    [Fact]
    public void Payloads_far_ahead_of_their_predecessors_are_bounded()
    {
        var (host, peer, copy) = Told(200, SyncSettings.Default with { PendingPayloadBytesMax = 10_000 });
        var id = host.Sent<SyncMessage.HeaderRequest>(peer).RequestId;
        host.ServeHeaders(peer, copy, id, auto: true);
        host.Hear(peer, new SyncMessage.PayloadResponseMeta(id, 200));
        host.ServePayloads(peer, copy, id, copy.Entries.Skip(1).Reverse());
        Assert.InRange(host.ChargeOf(peer), 25, 35);
        Assert.Equal(0, host.Sync.PendingPayloadBytes);
    }

    [Fact]
    public void What_a_peer_had_begun_goes_with_it_and_comes_from_the_next()
    {
        var (host, peer, copy) = Told(10);
        host.ServeHeaders(peer, copy, host.Sent<SyncMessage.HeaderRequest>(peer).RequestId, auto: true);
        Assert.Equal(10, host.Sync.PendingEntries);
        var other = host.Join("z");
        host.Hear(other, copy.Frontier());
        host.Sent(other);
        host.Leave(peer);
        Assert.Equal(0, host.Sync.PendingEntries);
        host.Serve(other, copy, host.Sent(other).OfType<SyncMessage.HeaderRequest>().Single().RequestId);
        Assert.Equal(copy.Count, host.Replica.Count);
    }

    [Fact]
    public void A_peer_charged_too_much_is_neither_asked_nor_answered()
    {
        var (host, peer, copy) = Told(3, SyncSettings.Default with { ChargeMax = 10 });
        host.Sent(peer);
        host.Hear(peer, "rubbish"u8.ToArray());
        host.Sent(peer);
        host.Hear(peer, copy.Frontier());
        host.Hear(peer, new SyncMessage.HeaderRequest("r", host.Replica.Id, host.Replica.Frontier, [], 10, true));
        host.Pass(TimeSpan.FromMinutes(2));
        host.Write("more");
        Assert.Empty(host.Sent(peer));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Survives_rubbish_at_any_moment(int seed)
    {
        var random = new Random(seed);
        var host = new Host(settings: SyncSettings.Default with { ChargeMax = int.MaxValue });
        var peer = host.Join("a");
        var copy = PeerCopy.Linear(30);
        for (int round = 0; round < 300; round++)
        {
            host.Hear(peer, copy.Frontier());
            var id = host.Sent(peer).OfType<SyncMessage.HeaderRequest>().LastOrDefault()?.RequestId ?? "none";
            foreach (var message in Answer(copy, id))
            {
                var buffer = new Model.Json.JsonBuffer();
                message.Write(buffer);
                var bytes = buffer.Written.ToArray();
                if (random.Next(8) == 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                if (random.Next(40) == 0) continue;
                host.Hear(peer, bytes);
                if (random.Next(10) == 0) host.Pass(TimeSpan.FromMilliseconds(random.Next(3_000)));
            }
            Assert.InRange(host.Sync.PendingEntries, 0, 40);
        }
        host.Pass(TimeSpan.FromMinutes(10));
        host.Hear(peer, copy.Frontier());
        host.Pass(TimeSpan.FromMinutes(2));
        if (host.Replica.Count < copy.Count) host.Serve(peer, copy, host.Sent(peer).OfType<SyncMessage.HeaderRequest>().Last().RequestId);
        Assert.True(host.Replica.Contains(copy.HeaderAt(1).Hash), $"seed {seed}");
    }

    private static IEnumerable<SyncMessage> Answer(MemoryReplica copy, string id)
    {
        yield return new SyncMessage.HeaderResponseMeta(id, copy.Count - 1, true, copy.Count - 1);
        yield return new SyncMessage.HeaderBatch(id, 0, copy.Headers());
        yield return new SyncMessage.PayloadResponseMeta(id, copy.Count - 1);
        int sequence = 0;
        foreach (var hash in copy.Entries.Skip(1)) yield return copy.Payload(id, sequence++, hash);
    }

    private static SyncInput.EntriesAdmitted Admission(Host host, OfferedEntry entry)
    {
        host.Replica.Add(entry.Header, entry.Payload);
        return new([entry.Hash], host.Now);
    }

    private static (Host Host, PeerId Peer, MemoryReplica Copy) Told(int entries, SyncSettings? settings = null, PeerKind kind = PeerKind.Native)
    {
        var host = new Host(settings: settings);
        var peer = host.Join("a", kind);
        host.Sent(peer);
        var copy = PeerCopy.Linear(entries);
        host.Hear(peer, copy.Frontier());
        return (host, peer, copy);
    }

    private static readonly ContentHash Strange = ContentHash.Of("strange"u8);
}
