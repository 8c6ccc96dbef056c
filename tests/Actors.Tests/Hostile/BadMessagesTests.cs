using Hhs.Model.Hashing;

namespace Hhs.Actors.Tests.Hostile;

/// <summary>Messages that cannot be read, or that nobody asked for: each is charged, and enough of them close the connection.</summary>
public sealed class BadMessagesTests(HostileFixture fixture) : HostileTest(fixture)
{
    private static readonly string Hash = ContentHash.Of([7]).ToString();
    private static readonly string ManyHashes = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"{ContentHash.Of(BitConverter.GetBytes(i))}\""));

    public static TheoryData<string, string, string> Messages => new()
    {
        { "not JSON", "{", "Malformed" },
        { "empty", "", "Malformed" },
        { "no object", "[1,2]", "Malformed" },
        { "null", "null", "Malformed" },
        { "no type", "{}", "Malformed" },
        { "trailing bytes", "{\"type\":\"cancel-request\",\"requestId\":\"1\"}}", "Malformed" },
        { "bad UTF-8 in an id", "{\"type\":\"init-request\",\"objectId\":\"\u0001\"}", "Malformed" },
        { "frontier of null", Frontier("null"), "Malformed" },
        { "frontier of a map", Frontier("{}"), "Malformed" },
        { "frontier of numbers", Frontier("[1]"), "Malformed" },
        { "frontier too wide", Frontier($"[{ManyHashes}]"), "OverLimit" },
        { "request without start", "{\"type\":\"header-request\",\"requestId\":\"1\",\"dagId\":\"HASH\",\"limits\":[],\"maxHeaders\":1,\"autoPayload\":true}", "Malformed" },
        { "request with giant limits", $"{{\"type\":\"header-request\",\"requestId\":\"1\",\"dagId\":\"HASH\",\"start\":[],\"limits\":[{ManyHashes}],\"maxHeaders\":1,\"autoPayload\":true}}", "OverLimit" },
        { "request for a negative count", "{\"type\":\"header-request\",\"requestId\":\"1\",\"dagId\":\"HASH\",\"start\":[],\"limits\":[],\"maxHeaders\":-1,\"autoPayload\":true}", "Malformed" },
        { "giant request id", $"{{\"type\":\"cancel-request\",\"requestId\":\"{new string('r', 100_000)}\"}}", "OverLimit" },
        { "header null", Batch("{\"hash\":\"HASH\",\"header\":null}"), "Malformed" },
        { "header with an extra field", Batch("{\"hash\":\"HASH\",\"header\":{\"payloadHash\":\"HASH\",\"prevEntryHashes\":{},\"extra\":1}}"), "Malformed" },
        { "predecessor with a value", Batch("{\"hash\":\"HASH\",\"header\":{\"payloadHash\":\"HASH\",\"prevEntryHashes\":{\"HASH\":\"x\"}}}"), "Malformed" },
        { "header with giant predecessors", Batch($"{{\"hash\":\"HASH\",\"header\":{{\"payloadHash\":\"HASH\",\"prevEntryHashes\":{{{ManyHashes.Replace(",", ":\"\",", StringComparison.Ordinal)}:\"\"}}}}}}"), "OverLimit" },
        { "headers beyond a batch", Batch(string.Join(',', Enumerable.Repeat("{\"hash\":\"HASH\",\"header\":{\"payloadHash\":\"HASH\",\"prevEntryHashes\":{}}}", 5000))), "OverLimit" },
        { "payload null", Payload("null"), "Malformed" },
        { "payload not finite", Payload("1e400"), "Malformed" },
        { "deep payload", Payload(new string('[', 100_000) + new string(']', 100_000)), "OverLimit" },
        { "deep and open", Payload(new string('[', 1_000_000)), "Malformed" },
        { "large payload", Payload($"\"{new string('x', 2_000_000)}\""), "OverLimit" },
        { "message too long", Payload($"\"{new string('x', 5_000_000)}\""), "OverLimit" },
        { "create payload null", "{\"type\":\"init-response\",\"objectId\":\"HASH\",\"createPayload\":null}", "Malformed" },
        { "answer to nothing: header-response-meta", "{\"type\":\"header-response-meta\",\"requestId\":\"1\",\"headerCount\":1000000000,\"complete\":true,\"payloadCount\":0}", "UnexpectedMessage" },
        { "answer to nothing: header-batch", Batch(""), "UnexpectedMessage" },
        { "answer to nothing: payload-response-meta", "{\"type\":\"payload-response-meta\",\"requestId\":\"1\",\"payloadCount\":1000000000}", "UnexpectedMessage" },
        { "answer to nothing: payload", Payload("{}"), "UnexpectedMessage" },
    };

    private static string Frontier(string frontier) => $"{{\"type\":\"new-frontier\",\"dagId\":\"HASH\",\"frontier\":{frontier}}}";

    private static string Batch(string headers) => $"{{\"type\":\"header-batch\",\"requestId\":\"1\",\"sequence\":0,\"headers\":[{headers}]}}";

    private static string Payload(string payload) => $"{{\"type\":\"payload-msg\",\"requestId\":\"1\",\"sequence\":0,\"hash\":\"HASH\",\"payload\":{payload}}}";

    [Theory]
    [MemberData(nameof(Messages), DisableDiscoveryEnumeration = true)]
    public async Task Is_charged_each_time_and_closes_the_connection_at_last(string what, string message, string kind)
    {
        long before = Under.Metrics[Faults(kind)];
        string json = message.Replace("HASH", Hash, StringComparison.Ordinal);
        await using var peer = await RawPeer.JoinedAsync(Under.Address, Under.Set.Id);
        // The first answers may be to questions of whoever had the object before.
        bool isStray = what.StartsWith("answer to nothing", StringComparison.Ordinal);
        await peer.UntilClosedAsync(i => peer.SendTextAsync(isStray ? json.Replace("\"requestId\":\"1\"", $"\"requestId\":\"{i}\"", StringComparison.Ordinal) : json), 20);
        await Logged($": {kind}: ");
        await Logged("Closing the connection to");
        await Under.Metrics.Counts(Faults(kind), before + 1);
        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData("{\"type\":\"something-new\",\"requestId\":\"1\"}")]
    [InlineData("{\"type\":\"cancel-request\",\"requestId\":\"never made\"}")]
    [InlineData("{\"type\":\"init-response\",\"objectId\":\"HASH\",\"createPayload\":{\"action\":\"create\"}}")]
    [InlineData("{\"type\":\"new-frontier\",\"dagId\":\"HASH\",\"frontier\":[\"HASH\"]}")]   // of another object
    public async Task What_a_newer_or_older_peer_might_say_is_ignored(string message)
    {
        await using var peer = await RawPeer.JoinedAsync(Under.Address, Under.Set.Id);
        for (int i = 0; i < 50; i++) await peer.SendTextAsync(message.Replace("HASH", Hash, StringComparison.Ordinal));
        await peer.SendTextAsync($"{{\"type\":\"init-request\",\"objectId\":\"{peer.Topic}\"}}");
        await peer.NextAsync<Protocols.Wire.SyncMessage.InitResponse>();
    }
}
