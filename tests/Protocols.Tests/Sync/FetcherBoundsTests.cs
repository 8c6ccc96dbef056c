using Hhs.Model.Dag;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Tests.Sync;

/// <summary>What a peer can make the machine hold, and for how long.</summary>
public class FetcherBoundsTests
{
    [Fact]
    public void Forgets_the_oldest_refused_entries()
    {
        var set = new BoundedSet<int>(3);
        for (int i = 0; i < 5; i++) set.Add(i);
        Assert.Equal([false, false, true, true, true], Enumerable.Range(0, 5).Select(set.Contains));
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
        var (host, peer, _) = PeerCopy.Told(50, SyncSettings.Default with { PendingEntriesMax = 40 });
        Assert.Equal(40, host.Sent<SyncMessage.HeaderRequest>(peer).MaxHeaders);
    }

    [Fact]
    public void Holds_no_more_payload_bytes_than_it_may_and_goes_on_when_the_object_has_caught_up()
    {
        var (host, peer, copy) = PeerCopy.Told(200, SyncSettings.Default with { PendingPayloadBytesMax = 10_000 });
        var waiting = new Queue<Entry>();
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
        var (host, peer, copy) = PeerCopy.Told(200, SyncSettings.Default with { PendingPayloadBytesMax = 10_000 });
        var id = host.Sent<SyncMessage.HeaderRequest>(peer).RequestId;
        host.ServeHeaders(peer, copy, id, auto: true);
        host.Hear(peer, new SyncMessage.PayloadResponseMeta(id, 200));
        host.ServePayloads(peer, copy, id, copy.Entries.Skip(1).Reverse());
        Assert.InRange(host.ChargeOf(peer), 25, 35);
        Assert.Equal(0, host.Sync.PendingPayloadBytes);
    }

    [Fact]
    public void A_few_answers_soon_after_joining_may_be_to_a_predecessor_and_each_further_one_is_a_fault()
    {
        var (host, peer, copy) = PeerCopy.Told(20);
        for (int i = 0; i < 8; i++) Answer($"asked before {i}");
        Assert.Empty(host.Charges);
        host.Hear(peer, new SyncMessage.PayloadResponseMeta("one too many", 10));
        Assert.Equal(10, host.ChargeOf(peer));
        Answer("asked before 3");   // the rest of it, or all once more
        Assert.Equal(10, host.ChargeOf(peer));
        host.Serve(peer, copy, host.Sent<SyncMessage.HeaderRequest>(peer).RequestId);
        Assert.Equal(copy.Count, host.Replica.Count);

        void Answer(string id)
        {
            host.Hear(peer, new SyncMessage.PayloadResponseMeta(id, 10));
            host.ServePayloads(peer, copy, id, copy.Entries.Skip(1).Take(10));
        }
    }

    [Fact]
    public void An_answer_to_nothing_is_a_fault_when_nobody_can_have_asked_before_us()
    {
        var host = new Host();
        var peer = host.Join("a");
        host.Pass(SyncSettings.Default.RequestTimeout);
        for (int i = 1; i <= 3; i++)
        {
            host.Hear(peer, new SyncMessage.HeaderResponseMeta("nobody asked", 1, false, 0));
            Assert.Equal(10 * i, host.ChargeOf(peer));
        }
    }

    [Fact]
    public void A_peer_charged_too_much_is_neither_asked_nor_answered()
    {
        var (host, peer, copy) = PeerCopy.Told(3, SyncSettings.Default with { ChargeMax = 10 });
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
    [InlineData(1, true)]
    [InlineData(0, false)]
    public void Charges_are_forgiven_with_time(int forgiven, bool answered)
    {
        var host = new Host(settings: SyncSettings.Default with { ChargeMax = 20 });
        var peer = host.Join("a");
        host.Hear(peer, "rubbish"u8.ToArray());
        host.Pass(forgiven * SyncSettings.Default.KeepAliveEvery);
        host.Hear(peer, "rubbish"u8.ToArray());
        host.Sent(peer);
        host.Hear(peer, new SyncMessage.InitRequest(host.Replica.Id));
        Assert.Equal(answered, host.Sent(peer).Count > 0);
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
}
