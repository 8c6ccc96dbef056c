using Hhs.Model.Identity;

namespace Hhs.Protocols.Handshake;

/// <summary>Somebody who has proved, in this connection's handshake, to hold a key. Only a handshake makes one.</summary>
public sealed class VerifiedPeer
{
    internal VerifiedPeer(PublicKey key, PeerKind kind) => (Key, Kind) = (key, kind);

    /// <summary>The key that was proved.</summary>
    public PublicKey Key { get; }

    /// <summary>Its name.</summary>
    public KeyId KeyId => Key.KeyId;

    /// <summary>What the key agreement shows about the peer's software.</summary>
    public PeerKind Kind { get; }
}
