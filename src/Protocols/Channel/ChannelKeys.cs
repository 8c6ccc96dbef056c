namespace Hhs.Protocols.Channel;

/// <summary>The two keys of a channel, as one of its ends sees them. Only a handshake makes them.</summary>
public sealed class ChannelKeys
{
    internal ChannelKeys(byte[] send, byte[] receive) => (Send, Receive) = (send, receive);

    internal const int KeyBytes = 32;

    internal byte[] Send { get; }

    internal byte[] Receive { get; }
}
