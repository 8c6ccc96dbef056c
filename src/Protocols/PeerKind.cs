namespace Hhs.Protocols;

/// <summary>What a peer's software is, as far as the handshake shows it; decides which quirks are worked around.</summary>
public enum PeerKind
{
    /// <summary>Speaks as this implementation does: no pauses, large batches.</summary>
    Native,
    /// <summary>May be the TypeScript original: paced and staged as supplement 0.3, 0.4 and 8.7 ask.</summary>
    Original,
}
