using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols.Wire;

namespace Hhs.Actors.Tests.Hostile;

/// <summary>Entries that a liar makes up, and its answers about them.</summary>
internal static class InventedLog
{
    public static Entry Entry(Literal payload, Position prev) => Model.Dag.Entry.Make(payload, prev);

    /// <summary>Headers each on top of the last, the first on nothing that anybody has.</summary>
    public static List<Header> Chain(int length, int seed)
    {
        var headers = new List<Header>(length);
        var prev = ContentHash.Of(BitConverter.GetBytes(seed));
        for (int i = 0; i < length; i++)
        {
            headers.Add(new Header(ContentHash.Of(BitConverter.GetBytes(i)), Position.Of([prev])));
            prev = headers[^1].Hash;
        }
        return headers;
    }

    /// <summary>Answers the node's next request for headers as announced: with headers, and the payloads behind them.</summary>
    public static async Task ShowAsync(this RawPeer peer, params Entry[] entries)
    {
        var ask = await peer.NextAsync<SyncMessage.HeaderRequest>();
        await peer.SendSyncAsync(new SyncMessage.HeaderResponseMeta(ask.RequestId, entries.Length, Complete: true, PayloadCount: entries.Length));
        await peer.SendSyncAsync(new SyncMessage.HeaderBatch(ask.RequestId, 0, [.. entries.Reverse().Select(e => new NamedHeader(e.Hash, e.Header))]));
        await peer.SendSyncAsync(new SyncMessage.PayloadResponseMeta(ask.RequestId, entries.Length));
        for (int i = 0; i < entries.Length; i++) await peer.SendSyncAsync(new SyncMessage.PayloadMsg(ask.RequestId, i, entries[i].Hash, entries[i].Payload));
    }
}
