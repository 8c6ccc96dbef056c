using System.Globalization;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Sequence;

/// <summary>The lasting name of a place in a sequence: the n-th element that an entry inserted, or the spot that a move made.</summary>
/// <param name="Entry">The insert or move entry.</param>
/// <param name="Offset">Index within the insert; 0 for a move.</param>
public readonly record struct ElementId(ContentHash Entry, int Offset)
{
    /// <summary>As payloads spell it: an array of hash and offset.</summary>
    public Literal.Array ToLiteral() => new(Entry.ToString(), (double)Offset);

    /// <summary>Reads what a payload says; false unless it is a hash and a whole number from 0 up.</summary>
    public static bool TryRead(Literal? literal, out ElementId id)
    {
        id = default;
        if (literal is not Literal.Array { Items.Length: 2 } pair || pair.Items[0] is not Literal.String text) return false;
        if (!ContentHash.TryParse(text.Value, out var entry) || !PayloadValue.TryReadWhole(pair.Items[1], 0, int.MaxValue - 1, out int offset)) return false;
        id = new(entry, offset);
        return true;
    }

    /// <summary>Hash, a point, offset: for a user's cursor in a file or an address.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Entry}.{Offset}");

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ElementId id)
    {
        id = default;
        if (text.Length < ContentHash.TextLength + 2 || text[ContentHash.TextLength] != '.') return false;
        if (!ContentHash.TryParse(text[..ContentHash.TextLength], out var entry)) return false;
        if (!int.TryParse(text[(ContentHash.TextLength + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int offset)) return false;
        id = new(entry, offset);
        return true;
    }
}

/// <summary>Which side of its parent a place hangs on.</summary>
public enum TreeSide
{
    /// <summary>Before the parent.</summary>
    Left,
    /// <summary>After the parent.</summary>
    Right,
}

/// <summary>Where an insert or a move goes: a child of a place, or of the root.</summary>
/// <param name="Parent">The place; null for the root, which has a right side only.</param>
/// <param name="Side">The side.</param>
public readonly record struct TreeAnchor(ElementId? Parent, TreeSide Side);
