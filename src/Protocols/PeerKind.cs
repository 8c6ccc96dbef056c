namespace Hhs.Protocols;

/// <summary>What the chosen key agreement shows about the software at the other end.</summary>
public enum PeerKind
{
    /// <summary>Speaks our own key agreement: none of the original's weaknesses to work around.</summary>
    Native,
    /// <summary>May be the original, so its races (supplement 0.3, 0.4, 7.3) must be avoided on its behalf.</summary>
    Original,
}
