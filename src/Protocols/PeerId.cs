namespace Hhs.Protocols;

/// <summary>One connection to a peer, as the session layer names it (a key can be connected more than once).</summary>
/// <param name="Text">Unique among the live connections of this node; shown in logs.</param>
public readonly record struct PeerId(string Text) : IComparable<PeerId>
{
    /// <summary>Ordinal order of the texts, so that every choice among peers is repeatable.</summary>
    public int CompareTo(PeerId other) => string.CompareOrdinal(Text, other.Text);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
