using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Dag;

/// <summary>A set of entry hashes that stands for everything reachable from them. Also called a version.</summary>
/// <remarks>Shape: distinct hashes in ordinal order of their texts; may be empty (before the first entry). Source: wire.md section 1.</remarks>
[CollectionBuilder(typeof(Position), nameof(Of))]
public sealed class Position : IReadOnlyList<ContentHash>, IEquatable<Position>
{
    private readonly ContentHash[] _hashes;

    private Position(ContentHash[] sorted) => _hashes = sorted;

    /// <summary>The position before any entry.</summary>
    public static readonly Position Empty = new([]);

    /// <summary>Makes a position of hashes in any order, with or without repetitions.</summary>
    public static Position Of(params ReadOnlySpan<ContentHash> hashes)
    {
        if (hashes.Length == 0) return Empty;
        var sorted = hashes.ToArray();
        if (sorted.Length == 1) return new(sorted);
        Array.Sort(sorted);
        int distinct = 1;
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] != sorted[distinct - 1]) sorted[distinct++] = sorted[i];
        }
        return new(distinct == sorted.Length ? sorted : sorted[..distinct]);
    }

    /// <summary>Reads a set of hashes as the wire spells it: a map from each hash to the empty string.</summary>
    /// <remarks>Errors: <see cref="RejectCode.Malformed"/>, <see cref="RejectCode.OverLimit"/>. Source: supplement section 1, set decoding.</remarks>
    public static bool TryRead(Literal? literal, int countMax, [NotNullWhen(true)] out Position? position, out Reject why)
    {
        position = null;
        why = default;
        if (literal is not Literal.Map map) { why = new(RejectCode.Malformed, "a set of hashes must be a map"); return false; }
        if (map.Count > countMax) { why = new(RejectCode.OverLimit, $"a set of {map.Count} hashes, at most {countMax} allowed"); return false; }
        var hashes = new ContentHash[map.Count];
        for (int i = 0; i < hashes.Length; i++)
        {
            var (key, value) = map.Entries[i];
            if (value is not Literal.String { Value: "" } || !ContentHash.TryParse(key, out hashes[i]))
            {
                why = new(RejectCode.Malformed, "a set of hashes maps each hash to the empty string");
                return false;
            }
        }
        position = new(hashes);   // map keys are distinct and in ordinal order already
        return true;
    }

    /// <summary>The set as the wire spells it.</summary>
    public Literal.Map ToLiteral()
    {
        var pairs = new KeyValuePair<string, Literal>[_hashes.Length];
        for (int i = 0; i < pairs.Length; i++) pairs[i] = new(_hashes[i].ToString(), EmptyText);
        return Literal.Map.FromPairs(pairs);
    }

    /// <summary>The hashes in ordinal order.</summary>
    public ReadOnlySpan<ContentHash> Hashes => _hashes;

    /// <inheritdoc/>
    public int Count => _hashes.Length;

    /// <inheritdoc/>
    public ContentHash this[int index] => _hashes[index];

    /// <summary>Whether the hash is one of the position's own (not: reachable from it).</summary>
    public bool Contains(ContentHash hash) => Array.BinarySearch(_hashes, hash) >= 0;

    /// <inheritdoc/>
    public bool Equals(Position? other) => other is not null && _hashes.AsSpan().SequenceEqual(other._hashes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Position);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var h in _hashes) hash.Add(h);
        return hash.ToHashCode();
    }

    /// <summary>The short forms of the hashes, for logs.</summary>
    public override string ToString() => "{" + string.Join(", ", _hashes.Select(h => h.Short)) + "}";

    /// <inheritdoc/>
    public IEnumerator<ContentHash> GetEnumerator() => ((IEnumerable<ContentHash>)_hashes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static readonly Literal EmptyText = new Literal.String("");
}
