using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;
using Hhs.Protocols.Wire;

namespace Hhs.Actors.Tests.Hostile;

/// <summary>Well-formed messages that are not true.</summary>
public sealed class LiesTests(HostileFixture fixture) : HostileTest(fixture)
{
    private Task<RawPeer> Join() => RawPeer.JoinedAsync(Under.Address, Under.Set.Id);

    private static ContentHash Tip(int i) => ContentHash.Of(BitConverter.GetBytes(i + 1_000_000));

    [Fact]
    public async Task A_header_that_is_not_what_its_name_says_closes_the_connection()
    {
        long before = Under.Metrics[Faults("HashMismatch")];
        await using var peer = await Join();
        for (int i = 0; i < 2; i++)
        {
            await peer.AnnounceAsync(Tip(i));
            var ask = await peer.NextAsync<SyncMessage.HeaderRequest>();
            await peer.SendSyncAsync(new SyncMessage.HeaderResponseMeta(ask.RequestId, 1, true, 1));
            await peer.SendSyncAsync(new SyncMessage.HeaderBatch(ask.RequestId, 0, [new(Tip(i), new Header(Tip(9), Under.Root))]));
        }
        await peer.IsClosedAsync();
        await Logged("HashMismatch: a header that is not");
        await Under.Metrics.Counts(Faults("HashMismatch"), before + 1);
    }

    [Fact]
    public async Task A_payload_that_is_not_its_entrys_closes_the_connection()
    {
        long before = Under.Metrics[Faults("HashMismatch")];
        await using var peer = await Join();
        for (int i = 0; i < 2; i++)
        {
            var header = new Header(Tip(i), Under.Root);
            await peer.AnnounceAsync(header.Hash);
            var ask = await peer.NextAsync<SyncMessage.HeaderRequest>();
            await peer.SendSyncAsync(new SyncMessage.HeaderResponseMeta(ask.RequestId, 1, true, 1));
            await peer.SendSyncAsync(new SyncMessage.HeaderBatch(ask.RequestId, 0, [new(header.Hash, header)]));
            await peer.SendSyncAsync(new SyncMessage.PayloadResponseMeta(ask.RequestId, 1));
            await peer.SendSyncAsync(new SyncMessage.PayloadMsg(ask.RequestId, 0, header.Hash, SetPayloads.Add("forged")));
        }
        await peer.IsClosedAsync();
        await Logged("does not hash to its header's payloadHash");
        await Under.Metrics.Counts(Faults("HashMismatch"), before + 1);
        Assert.False(await Under.Set.ContainsAsync("forged"));
    }

    [Theory]
    [InlineData("batch out of sequence")]
    [InlineData("empty batch")]
    [InlineData("more than announced")]
    [InlineData("more announced than asked for")]
    [InlineData("more payloads announced than headers")]
    [InlineData("a header that was not reached")]
    [InlineData("announced twice")]
    [InlineData("payload out of sequence")]
    [InlineData("payload of a header never sent")]
    [InlineData("nothing of what was announced")]
    public async Task An_answer_that_does_not_keep_to_the_question_is_charged(string lie)
    {
        long before = Under.Metrics[Faults("UnexpectedMessage")];
        await using var peer = await Join();
        await peer.UntilClosedAsync(async () =>
        {
            for (int i = 0; i < 12; i++)
            {
                var header = new Header(Tip(100 + i), Under.Root);
                await peer.AnnounceAsync(header.Hash);
                var ask = await peer.NextAsync<SyncMessage.HeaderRequest>();
                foreach (var message in Answer(lie, ask, header)) await peer.SendSyncAsync(message);
            }
        });
        await Logged("UnexpectedMessage: ");
        await Logged("Closing the connection to");
        await Under.Metrics.Counts(Faults("UnexpectedMessage"), before + 1);
    }

    private static IEnumerable<SyncMessage> Answer(string lie, SyncMessage.HeaderRequest ask, Header header)
    {
        string id = ask.RequestId;
        NamedHeader named = new(header.Hash, header), other = new(new Header(Tip(5), header.PrevEntryHashes).Hash, new Header(Tip(5), header.PrevEntryHashes));
        SyncMessage Meta(int headers, int payloads = 0) => new SyncMessage.HeaderResponseMeta(id, headers, true, payloads);
        SyncMessage BatchOf(int sequence, params NamedHeader[] headers) => new SyncMessage.HeaderBatch(id, sequence, headers);
        SyncMessage PayloadOf(int sequence, ContentHash hash) => new SyncMessage.PayloadMsg(id, sequence, hash, SetPayloads.Add("x"));
        return lie switch
        {
            "batch out of sequence" => [Meta(1), BatchOf(1, named)],
            "empty batch" => [Meta(1), BatchOf(0)],
            "more than announced" => [Meta(1), BatchOf(0, named, other)],
            "more announced than asked for" => [Meta(int.MaxValue)],
            "more payloads announced than headers" => [Meta(1, 2)],
            "a header that was not reached" => [Meta(1), BatchOf(0, other)],
            "announced twice" => [Meta(1), Meta(1)],
            "payload out of sequence" => [Meta(1, 1), BatchOf(0, named), new SyncMessage.PayloadResponseMeta(id, 1), PayloadOf(3, header.Hash)],
            "payload of a header never sent" => [Meta(1, 1), BatchOf(0, named), new SyncMessage.PayloadResponseMeta(id, 1), PayloadOf(0, Tip(77))],
            "nothing of what was announced" => [Meta(0)],
            _ => throw new ArgumentException(lie),
        };
    }

