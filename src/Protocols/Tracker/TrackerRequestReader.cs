using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Hhs.Model;
using Hhs.Model.Identity;
using Hhs.Model.Json;

namespace Hhs.Protocols.Tracker;

/// <summary>Reads requests: whole, or not at all.</summary>
internal ref struct TrackerRequestReader
{
    private Reject _why;

    public bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out TrackerRequest? request, out Reject why)
    {
        request = null;
        if (LiteralReader.TryRead(utf8, TrackerLimits.RequestBytesMax, out var json, out _why))
        {
            if (json is Literal.Map map) request = Request(map);
            else Fail("not a JSON object");
        }
        why = _why;
        return request is not null;
    }

    private TrackerRequest? Request(Literal.Map map)
    {
        switch (map.Text("type"))
        {
            case "announce": return Announce(map);
            case "leave": return TryTopics(map, out var left) ? new TrackerRequest.Leave(left) : null;
            case "query": return TryTopics(map, out var asked) && TrySchemes(map, out var schemes) ? new TrackerRequest.Query(asked, schemes) : null;
            case null: Fail("no type"); return null;
            default: Fail("a type that is not known", RejectCode.Unsupported); return null;
        }
    }

    private TrackerRequest.Announce? Announce(Literal.Map map)
    {
        if (!TryList(map, "entries", TrackerLimits.TopicsMax, out var items)) return null;
        var entries = new AnnouncedTopic[items.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            if (items[i] is not Literal.Map entry) { Fail("an entry is no object"); return null; }
            if (!TryTopic(entry["topic"], out string topic)) return null;
            if (!TryTtl(entry["ttl"], out double ttl)) { Fail("an entry without ttl"); return null; }
            entries[i] = new(topic, ttl);
        }
        return TryPeer(map["peer"], out var peer) ? new(entries, peer) : null;
    }

    private bool TryPeer(Literal? item, [NotNullWhen(true)] out TrackerPeer? peer)
    {
        peer = null;
        if (item is not Literal.Map map || !KeyId.TryParse(map.Text("keyId"), out var keyId)) return Fail("no peer with a key id");
        if (!TryList(map, "addresses", TrackerLimits.AddressesMax, out var items)) return false;
        var addresses = new string[items.Length];
        for (int i = 0; i < addresses.Length; i++)
        {
            if (items[i] is not Literal.String { Value: var text } || !DialAddress.IsValid(text)) return Fail("an address is none");
            addresses[i] = text;
        }
        peer = new(keyId, addresses);
        return true;
    }

    private bool TryTopics(Literal.Map map, out string[] topics)
    {
        topics = [];
        if (!TryList(map, "topics", TrackerLimits.TopicsMax, out var items)) return false;
        var read = new string[items.Length];
        for (int i = 0; i < read.Length; i++) if (!TryTopic(items[i], out read[i])) return false;
        topics = read;
        return true;
    }

    private bool TrySchemes(Literal.Map map, out string[] schemes)
    {
        schemes = [];
        if (!map.Has("schemes")) return true;
        if (!TryList(map, "schemes", TrackerLimits.SchemesMax, out var items)) return false;
        var read = new string[items.Length];
        for (int i = 0; i < read.Length; i++)
        {
            if (items[i] is not Literal.String { Value: var text } || !DialAddress.IsScheme(text)) return Fail("a scheme is none");
            read[i] = text;
        }
        schemes = read;
        return true;
    }

    private bool TryTopic(Literal? item, out string topic)
    {
        topic = (item as Literal.String)?.Value ?? "";
        if (topic.Length == 0) return Fail("a topic is no text");
        return Encoding.UTF8.GetByteCount(topic) <= TrackerLimits.TopicBytesMax || Fail($"a topic of more than {TrackerLimits.TopicBytesMax} bytes", RejectCode.OverLimit);
    }

    private bool TryList(Literal.Map map, string field, int most, out ReadOnlySpan<Literal> items)
    {
        items = map[field] is Literal.Array array ? array.Items : default;
        if (map[field] is not Literal.Array) return Fail($"{field} is no array");
        return items.Length <= most || Fail($"{items.Length} {field}, at most {most} allowed", RejectCode.OverLimit);
    }

    // The original takes the text of a number for the number (supplement section 9). A ttl that it has none of never expires
    // there; here the request is refused.
    private static bool TryTtl(Literal? item, out double ttl)
    {
        ttl = (item as Literal.Number)?.Value ?? double.NaN;
        if (item is Literal.String text && !double.TryParse(text.Value, Decimal, CultureInfo.InvariantCulture, out ttl)) return false;
        return double.IsFinite(ttl);
    }

    private bool Fail(string detail, RejectCode code = RejectCode.Malformed)
    {
        _why = new(code, $"tracker request: {detail}");
        return false;
    }

    private const NumberStyles Decimal = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
}
