using Hhs.Model;

namespace Hhs.Protocols.Tracker;

/// <summary>Bounds on what a tracker and its clients say to each other. What is over one is refused as <see cref="RejectCode.OverLimit"/>, unless it says otherwise.</summary>
/// <remarks>The original has none (supplement section 9); its client says everything in one message, so these are well above what a node carries.</remarks>
public static class TrackerLimits
{
    /// <summary>Longest request, in bytes: that many topics with times of validity fit twice.</summary>
    public const int RequestBytesMax = 256 << 10;

    /// <summary>Longest response that a client reads, in bytes.</summary>
    public const int ResponseBytesMax = 1 << 20;

    /// <summary>Most topics in one request.</summary>
    public const int TopicsMax = 1024;

    /// <summary>Longest topic, in bytes of UTF-8. An object's id has 44; the original takes any text.</summary>
    public const int TopicBytesMax = 128;

    /// <summary>Most addresses of one peer. An announcement with more is refused; of those in an answer the rest is dropped.</summary>
    public const int AddressesMax = 8;

    /// <summary>Longest address, in characters.</summary>
    public const int AddressCharsMax = 256;

    /// <summary>Most schemes in a query.</summary>
    public const int SchemesMax = 16;

    /// <summary>Longest scheme, in characters.</summary>
    public const int SchemeCharsMax = 16;

    /// <summary>Most peers of one topic that a client reads; the rest of an answer is dropped.</summary>
    public const int PeersReadMax = 1024;

    /// <summary>Longest text of an error that a client keeps, in characters; the rest is cut off.</summary>
    public const int ErrorCharsMax = 200;
}
