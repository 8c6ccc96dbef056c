namespace Hhs.Protocols.Handshake;

/// <summary>Bounds of the handshake: everything here comes from somebody who has not proved anything yet.</summary>
public static class HandshakeLimits
{
    /// <summary>Longest message, in bytes; a longer one closes the connection.</summary>
    /// <remarks>The original's longest (hybrid keys and signatures) stay under 8 KiB.</remarks>
    public const int MessageBytesMax = 16 * 1024;

    /// <summary>Most fields in a message; one with more closes the connection.</summary>
    public const int FieldsMax = 16;

    /// <summary>Most names in an initiator's preferences; a list with more closes the connection.</summary>
    public const int KemNamesMax = 32;

    /// <summary>Length of the nonce that opens message 1, in bytes.</summary>
    public const int NonceBytes = 32;

    /// <summary>Longest whole handshake, in wall time; when it passes, the connection is closed.</summary>
    /// <remarks>Source: wire.md section 3. The original has no such limit (supplement 7.2).</remarks>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>How long an initiator keeps its first frame back after message 3, where the peer may be the original.</summary>
    /// <remarks>The original loses a frame that it reads together with message 3. Source: supplement 0.3, 7.3.</remarks>
    public static readonly TimeSpan FirstFrameHold = TimeSpan.FromMilliseconds(100);
}
