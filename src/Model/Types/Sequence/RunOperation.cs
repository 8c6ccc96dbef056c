using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Sequence;

/// <summary>What an operation of a sequence or text says, read from its payload. Names are not resolved yet.</summary>
/// <remarks>Source: docs/types/sequence.md, payloads.</remarks>
internal abstract record RunOperation
{
    private RunOperation() { }   // closed: the three below are all there are

    /// <summary>Inserts a run.</summary>
    public sealed record Insert(TreeAnchor Anchor) : RunOperation;

    /// <summary>Deletes elements.</summary>
    public sealed record Delete(IReadOnlyList<ElementRange> Ranges) : RunOperation;

    /// <summary>Moves one element.</summary>
    public sealed record Move(ElementId Element, TreeAnchor Anchor) : RunOperation;

    /// <summary>Reads a payload; null when it is none of the three, or malformed. The run itself is checked by its type.</summary>
    /// <param name="payload">The payload, without author and signature.</param>
    /// <param name="runField">The field that holds the run: <c>items</c> or <c>text</c>.</param>
    public static RunOperation? TryRead(Literal.Map payload, string runField)
    {
        switch (payload.Text("action"))
        {
            case "insert":
                return TryReadAnchor(payload, out var place) && payload.Has(runField) && payload.Count == (place.Parent is null ? 3 : 4) ? new Insert(place) : null;
            case "delete":
                return payload.Count == 2 && TryReadRanges(payload["elements"], out var ranges) ? new Delete(ranges) : null;
            case "move":
                if (!TryReadAnchor(payload, out place) || payload.Count != (place.Parent is null ? 3 : 4)) return null;
                return ElementId.TryRead(payload["element"], out var element) ? new Move(element, place) : null;
            default:
                return null;
        }
    }

    private static bool TryReadAnchor(Literal.Map payload, out TreeAnchor anchor)
    {
        anchor = default;
        ElementId? parent = null;
        if (payload.TryGet("parent", out var literal))
        {
            if (!ElementId.TryRead(literal, out var id)) return false;
            parent = id;
        }
        string? side = payload.Text("side");
        if (side is not ("L" or "R") || (parent is null && side == "L")) return false;
        anchor = new(parent, side == "L" ? TreeSide.Left : TreeSide.Right);
        return true;
    }

    private static bool TryReadRanges(Literal? literal, [NotNullWhen(true)] out IReadOnlyList<ElementRange>? ranges)
    {
        ranges = null;
        if (literal is not Literal.Map { Count: > 0 and <= DeletedEntriesMax } map) return false;
        var read = new List<ElementRange>(map.Count);
        foreach (var (key, value) in map.Entries)
        {
            if (!ContentHash.TryParse(key, out var entry) || value is not Literal.Array { Items.Length: > 0 and <= 2 * RangesOfEntryMax } numbers) return false;
            if (numbers.Items.Length % 2 != 0) return false;
            int end = 0;
            for (int i = 0; i < numbers.Items.Length; i += 2)
            {
                // Ascending and apart: one set of elements has one spelling.
                int lowest = i == 0 ? 0 : end + 1;
                if (!PayloadValue.TryReadWhole(numbers.Items[i], lowest, RunLengthMax, out int offset)) return false;
                if (!PayloadValue.TryReadWhole(numbers.Items[i + 1], 1, RunLengthMax, out int count)) return false;
                end = offset + count;
                read.Add(new(entry, offset, count));
            }
        }
        ranges = read;
        return true;
    }

    /// <summary>Most entries whose elements one delete can name.</summary>
    public const int DeletedEntriesMax = 1024;

    /// <summary>Most ranges of one entry in one delete.</summary>
    public const int RangesOfEntryMax = 64;

    /// <summary>No run is longer, of whichever type.</summary>
    public const int RunLengthMax = 65_536;
}

/// <summary>Consecutive elements of one insert.</summary>
internal readonly record struct ElementRange(ContentHash Entry, int Offset, int Count);
