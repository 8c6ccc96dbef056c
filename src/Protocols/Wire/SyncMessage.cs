using System.Diagnostics.CodeAnalysis;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Protocols.Wire;

/// <summary>A message between the sync machines of two peers, one JSON object in UTF-8.</summary>
/// <remarks>Shape: the parameter names are the wire's field names, in the order the original writes them. Source: wire.md section 6, supplement 8.1.</remarks>
public abstract record SyncMessage
{
    private SyncMessage() { }   // closed: the kinds below are all there are

    /// <summary>Stop answering this request; what is in flight still arrives.</summary>
    public sealed record CancelRequest(string RequestId) : SyncMessage;

    /// <summary>Part of the headers of a response; sequence counts batches from 0.</summary>
    public sealed record HeaderBatch(string RequestId, int Sequence, IReadOnlyList<NamedHeader> Headers) : SyncMessage;

    /// <summary>Asks for a walk back from <paramref name="Start"/>, breadth first, never into <paramref name="Limits"/>.</summary>
    public sealed record HeaderRequest(
        string RequestId, ContentHash DagId, IReadOnlyList<ContentHash> Start, IReadOnlyList<ContentHash> Limits,
        int MaxHeaders, bool AutoPayload) : SyncMessage;

    /// <summary>Opens the answer to a header request; complete means that the limits or the first entry ended the walk, not its count.</summary>
    public sealed record HeaderResponseMeta(string RequestId, int HeaderCount, bool Complete, int PayloadCount) : SyncMessage;

    /// <summary>Asks for the create payload of an object known by its id.</summary>
    public sealed record InitRequest(ContentHash ObjectId) : SyncMessage;

    /// <summary>The create payload; hashes, as a first entry, to the object's id.</summary>
    public sealed record InitResponse(ContentHash ObjectId, Literal CreatePayload) : SyncMessage;

    /// <summary>What the sender's copy of an object has come to, or a part of it.</summary>
    public sealed record NewFrontier(ContentHash DagId, Position Frontier) : SyncMessage;

    /// <summary>One payload of a response; sequence counts payloads from 0.</summary>
    public sealed record PayloadMsg(string RequestId, int Sequence, ContentHash Hash, Literal Payload) : SyncMessage
    {
        /// <summary>Appends the message around a payload that is JSON text already.</summary>
        public static void Write(string requestId, int sequence, ContentHash hash, ReadOnlySpan<byte> payloadJson, JsonBuffer to) =>
            SyncMessageWriter.PayloadMsg(requestId, sequence, hash, payloadJson, to);
    }

    /// <summary>Asks for the payloads of entries.</summary>
    public sealed record PayloadRequest(string RequestId, ContentHash DagId, IReadOnlyList<ContentHash> Hashes) : SyncMessage;

    /// <summary>Opens a run of payloads.</summary>
    public sealed record PayloadResponseMeta(string RequestId, int PayloadCount) : SyncMessage;

    /// <summary>A message of a type that we do not know; ignored.</summary>
    public sealed record Unknown(string Type) : SyncMessage;

    /// <summary>Reads a message that a peer sent. Never throws; looks at no more than <see cref="WireLimits.MessageBytesMax"/> bytes.</summary>
    /// <remarks>
    /// Fields it does not know are skipped unread. Counts above what an int holds are taken as the largest int.
    /// Errors: <see cref="RejectCode.Malformed"/>, <see cref="RejectCode.OverLimit"/>.
    /// </remarks>
    public static bool TryDecode(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out SyncMessage? message, out Reject why) =>
        SyncMessageReader.TryRead(utf8, out message, out why);

    /// <summary>Appends the message's JSON text.</summary>
    public void Write(JsonBuffer to) => SyncMessageWriter.Write(this, to);
}

/// <summary>A header and the name it came under, which need not be its hash.</summary>
public readonly record struct NamedHeader(ContentHash Hash, Header Header);
