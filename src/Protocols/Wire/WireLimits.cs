namespace Hhs.Protocols.Wire;

/// <summary>Bounds on sync messages. A message over one is refused whole as <see cref="Model.RejectCode.OverLimit"/>, and its sender charged.</summary>
/// <remarks>
/// The original has none. Its batches hold 128 headers, its requests 64 hashes, and its frontiers what the object's
/// users made; ours hold at most 256 and 1,024.
/// </remarks>
public static class WireLimits
{
    /// <summary>Longest message in bytes; a payload of 1 MiB fits with room to spare.</summary>
    public const int MessageBytesMax = 4 << 20;

    /// <summary>Most hashes in a frontier or in one list of a request. Our own wider frontiers are announced in part.</summary>
    public const int HashesMax = 4_096;

    /// <summary>Most headers in one batch.</summary>
    public const int HeadersPerBatchMax = 4_096;

    /// <summary>Longest request id in bytes; the original's and ours have 16.</summary>
    public const int RequestIdBytesMax = 64;
}
