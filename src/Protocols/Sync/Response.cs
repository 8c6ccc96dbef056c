namespace Hhs.Protocols.Sync;

/// <summary>What is being sent to a peer in answer to one request; entries are held by their arrival numbers.</summary>
internal abstract class Response(string requestId)
{
    public string RequestId { get; } = requestId;

    /// <summary>Messages sent so far, and so the next one's sequence number.</summary>
    public int Sequence { get; set; }

    /// <summary>Entries sent so far.</summary>
    public int Sent { get; set; }

    /// <summary>Batches of headers; then payloads, if they were asked for along with them.</summary>
    public sealed class Headers(string requestId, int[] entries, bool autoPayload) : Response(requestId)
    {
        public int[] Entries { get; } = entries;

        public bool AutoPayload { get; } = autoPayload;
    }

    /// <summary>Payloads, each in a message.</summary>
    public sealed class Payloads(string requestId, int[] entries) : Response(requestId)
    {
        public int[] Entries { get; } = entries;
    }
}
