using System.Text;
using System.Text.Json.Nodes;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Tests.Wire;

public class SyncMessageTests
{
    [Fact]
    public void Reads_and_writes_every_message_of_the_captured_sessions()
    {
        int count = 0;
        foreach (var message in Captured())
        {
            var json = Encoding.UTF8.GetBytes(message.ToJsonString(Relaxed));
            Assert.True(SyncMessage.TryDecode(json, out var decoded, out var why), $"{why} in {message}");
            Assert.IsNotType<SyncMessage.Unknown>(decoded);
            var written = Encoding.UTF8.GetString(Encode(decoded));
            Assert.True(JsonNode.DeepEquals(Sorted(message), Sorted(JsonNode.Parse(written)!)), written);
            // Sets of tips are sorted by us; all else has the original's own order of fields.
            if (decoded is not (SyncMessage.NewFrontier or SyncMessage.PayloadMsg or SyncMessage.InitResponse or SyncMessage.HeaderBatch))
            {
                Assert.Equal(Encoding.UTF8.GetString(json), written);
            }
            count++;
        }
        Assert.True(count > 50, $"only {count} messages in the vector file");
    }

    [Fact]
    public void Headers_of_the_captured_sessions_hash_to_their_names()
    {
        var batches = Captured().Select(m => Decode(m.ToJsonString(Relaxed))).OfType<SyncMessage.HeaderBatch>().ToArray();
        Assert.NotEmpty(batches);
        Assert.All(batches.SelectMany(b => b.Headers), h => Assert.Equal(h.Hash, h.Header.Hash));
    }

    [Fact]
    public void Writes_fields_in_the_original_order()
    {
        Assert.Equal($$"""{"type":"new-frontier","dagId":"{{One}}","frontier":["{{One}}"]}""", Text(new SyncMessage.NewFrontier(One, [One])));
        Assert.Equal($$"""{"type":"header-request","requestId":"a1","dagId":"{{One}}","start":["{{One}}"],"limits":[],"maxHeaders":1024,"autoPayload":true}""",
            Text(new SyncMessage.HeaderRequest("a1", One, [One], [], 1024, true)));
        Assert.Equal("""{"type":"header-response-meta","requestId":"a1","headerCount":2,"complete":false,"payloadCount":0}""",
            Text(new SyncMessage.HeaderResponseMeta("a1", 2, false, 0)));
        Assert.Equal($$"""{"type":"payload-request","requestId":"a1","dagId":"{{One}}","hashes":["{{One}}"]}""", Text(new SyncMessage.PayloadRequest("a1", One, [One])));
        Assert.Equal("""{"type":"payload-response-meta","requestId":"a1","payloadCount":1}""", Text(new SyncMessage.PayloadResponseMeta("a1", 1)));
        Assert.Equal($$$"""{"type":"payload-msg","requestId":"a1","sequence":3,"hash":"{{{One}}}","payload":{"a":1}}""",
            Text(new SyncMessage.PayloadMsg("a1", 3, One, Literal.Map.Of(("a", 1)))));
        Assert.Equal("""{"type":"cancel-request","requestId":"a1"}""", Text(new SyncMessage.CancelRequest("a1")));
        Assert.Equal($$"""{"type":"init-request","objectId":"{{One}}"}""", Text(new SyncMessage.InitRequest(One)));
    }

    [Fact]
    public void Takes_white_space_unknown_fields_any_order_and_the_last_of_equal_keys()
    {
        var decoded = Decode($$""" { "requestId" : "x" , "extra" : [ { "a" : "}\"" } ] , "payloadCount":7, "payloadCount" : 1e2 , "type":"payload-response-meta"} """);
        Assert.Equal(new SyncMessage.PayloadResponseMeta("x", 100), decoded);
    }

    [Fact]
    public void Takes_a_count_beyond_an_int_as_the_largest()
    {
        var decoded = Decode($$"""{"type":"header-request","requestId":"a","dagId":"{{One}}","start":[],"limits":[],"maxHeaders":1e12,"autoPayload":false}""");
        Assert.Equal(int.MaxValue, Assert.IsType<SyncMessage.HeaderRequest>(decoded).MaxHeaders);
    }

    [Fact]
    public void Takes_an_escaped_slash_in_a_hash()
    {
        var hash = ContentHash.FromDigest([.. Enumerable.Repeat((byte)0xff, 32)]);
        var decoded = Decode($$"""{"type":"init-request","objectId":"{{hash.ToString().Replace("/", "\\/", StringComparison.Ordinal)}}"}""");
        Assert.Equal(new SyncMessage.InitRequest(hash), decoded);
    }

