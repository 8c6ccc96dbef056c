using Hhs.Model.Identity;

namespace Hhs.Protocols.Handshake;

/// <summary>What both roles need to know about ourselves.</summary>
/// <param name="Own">Our identity.</param>
/// <param name="Agreements">Key agreements we take part in, the preferred first; at least one.</param>
public sealed record HandshakeSettings(SecretKey Own, IReadOnlyList<KeyAgreement> Agreements)
{
    /// <summary>Key agreements we take part in, the preferred first.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public IReadOnlyList<KeyAgreement> Agreements { get; } =
        Agreements.Count > 0 ? Agreements : throw new ArgumentException("a handshake needs a key agreement", nameof(Agreements));

    /// <summary>Ours first, then the original's unless it is refused.</summary>
    /// <param name="own">Our identity.</param>
    /// <param name="refuseOriginal">Whether to talk to nobody whose initiator name an eavesdropper could read (supplement 7.4).</param>
    public static HandshakeSettings For(SecretKey own, bool refuseOriginal = false) =>
        new(own, refuseOriginal ? [KeyAgreement.Native] : [KeyAgreement.Native, KeyAgreement.Original]);

    internal KeyAgreement? Find(string name)
    {
        foreach (var agreement in Agreements) if (agreement.Name == name) return agreement;
        return null;
    }
}
