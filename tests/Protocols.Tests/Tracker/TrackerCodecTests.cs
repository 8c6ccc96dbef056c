using System.Text;
using System.Text.Json;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Protocols.Tracker;

namespace Hhs.Protocols.Tests.Tracker;

public sealed class TrackerCodecTests
{
    private static readonly string Key = ContentHash.Of([1]).ToString();

    /// <summary>What the original's client and tracker said to each other, in order.</summary>
    internal static IEnumerable<(string From, string Text)> Captured() =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "sync_messages.json"))).RootElement.GetProperty("tracker").EnumerateArray()
            .Where(step => step.TryGetProperty("raw", out _)).Select(step => (step.GetProperty("from").GetString()!, step.GetProperty("raw").GetString()!));

    [Fact]
    public void What_the_original_was_captured_saying_is_read_and_written_byte_for_byte()
    {
        int same = 0;
        foreach (var (from, text) in Captured())
        {
            // Not to be read: what is no request, what the original answers to it, times that are missing, and texts for numbers.
            if (text is "" or "not json" or "{\"type\":\"nope\"}" or "{\"type\":\"announce\"}" || text.Contains("null", StringComparison.Ordinal) || text.Contains("{\"topic\":\"t2\"}", StringComparison.Ordinal)) continue;
            string expected = text.Replace("\"300\"", "300", StringComparison.Ordinal).Replace(",\"schemes\":[]", "", StringComparison.Ordinal);
            Assert.Equal(expected, from == "client" ? Write(Request(text)) : Write(Response(text)));
            same++;
        }
        Assert.Equal(30, same);
    }

    [Fact]
    public void Everything_written_is_read_back_to_the_same_bytes()
    {
        var random = new Random(11);
        for (int i = 0; i < 500; i++)
        {
            string request = Write(SomeRequest(random));
            Assert.Equal(request, Write(Request(request)));
        }
    }

    [Theory]
    [InlineData("not json", RejectCode.Malformed)]
    [InlineData("[]", RejectCode.Malformed)]
    [InlineData("{}", RejectCode.Malformed)]
    [InlineData("{\"type\":7}", RejectCode.Malformed)]
    [InlineData("{\"type\":\"nope\"}", RejectCode.Unsupported)]
    [InlineData("{\"type\":\"announce\"}", RejectCode.Malformed)]
    [InlineData("{\"type\":\"announce\",\"entries\":[{\"topic\":\"t\"}],\"peer\":PEER}", RejectCode.Malformed)]
    [InlineData("{\"type\":\"announce\",\"entries\":[{\"topic\":\"t\",\"ttl\":\"NaN\"}],\"peer\":PEER}", RejectCode.Malformed)]
    [InlineData("{\"type\":\"announce\",\"entries\":[{\"topic\":\"t\",\"ttl\":1e999}],\"peer\":PEER}", RejectCode.Malformed)]
    [InlineData("{\"type\":\"announce\",\"entries\":[{\"topic\":\"\",\"ttl\":60}],\"peer\":PEER}", RejectCode.Malformed)]
    [InlineData("{\"type\":\"announce\",\"entries\":[null],\"peer\":PEER}", RejectCode.Malformed)]
    [InlineData("{\"type\":\"announce\",\"entries\":[],\"peer\":{\"keyId\":\"short\",\"addresses\":[]}}", RejectCode.Malformed)]
    [InlineData("{\"type\":\"announce\",\"entries\":[],\"peer\":{\"keyId\":\"KEY\",\"addresses\":[\"no scheme\"]}}", RejectCode.Malformed)]
    [InlineData("{\"type\":\"announce\",\"entries\":[],\"peer\":{\"keyId\":\"KEY\",\"addresses\":[\"ws://a b\"]}}", RejectCode.Malformed)]
    [InlineData("{\"type\":\"query\",\"topics\":\"t\"}", RejectCode.Malformed)]
    [InlineData("{\"type\":\"query\",\"topics\":[\"t\"],\"schemes\":[\"WS\"]}", RejectCode.Malformed)]
    [InlineData("{\"type\":\"leave\",\"topics\":[1]}", RejectCode.Malformed)]
    public void What_is_no_request_is_refused(string text, RejectCode code)
    {
        text = text.Replace("PEER", "{\"keyId\":\"KEY\",\"addresses\":[\"ws://h:1\"]}", StringComparison.Ordinal).Replace("KEY", Key, StringComparison.Ordinal);
        Assert.False(TrackerRequest.TryDecode(Encoding.UTF8.GetBytes(text), out _, out var why));
        Assert.Equal(code, why.Code);
    }

    [Theory]
    [InlineData("topics", 1024)]
    [InlineData("addresses", 8)]
    [InlineData("schemes", 16)]
    [InlineData("topic", 128)]
    [InlineData("address", 256)]
    public void A_bound_is_reached_and_not_passed(string what, int bound)
    {
        Assert.True(TrackerRequest.TryDecode(Encoding.UTF8.GetBytes(Of(what, bound)), out _, out var why), why.Detail);
        Assert.False(TrackerRequest.TryDecode(Encoding.UTF8.GetBytes(Of(what, bound + 1)), out _, out why));
        Assert.Contains(why.Code, (RejectCode[])[RejectCode.OverLimit, RejectCode.Malformed]);

        static string Of(string what, int n) => what switch
        {
            "topics" => $"{{\"type\":\"leave\",\"topics\":[{Many("\"t\"", n)}]}}",
            "addresses" => $"{{\"type\":\"announce\",\"entries\":[],\"peer\":{{\"keyId\":\"{Key}\",\"addresses\":[{Many("\"ws://h:1\"", n)}]}}}}",
            "schemes" => $"{{\"type\":\"query\",\"topics\":[],\"schemes\":[{Many("\"ws\"", n)}]}}",
            "topic" => $"{{\"type\":\"leave\",\"topics\":[\"{new string('t', n)}\"]}}",
            _ => $"{{\"type\":\"announce\",\"entries\":[],\"peer\":{{\"keyId\":\"{Key}\",\"addresses\":[\"ws://{new string('h', n - 5)}\"]}}}}",
        };

        static string Many(string item, int n) => string.Join(',', Enumerable.Repeat(item, n));
    }

    [Fact]
    public void A_request_or_response_that_is_too_long_is_not_looked_at()
    {
        Assert.False(TrackerRequest.TryDecode(new byte[TrackerLimits.RequestBytesMax + 1], out _, out var why));
        Assert.Equal(RejectCode.OverLimit, why.Code);
        Assert.False(TrackerResponse.TryDecode(new byte[TrackerLimits.ResponseBytesMax + 1], out _, out why));
        Assert.Equal(RejectCode.OverLimit, why.Code);
    }

    [Fact]
    public void Of_an_answer_the_good_pieces_are_taken_and_the_bad_ones_left()
    {
        string bad = string.Join(',', "7", "{}", "{\"keyId\":\"x\",\"addresses\":[\"ws://h:1\"]}", $"{{\"keyId\":\"{Key}\",\"addresses\":[]}}", $"{{\"keyId\":\"{Key}\",\"addresses\":\"ws://h:1\"}}");
        string many = string.Join(',', Enumerable.Range(0, 50).Select(i => $"\"ws://h:{i}\""));
        var answer = Assert.IsType<TrackerResponse.QueryResponse>(Response(
            $"{{\"type\":\"query_response\",\"results\":{{\"t\":[{bad},{{\"keyId\":\"{Key}\",\"addresses\":[\"\\u0007\",5,{many}]}}]}}}}"));
        var peer = Assert.Single(Assert.Single(answer.Results).Peers);
        Assert.Equal(Key, peer.KeyId.ToString());
        Assert.Equal(Enumerable.Range(0, TrackerLimits.AddressesMax).Select(i => $"ws://h:{i}"), peer.Addresses);

        string crowd = string.Join(',', Enumerable.Range(0, 3000).Select(i => $"{{\"keyId\":\"{ContentHash.Of(BitConverter.GetBytes(i))}\",\"addresses\":[\"ws://h:1\"]}}"));
        answer = Assert.IsType<TrackerResponse.QueryResponse>(Response($"{{\"type\":\"query_response\",\"results\":{{\"t\":[{crowd}]}}}}"));
        Assert.Equal(TrackerLimits.PeersReadMax, Assert.Single(answer.Results).Peers.Count);
        Assert.Equal("a?[31m?b", Assert.IsType<TrackerResponse.Error>(Response("{\"type\":\"error\",\"message\":\"a\\u001b[31m\\nb\"}")).Message);
        Assert.Equal(TrackerLimits.ErrorCharsMax, Assert.IsType<TrackerResponse.Error>(Response($"{{\"type\":\"error\",\"message\":\"{new string('x', 5000)}\"}}")).Message.Length);
    }

    [Theory]
    [InlineData("{\"type\":\"announce_ack\"}")]
    [InlineData("{\"type\":\"announce_ack\",\"ttls\":[null]}")]
    [InlineData("{\"type\":\"announce_ack\",\"ttls\":[\"60\"]}")]
    [InlineData("{\"type\":\"query_response\",\"results\":[]}")]
    [InlineData("{\"type\":\"query_response\",\"results\":{\"t\":{}}}")]
    [InlineData("{\"type\":\"announce\"}")]
    [InlineData("")]
    public void What_is_no_response_is_refused(string text)
    {
        Assert.False(TrackerResponse.TryDecode(Encoding.UTF8.GetBytes(text), out _, out var why));
        Assert.NotEqual("", why.Detail);
    }

    [Fact]
    public void Noise_is_read_or_refused_and_never_thrown_at()
    {
        var random = new Random(12);
        var valid = Captured().Select(c => Encoding.UTF8.GetBytes(c.Text)).Where(b => b.Length > 10).ToArray();
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = i % 4 == 0 ? Mutation.Noise(random, 200) : Mutation.Of(valid[i % valid.Length], random);
            bool request = TrackerRequest.TryDecode(bytes, out var asked, out var why);
            Assert.True(request || why.Detail.Length > 0, $"case {i} of seed 12");
            if (request) Assert.True(TrackerRequest.TryDecode(Encoding.UTF8.GetBytes(Write(asked!)), out _, out _), $"case {i} of seed 12");
            bool response = TrackerResponse.TryDecode(bytes, out var answered, out why);
            Assert.True(response || why.Detail.Length > 0, $"case {i} of seed 12");
            if (response) Write(answered!);
            if (request || response) read++;
        }
        Assert.InRange(read, 100, 19_000);
    }

    private static TrackerRequest SomeRequest(Random random)
    {
        string[] topics = [.. Enumerable.Range(0, random.Next(6)).Select(_ => Topic(random))];
        return random.Next(3) switch
        {
            0 => new TrackerRequest.Announce(
                [.. topics.Select(t => new AnnouncedTopic(t, random.NextDouble() * 1000))],
                new(KeyId.Parse(Key), [.. Enumerable.Range(0, random.Next(4)).Select(i => $"wss://h{i}.example:4{i}/")])),
            1 => new TrackerRequest.Leave(topics),
            _ => new TrackerRequest.Query(topics, random.Next(2) == 0 ? [] : ["ws", "wss"]),
        };
    }

    private static string Topic(Random random) => random.Next(3) switch
    {
        0 => ContentHash.Of([(byte)random.Next(256)]).ToString(),
        1 => "\"\\\u0001\u00e9\u20ac\ud83d\ude00",
        _ => "topic",
    };

    private static TrackerRequest Request(string text)
    {
        Assert.True(TrackerRequest.TryDecode(Encoding.UTF8.GetBytes(text), out var request, out var why), $"{why}: {text}");
        return request;
    }

    private static TrackerResponse Response(string text)
    {
        Assert.True(TrackerResponse.TryDecode(Encoding.UTF8.GetBytes(text), out var response, out var why), $"{why}: {text}");
        return response;
    }

    internal static string Write(TrackerRequest request)
    {
        var buffer = new JsonBuffer();
        request.Write(buffer);
        return Encoding.UTF8.GetString(buffer.Written);
    }

    internal static string Write(TrackerResponse response)
    {
        var buffer = new JsonBuffer();
        response.Write(buffer);
        return Encoding.UTF8.GetString(buffer.Written);
    }
}
