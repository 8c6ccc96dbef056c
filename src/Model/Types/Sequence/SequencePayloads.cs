using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Sequence;

/// <summary>Makes the payloads of a sequence.</summary>
/// <remarks>Source: docs/types/sequence.md.</remarks>
public static class SequencePayloads
{
    /// <summary>Most items of one insert.</summary>
    public const int ItemsMax = 1024;

    /// <summary>A new, empty list.</summary>
    public static Literal.Map Create(string seed) => NativeCreate.Of(SequenceType.Id, seed);

    /// <summary>Inserts items before an index of a view.</summary>
    /// <exception cref="ArgumentException">No items, too many, or no such index.</exception>
    public static Literal.Map Insert(SequenceView view, int index, params ReadOnlySpan<Literal> items)
    {
        if (items.Length is 0 or > ItemsMax) throw new ArgumentException($"1 to {ItemsMax} items at a time", nameof(items));
        return Insert(view.AnchorAt(index), "items", new Literal.Array(items.ToArray()));
    }

    /// <summary>Deletes elements that a view shows: one payload, or several when many entries made them.</summary>
    /// <exception cref="ArgumentException">There are no such indices.</exception>
    public static IReadOnlyList<Literal.Map> Delete(RunView view, int index, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, view.Count - count);
        return Delete(Enumerable.Range(index, count).Select(view.ElementAt));
    }

    /// <summary>Deletes elements by their names, repeated or not.</summary>
    public static IReadOnlyList<Literal.Map> Delete(IEnumerable<ElementId> elements)
    {
        var payloads = new List<Literal.Map>();
        var entries = new List<KeyValuePair<string, Literal>>();
        foreach (var entry in elements.Distinct().GroupBy(e => e.Entry).OrderBy(g => g.Key))
        {
            foreach (var ranges in RangesOf(entry.Select(e => e.Offset).Order()).Chunk(RunOperation.RangesOfEntryMax))
            {
                if (entries.Count == RunOperation.DeletedEntriesMax || (entries.Count > 0 && entries[^1].Key == entry.Key.ToString())) Flush();
                entries.Add(new(entry.Key.ToString(), new Literal.Array([.. ranges.SelectMany(r => new Literal[] { (double)r.Offset, (double)r.Count })])));
            }
        }
        if (entries.Count > 0) Flush();
        return payloads;

        void Flush()
        {
            payloads.Add(Literal.Map.Of(("action", "delete"), ("elements", Literal.Map.FromPairs([.. entries]))));
            entries.Clear();
        }
    }

    /// <summary>Moves one element so that it is before what a view has at an index (its <see cref="RunView.Count"/> for the end).</summary>
    public static Literal.Map Move(SequenceView view, int from, int before) => Move(view.ElementAt(from), view.AnchorAt(before));

    /// <summary>Moves one element to a place in the tree.</summary>
    public static Literal.Map Move(ElementId element, TreeAnchor to) =>
        Anchored(to, ("action", "move"), ("element", element.ToLiteral()));

    internal static Literal.Map Insert(TreeAnchor anchor, string field, Literal run) => Anchored(anchor, ("action", "insert"), (field, run));

    private static Literal.Map Anchored(TreeAnchor anchor, params ReadOnlySpan<(string, Literal)> fields)
    {
        var payload = Literal.Map.Of([.. fields, ("side", anchor.Side == TreeSide.Left ? "L" : "R")]);
        return anchor.Parent is { } parent ? payload.With("parent", parent.ToLiteral()) : payload;
    }

    private static IEnumerable<(int Offset, int Count)> RangesOf(IEnumerable<int> offsets)
    {
        int start = -1, end = -1;
        foreach (int offset in offsets)
        {
            if (offset != end)
            {
                if (start >= 0) yield return (start, end - start);
                start = offset;
            }
            end = offset + 1;
        }
        yield return (start, end - start);
    }
}
