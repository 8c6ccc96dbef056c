using Hhs.Protocols.Pool;

namespace Hhs.Protocols.Mux;

/// <summary>What one message inside the secure channel says.</summary>
/// <remarks>
/// A topic is an object's id in honest use, but any text is let through. Source: wire.md section 5. Hello, ping and pong pass
/// between our own nodes only: the original would drop them as unknown control frames.
/// </remarks>
public abstract record MuxFrame
{
    private MuxFrame() { }   // closed: a frame is one of those below

    /// <summary>The sender accepts the topic that was asked for.</summary>
    public sealed record Accept(string Topic) : MuxFrame;

    /// <summary>No frame at all: to be ignored on an open connection.</summary>
    /// <param name="Reason">What is wrong with it, for a count or a log.</param>
    public sealed record Dropped(string Reason) : MuxFrame;

    /// <summary>The first frame of either side between our own nodes: which node this is, of those that have the key.</summary>
    public sealed record Hello(NodeInstance Instance) : MuxFrame;

    /// <summary>The sender asks for a topic.</summary>
    public sealed record Interest(string Topic) : MuxFrame;

    /// <summary>Asks for a <see cref="Pong"/> of the same number.</summary>
    public sealed record Ping(ulong Number) : MuxFrame;

    /// <summary>Answers a <see cref="Ping"/>.</summary>
    public sealed record Pong(ulong Number) : MuxFrame;

    /// <summary>The sender declines the topic that was asked for.</summary>
    public sealed record Reject(string Topic) : MuxFrame;

    /// <summary>A message of a topic's own protocol.</summary>
    /// <param name="Topic">The topic.</param>
    /// <param name="Payload">The message; when read, a slice of what was given to the reader.</param>
    public sealed record TopicData(string Topic, ReadOnlyMemory<byte> Payload) : MuxFrame;
}
