using System.Diagnostics;
using Hhs.Model.Json;

namespace Hhs.Protocols.Tracker;

/// <summary>Writes requests and responses as the original does: no white space, fields in its order.</summary>
internal static class TrackerWriter
{
    public static void Write(TrackerRequest request, JsonBuffer to)
    {
        switch (request)
        {
            case TrackerRequest.Announce announce:
                to.Add("{\"type\":\"announce\",\"entries\":"u8);
                Array(announce.Entries, Entry, to);
                to.Add(",\"peer\":"u8);
                Peer(announce.Peer, to);
                break;
            case TrackerRequest.Leave leave:
                to.Add("{\"type\":\"leave\",\"topics\":"u8);
                Array(leave.Topics, Text, to);
                break;
            case TrackerRequest.Query query:
                to.Add("{\"type\":\"query\",\"topics\":"u8);
                Array(query.Topics, Text, to);
                if (query.Schemes.Count == 0) break;
                to.Add(",\"schemes\":"u8);
                Array(query.Schemes, Text, to);
                break;
            default: throw new UnreachableException(request.GetType().Name);
        }
        to.Add((byte)'}');
    }

    public static void Write(TrackerResponse response, JsonBuffer to)
    {
        switch (response)
        {
            case TrackerResponse.AnnounceAck ack:
                to.Add("{\"type\":\"announce_ack\",\"ttls\":"u8);
                Array(ack.Ttls, Number, to);
                break;
            case TrackerResponse.Error error:
                to.Add("{\"type\":\"error\",\"message\":"u8);
                Text(error.Message, to);
                break;
            case TrackerResponse.LeaveAck: to.Add("{\"type\":\"leave_ack\""u8); break;
            case TrackerResponse.QueryResponse answer:
                to.Add("{\"type\":\"query_response\",\"results\":{"u8);
                Items(answer.Results, Result, to);
                to.Add((byte)'}');
                break;
            default: throw new UnreachableException(response.GetType().Name);
        }
        to.Add((byte)'}');
    }

    public static void Peer(TrackerPeer peer, JsonBuffer to)
    {
        to.Add("{\"keyId\":"u8);
        Text(peer.KeyId.ToString(), to);
        to.Add(",\"addresses\":"u8);
        Array(peer.Addresses, Text, to);
        to.Add((byte)'}');
    }

    private static void Entry(AnnouncedTopic entry, JsonBuffer to)
    {
        to.Add("{\"topic\":"u8);
        Text(entry.Topic, to);
        to.Add(",\"ttl\":"u8);
        Number(entry.Ttl, to);
        to.Add((byte)'}');
    }

    private static void Result(TopicPeers result, JsonBuffer to)
    {
        Text(result.Topic, to);
        to.Add((byte)':');
        Array(result.Peers, Peer, to);
    }

    private static void Text(string text, JsonBuffer to) => JsonText.WriteString(text, to);

    private static void Number(double number, JsonBuffer to) => JsonText.Write(new Literal.Number(number), to);

    private static void Array<T>(IReadOnlyList<T> items, Action<T, JsonBuffer> write, JsonBuffer to)
    {
        to.Add((byte)'[');
        Items(items, write, to);
        to.Add((byte)']');
    }

    private static void Items<T>(IReadOnlyList<T> items, Action<T, JsonBuffer> write, JsonBuffer to)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) to.Add((byte)',');
            write(items[i], to);
        }
    }
}