    [Fact]
    public void Names_an_unknown_type() =>
        Assert.Equal(new SyncMessage.Unknown("new-thing"), Decode("""{"type":"new-thing","x":[1,2,3]}"""));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"type\":1}")]
    [InlineData("{\"type\":\"cancel-request\"}")]
    [InlineData("{\"type\":\"cancel-request\",\"requestId\":null}")]
    [InlineData("{\"type\":\"cancel-request\",\"requestId\":\"a\"")]
    [InlineData("{\"type\":\"cancel-request\",\"requestId\":\"a\"}}")]
    [InlineData("{\"type\":\"cancel-request\" \"requestId\":\"a\"}")]
    [InlineData("{\"type\":\"cancel-request\",\"requestId\":\"a\\")]
    [InlineData("{\"type\":\"payload-response-meta\",\"requestId\":\"a\",\"payloadCount\":-1}")]
    [InlineData("{\"type\":\"payload-response-meta\",\"requestId\":\"a\",\"payloadCount\":1.5}")]
    [InlineData("{\"type\":\"payload-response-meta\",\"requestId\":\"a\",\"payloadCount\":\"1\"}")]
    [InlineData("{\"type\":\"new-frontier\",\"dagId\":\"x\",\"frontier\":[]}")]
    [InlineData("{\"type\":\"header-batch\",\"requestId\":\"a\",\"sequence\":0,\"headers\":{}}")]
    [InlineData("{\"type\":\"header-batch\",\"requestId\":\"a\",\"sequence\":0,\"headers\":[null]}")]
    [InlineData("{\"type\":\"header-batch\",\"requestId\":\"a\",\"sequence\":0,\"headers\":[{}]}")]
    public void Refuses_what_is_no_message(string text)
    {
        Assert.False(SyncMessage.TryDecode(Encoding.UTF8.GetBytes(text), out _, out var why));
        Assert.Equal(RejectCode.Malformed, why.Code);
    }

    [Theory]
    [InlineData("new-frontier", """ "frontier":"x" """)]
    [InlineData("new-frontier", """ "frontier":["short"] """)]
    [InlineData("payload-msg", """ "requestId":"a","sequence":0,"hash":"HASH","payload":null """)]
    [InlineData("payload-msg", """ "requestId":"a","sequence":0,"hash":"HASH","payload":1e400 """)]
    [InlineData("header-batch", """ "requestId":"a","sequence":0,"headers":[{"hash":"HASH","header":{"payloadHash":"HASH","prevEntryHashes":{"HASH":"x"}}}] """)]
    [InlineData("header-batch", """ "requestId":"a","sequence":0,"headers":[{"hash":"HASH","header":{"payloadHash":"HASH","prevEntryHashes":{},"extra":1}}] """)]
    [InlineData("header-batch", """ "requestId":"a","sequence":0,"headers":[{"hash":"HASH","header":null}] """)]
    public void Refuses_fields_of_the_wrong_shape(string type, string fields)
    {
        var text = $$"""{"type":"{{type}}","dagId":"{{One}}",{{fields.Replace("HASH", One.ToString(), StringComparison.Ordinal)}}}""";
        Assert.False(SyncMessage.TryDecode(Encoding.UTF8.GetBytes(text), out _, out var why));
        Assert.Equal(RejectCode.Malformed, why.Code);
    }

    [Fact]
    public void Refuses_more_than_its_bounds_allow()
    {
        string Hashes(int count) => string.Join(',', Enumerable.Repeat($"\"{One}\"", count));
        AssertOverLimit("{\"type\":\"x\",\"y\":\"" + new string('a', WireLimits.MessageBytesMax) + "\"}");
        AssertOverLimit($$"""{"type":"new-frontier","dagId":"{{One}}","frontier":[{{Hashes(WireLimits.HashesMax + 1)}}]}""");
        AssertOverLimit($$"""{"type":"payload-request","requestId":"a","dagId":"{{One}}","hashes":[{{Hashes(WireLimits.HashesMax + 1)}}]}""");
        AssertOverLimit("""{"type":"cancel-request","requestId":"ID"}""".Replace("ID", new string('a', WireLimits.RequestIdBytesMax + 1), StringComparison.Ordinal));
        AssertOverLimit($$"""{"type":"payload-msg","requestId":"a","sequence":0,"hash":"{{One}}","payload":"{{new string('a', Limits.PayloadBytesMax)}}"}""");
        AssertOverLimit($$"""{"type":"payload-msg","requestId":"a","sequence":0,"hash":"{{One}}","payload":{{new string('[', 100)}}{{new string(']', 100)}}}""");
        var prev = string.Join(',', Enumerable.Range(0, Limits.PrevEntryHashesMax + 1).Select(i => $"\"{ContentHash.Of(BitConverter.GetBytes(i))}\":\"\""));
        AssertOverLimit("""{"type":"header-batch","requestId":"a","sequence":0,"headers":[{"hash":"ONE","header":{"payloadHash":"ONE","prevEntryHashes":{PREV}}}]}"""
            .Replace("ONE", One.ToString(), StringComparison.Ordinal).Replace("PREV", prev, StringComparison.Ordinal));
        var header = """{"hash":"ONE","header":{"payloadHash":"ONE","prevEntryHashes":{}}}""".Replace("ONE", One.ToString(), StringComparison.Ordinal);
        AssertOverLimit($$"""{"type":"header-batch","requestId":"a","sequence":0,"headers":[{{string.Join(',', Enumerable.Repeat(header, WireLimits.HeadersPerBatchMax + 1))}}]}""");
    }

    [Fact]
    public void Deep_nesting_in_a_field_that_nobody_knows_does_no_harm() =>
        Assert.Equal(new SyncMessage.CancelRequest("a"), Decode($$"""{"type":"cancel-request","deep":{{new string('[', 100_000)}}{{new string(']', 100_000)}},"requestId":"a"}"""));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Never_throws_and_re_reads_what_it_took_whatever_the_bytes(int seed)
    {
        var random = new Random(seed);
        var originals = Captured().Select(m => Encoding.UTF8.GetBytes(m.ToJsonString(Relaxed))).ToArray();
        int taken = 0;
        for (int i = 0; i < 20_000; i++)
        {
            var bytes = Mutate([.. originals[random.Next(originals.Length)]], random);
            if (!SyncMessage.TryDecode(bytes, out var message, out var why))
            {
                Assert.NotNull(why.Detail);
                continue;
            }
            taken++;
            var written = Encode(message);
            Assert.True(SyncMessage.TryDecode(written, out var again, out why), $"seed {seed}, step {i}: {why}");
            Assert.Equal(written, Encode(again));
        }
        Assert.InRange(taken, 100, 19_900);
    }

    private static byte[] Mutate(List<byte> bytes, Random random)
    {
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at - 1)); break;
                case 2: bytes.Insert(at, "\"{}[]:,\\0eE-"u8[random.Next(12)]); break;
                default: bytes.InsertRange(at, bytes[at..Math.Min(bytes.Count, at + random.Next(30))]); break;
            }
        }
        return [.. bytes];
    }

    private static void AssertOverLimit(string text)
    {
        Assert.False(SyncMessage.TryDecode(Encoding.UTF8.GetBytes(text), out _, out var why));
        Assert.Equal(RejectCode.OverLimit, why.Code);
    }

    private static SyncMessage Decode(string text)
    {
        Assert.True(SyncMessage.TryDecode(Encoding.UTF8.GetBytes(text), out var message, out var why), why.ToString());
        return message;
    }

    private static string Text(SyncMessage message) => Encoding.UTF8.GetString(Encode(message));

    private static byte[] Encode(SyncMessage message)
    {
        var buffer = new JsonBuffer();
        message.Write(buffer);
        return buffer.Written.ToArray();
    }

    private static JsonNode Sorted(JsonNode node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, (JsonNode?)(p.Key == "frontier" ? Tips((JsonArray)p.Value!) : Sorted(p.Value!))))),
        JsonArray array => new JsonArray([.. array.Select(n => Sorted(n!))]),
        _ => node.DeepClone(),
    };

    private static JsonArray Tips(JsonArray tips) => new([.. tips.Select(t => (string)t!).Order(StringComparer.Ordinal).Select(t => (JsonNode)t)]);

    private static IEnumerable<JsonNode> Captured()
    {
        var root = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "sync_messages.json")))!.AsObject();
        return root.Where(p => p.Key != "tracker" && p.Value is JsonArray).SelectMany(p => (JsonArray)p.Value!)
            .Select(e => (e as JsonObject)?["message"]).OfType<JsonObject>();
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly ContentHash One = ContentHash.Parse("89cFMPCW14R3tq0Z17EOyO7Tp1JL2BuXotnHudLD7+w=");
}