    public static TheoryData<string> BadOperations => new(
        "{\"action\":\"nonsense\"}", "{}", "7", "[]", "\"text\"",
        "{\"action\":\"add\"}",
        "{\"action\":\"add\",\"element\":\"a\",\"hasOwnProperty\":1}",
        "{\"action\":\"add\",\"element\":\"a\",\"__proto__\":{}}",
        "{\"action\":\"delete\",\"elementHash\":\"nothing\"}",
        "{\"action\":\"delete\",\"elementHash\":{\"a\":1}}",
        "{\"action\":\"update\",\"elementHash\":\"x\",\"updatePayload\":{}}",
        "{\"action\":\"ref-advance\",\"refVersion\":{\"x\":1}}",
        "{\"action\":\"create\",\"type\":\"hhs/set_v1\",\"seed\":\"again\",\"initialElements\":[],\"acceptRedundantDelete\":false}",
        "{\"action\":\"add\",\"element\":\"signed\",\"author\":\"x\",\"signature\":\"not Base64!\"}");

    [Theory]
    [MemberData(nameof(BadOperations))]
    public async Task An_operation_against_the_types_rules_is_refused_charged_and_not_asked_for_again(string json)
    {
        long before = Under.Metrics[Faults("InvalidOperation")];
        Assert.True(LiteralReader.TryRead(System.Text.Encoding.UTF8.GetBytes(json), out var payload, out _));
        var bad = InventedLog.Entry(payload, Under.Root);
        var onTop = InventedLog.Entry(SetPayloads.Add("on top of it"), Position.Of([bad.Hash]));

        await using var peer = await Join();
        await peer.AnnounceAsync(onTop.Hash);
        await peer.ShowAsync(bad, onTop);
        await Logged("InvalidOperation: ");
        await Under.Metrics.Counts(Faults("InvalidOperation"), before);
        Assert.False(await Under.Set.ContainsAsync("on top of it"));

        // Both are remembered: announced again, by whomever, they are not asked for; a good one still is.
        var good = InventedLog.Entry(SetPayloads.Add($"good {json}"), Under.Root);
        await using var other = await Join();
        await other.AnnounceAsync(bad.Hash, onTop.Hash);
        await other.AnnounceAsync(bad.Hash, onTop.Hash, good.Hash);
        var ask = await other.NextAsync<SyncMessage.HeaderRequest>();
        Assert.Equal([good.Hash], ask.Start);
    }

    [Fact]
    public async Task A_peer_that_keeps_sending_bad_operations_is_closed()
    {
        await using var peer = await Join();
        for (int i = 0; i < 5; i++)
        {
            var bad = InventedLog.Entry(Literal.Map.Of(("action", $"nonsense {i}")), Under.Root);
            await peer.AnnounceAsync(bad.Hash);
            await peer.ShowAsync(bad);
        }
        await peer.IsClosedAsync();
        await Logged("Closing the connection to");
    }

    [Fact]
    public async Task Headers_without_end_are_dropped_at_the_limit_and_the_peer_is_closed()
    {
        // A history that leads nowhere near ours: served as asked, a walk at a time, for ever.
        await using var peer = await Join();
        var chain = InventedLog.Chain(HostileFixture.PendingEntriesPerPeer + 500, 0);
        var place = chain.Select((header, i) => (header.Hash, i)).ToDictionary(h => h.Hash, h => h.i);
        await peer.AnnounceAsync(chain[^1].Hash);
        await peer.UntilClosedAsync(async () =>
        {
            while (true)
            {
                var ask = await peer.NextAsync<SyncMessage.HeaderRequest>();
                int from = ask.Start.Where(place.ContainsKey).Select(tip => place[tip]).DefaultIfEmpty(-1).Max();
                var walk = chain.Take(from + 1).Reverse().Take(ask.MaxHeaders).ToList();
                await peer.SendSyncAsync(new SyncMessage.HeaderResponseMeta(ask.RequestId, walk.Count, Complete: false, 0));
                foreach (var (batch, sequence) in walk.Chunk(256).Select((b, i) => (b, i)))
                    await peer.SendSyncAsync(new SyncMessage.HeaderBatch(ask.RequestId, sequence, [.. batch.Select(h => new NamedHeader(h.Hash, h))]));
            }
        });
        await Logged("headers that do not lead to our history");
    }

    [Fact]
    public async Task Tips_without_end_that_are_never_shown_close_the_connection()
    {
        await using var peer = await Join();
        await peer.UntilClosedAsync(async () =>
        {
            for (int round = 0; round < 12; round++)
            {
                await peer.AnnounceAsync([.. Enumerable.Range(0, 4096).Select(i => Tip(10_000 + (round * 4096) + i))]);
                var ask = await peer.NextAsync<SyncMessage.HeaderRequest>();
                await peer.SendSyncAsync(new SyncMessage.HeaderResponseMeta(ask.RequestId, 0, Complete: true, 0));
            }
        });
        await Logged("announced what it does not show");
    }
}
