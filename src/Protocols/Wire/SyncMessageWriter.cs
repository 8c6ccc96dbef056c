using System.Diagnostics;
using System.Globalization;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Protocols.Wire;

/// <summary>Writes sync messages as the original does: no white space, fields in its order.</summary>
internal static class SyncMessageWriter
{
    public static void Write(SyncMessage message, JsonBuffer to)
    {
        switch (message)
        {
            case SyncMessage.CancelRequest m:
                Open("cancel-request"u8, to);
                RequestId(m.RequestId, to);
                break;
            case SyncMessage.HeaderBatch m:
                Open("header-batch"u8, to);
                RequestId(m.RequestId, to);
                Count(",\"sequence\":"u8, m.Sequence, to);
                Headers(m.Headers, to);
                break;
            case SyncMessage.HeaderRequest m:
                Open("header-request"u8, to);
                RequestId(m.RequestId, to);
                Hash(",\"dagId\":"u8, m.DagId, to);
                Hashes(",\"start\":"u8, m.Start, to);
                Hashes(",\"limits\":"u8, m.Limits, to);
                Count(",\"maxHeaders\":"u8, m.MaxHeaders, to);
                Flag(",\"autoPayload\":"u8, m.AutoPayload, to);
                break;
            case SyncMessage.HeaderResponseMeta m:
                Open("header-response-meta"u8, to);
                RequestId(m.RequestId, to);
                Count(",\"headerCount\":"u8, m.HeaderCount, to);
                Flag(",\"complete\":"u8, m.Complete, to);
                Count(",\"payloadCount\":"u8, m.PayloadCount, to);
                break;
            case SyncMessage.InitRequest m:
                Open("init-request"u8, to);
                Hash(",\"objectId\":"u8, m.ObjectId, to);
                break;
            case SyncMessage.InitResponse m:
                Open("init-response"u8, to);
                Hash(",\"objectId\":"u8, m.ObjectId, to);
                to.Add(",\"createPayload\":"u8);
                JsonText.Write(m.CreatePayload, to);
                break;
            case SyncMessage.NewFrontier m:
                Open("new-frontier"u8, to);
                Hash(",\"dagId\":"u8, m.DagId, to);
                Hashes(",\"frontier\":"u8, m.Frontier, to);
                break;
            case SyncMessage.PayloadMsg m:
                OpenPayload(m.RequestId, m.Sequence, m.Hash, to);
                JsonText.Write(m.Payload, to);
                break;
            case SyncMessage.PayloadRequest m:
                Open("payload-request"u8, to);
                RequestId(m.RequestId, to);
                Hash(",\"dagId\":"u8, m.DagId, to);
                Hashes(",\"hashes\":"u8, m.Hashes, to);
                break;
            case SyncMessage.PayloadResponseMeta m:
                Open("payload-response-meta"u8, to);
                RequestId(m.RequestId, to);
                Count(",\"payloadCount\":"u8, m.PayloadCount, to);
                break;
            case SyncMessage.Unknown m:
                to.Add("{\"type\":"u8);
                JsonText.WriteString(m.Type, to);
                break;
            default: throw new UnreachableException(message.GetType().Name);
        }
        to.Add((byte)'}');
    }

    public static void PayloadMsg(string requestId, int sequence, ContentHash hash, ReadOnlySpan<byte> payloadJson, JsonBuffer to)
    {
        OpenPayload(requestId, sequence, hash, to);
        to.Add(payloadJson);
        to.Add((byte)'}');
    }

    private static void OpenPayload(string requestId, int sequence, ContentHash hash, JsonBuffer to)
    {
        Open("payload-msg"u8, to);
        RequestId(requestId, to);
        Count(",\"sequence\":"u8, sequence, to);
        Hash(",\"hash\":"u8, hash, to);
        to.Add(",\"payload\":"u8);
    }

    private static void Open(ReadOnlySpan<byte> type, JsonBuffer to)
    {
        to.Add("{\"type\":\""u8);
        to.Add(type);
        to.Add((byte)'"');
    }

    private static void RequestId(string id, JsonBuffer to)
    {
        to.Add(",\"requestId\":"u8);
        JsonText.WriteString(id, to);
    }

    private static void Headers(IReadOnlyList<NamedHeader> headers, JsonBuffer to)
    {
        to.Add(",\"headers\":["u8);
        for (int i = 0; i < headers.Count; i++)
        {
            to.Add(i == 0 ? "{\"hash\":"u8 : ",{\"hash\":"u8);
            Quoted(headers[i].Hash, to);
            to.Add(",\"header\":"u8);
            headers[i].Header.Write(to);
            to.Add((byte)'}');
        }
        to.Add((byte)']');
    }

    private static void Hashes(ReadOnlySpan<byte> name, IReadOnlyList<ContentHash> hashes, JsonBuffer to)
    {
        to.Add(name);
        to.Add((byte)'[');
        for (int i = 0; i < hashes.Count; i++)
        {
            if (i > 0) to.Add((byte)',');
            Quoted(hashes[i], to);
        }
        to.Add((byte)']');
    }

    private static void Hash(ReadOnlySpan<byte> name, ContentHash hash, JsonBuffer to)
    {
        to.Add(name);
        Quoted(hash, to);
    }

    private static void Quoted(ContentHash hash, JsonBuffer to)
    {
        var room = to.Room(ContentHash.TextLength + 2);
        room[0] = (byte)'"';
        hash.FormatTo(room[1..]);
        room[ContentHash.TextLength + 1] = (byte)'"';
        to.Advance(ContentHash.TextLength + 2);
    }

    private static void Count(ReadOnlySpan<byte> name, int count, JsonBuffer to)
    {
        to.Add(name);
        count.TryFormat(to.Room(11), out int written, default, CultureInfo.InvariantCulture);
        to.Advance(written);
    }

    private static void Flag(ReadOnlySpan<byte> name, bool value, JsonBuffer to)
    {
        to.Add(name);
        to.Add(value ? "true"u8 : "false"u8);
    }
}
