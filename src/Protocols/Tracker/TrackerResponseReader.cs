using System.Diagnostics.CodeAnalysis;
using Hhs.Model;
using Hhs.Model.Identity;
using Hhs.Model.Json;

namespace Hhs.Protocols.Tracker;

/// <summary>Reads responses: what others had a tracker store is taken piece by piece, and bad pieces are left out.</summary>
internal static class TrackerResponseReader
{
    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out TrackerResponse? response, out Reject why)
    {
        response = null;
        if (!LiteralReader.TryRead(utf8, TrackerLimits.ResponseBytesMax, out var json, out why)) return false;
        if (json is not Literal.Map map) return Fail("not a JSON object", out why);
        switch (map.Text("type"))
        {
            case "announce_ack": response = Ack(map); break;
            case "error": response = new TrackerResponse.Error(Cut(map.Text("message") ?? "")); break;
            case "leave_ack": response = new TrackerResponse.LeaveAck(); break;
            case "query_response": response = Peers(map); break;
            default:
                why = new(RejectCode.Unsupported, "tracker response: a type that is not known");
                return false;
        }
        return response is not null || Fail("a field is missing, or of the wrong kind", out why);
    }

    private static TrackerResponse.AnnounceAck? Ack(Literal.Map map)
    {
        if (map["ttls"] is not Literal.Array { Items: var items } || items.Length > TrackerLimits.TopicsMax) return null;
        double[] ttls = new double[items.Length];
        for (int i = 0; i < ttls.Length; i++)
        {
            if (items[i] is not Literal.Number { Value: var ttl }) return null;
            ttls[i] = ttl;
        }
        return new(ttls);
    }

    private static TrackerResponse.QueryResponse? Peers(Literal.Map map)
    {
        if (map["results"] is not Literal.Map results || results.Count > TrackerLimits.TopicsMax) return null;
        var read = new List<TopicPeers>(results.Count);
        foreach (var (topic, value) in results.Entries)
        {
            if (value is not Literal.Array { Items: var items }) return null;
            var peers = new List<TrackerPeer>();
            foreach (var item in items)
            {
                if (peers.Count == TrackerLimits.PeersReadMax) break;
                if (item is Literal.Map peer && KeyId.TryParse(peer.Text("keyId"), out var keyId) && Addresses(peer) is { Count: > 0 } addresses) peers.Add(new(keyId, addresses));
            }
            read.Add(new(topic, peers));
        }
        return new(read);
    }

    private static List<string> Addresses(Literal.Map peer)
    {
        var addresses = new List<string>();
        if (peer["addresses"] is not Literal.Array { Items: var items }) return addresses;
        foreach (var item in items)
        {
            if (addresses.Count == TrackerLimits.AddressesMax) break;
            if (item is Literal.String { Value: var text } && DialAddress.IsValid(text)) addresses.Add(text);
        }
        return addresses;
    }

    // It ends up in a log, where it must not pass for another line.
    private static string Cut(string text) => string.Concat(text.Take(TrackerLimits.ErrorCharsMax).Select(c => char.IsControl(c) ? '?' : c));

    private static bool Fail(string detail, out Reject why)
    {
        why = new(RejectCode.Malformed, $"tracker response: {detail}");
        return false;
    }
}
