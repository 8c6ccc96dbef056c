using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Hhs.Model.Json;

/// <summary>A value that may stand in a payload: boolean, finite number, string, array or map. There is no null.</summary>
/// <remarks>Immutable and compared by content. Source: wire.md section 1.</remarks>
public abstract class Literal : IEquatable<Literal>
{
    private Literal() { }   // closed: the five kinds below are all there are

    /// <summary>True or false.</summary>
    public sealed class Boolean : Literal
    {
        private Boolean(bool value) => Value = value;

        /// <summary>The value.</summary>
        public bool Value { get; }

        /// <summary>The literal <c>true</c>.</summary>
        public static readonly Boolean True = new(true);

        /// <summary>The literal <c>false</c>.</summary>
        public static readonly Boolean False = new(false);

        /// <inheritdoc/>
        public override bool Equals(Literal? other) => ReferenceEquals(this, other);

        /// <inheritdoc/>
        public override int GetHashCode() => Value ? 1 : 0;
    }

    /// <summary>A finite IEEE-754 double; negative zero is held as zero, since the two have one canonical text.</summary>
    public sealed class Number : Literal
    {
        /// <summary>Wraps a number.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The number is not finite.</exception>
        public Number(double value)
        {
            if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), "a literal number is finite");
            Value = value == 0 ? 0 : value;
        }

        /// <summary>The value.</summary>
        public double Value { get; }

        /// <inheritdoc/>
        public override bool Equals(Literal? other) => other is Number n && n.Value == Value;

        /// <inheritdoc/>
        public override int GetHashCode() => Value.GetHashCode();
    }

    /// <summary>Well-formed text: a lone surrogate becomes U+FFFD when the literal is made, so one hash has one stored form.</summary>
    public sealed class String : Literal
    {
        /// <summary>Wraps a text, replacing lone surrogates by U+FFFD.</summary>
        public String(string value) => Value = Surrogates.Replace(value);

        /// <summary>The value, well-formed UTF-16.</summary>
        public string Value { get; }

        /// <inheritdoc/>
        public override bool Equals(Literal? other) => other is String s && s.Value == Value;

        /// <inheritdoc/>
        public override int GetHashCode() => string.GetHashCode(Value, StringComparison.Ordinal);
    }

    /// <summary>A sequence of literals in natural order.</summary>
    public sealed class Array : Literal
    {
        private readonly Literal[] _items;

        /// <summary>Wraps the items; the array becomes the literal's own.</summary>
        public Array(params Literal[] items) => _items = items;

        /// <summary>The items in natural order.</summary>
        public ReadOnlySpan<Literal> Items => _items;

        /// <inheritdoc/>
        public override bool Equals(Literal? other) => other is Array a && a._items.AsSpan().SequenceEqual(_items);

        /// <inheritdoc/>
        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var item in _items) hash.Add(item);
            return hash.ToHashCode();
        }
    }

    /// <summary>A map from strings to literals, its keys in ordinal order (UTF-16 code units).</summary>
    /// <remarks>
    /// Keys keep lone surrogates as they came: the original orders and tells apart such keys by their code units although
    /// they print alike, and a map that forgot them would hash differently there.
    /// </remarks>
    public sealed class Map : Literal
    {
        private readonly KeyValuePair<string, Literal>[] _entries;

        private Map(KeyValuePair<string, Literal>[] sorted) => _entries = sorted;

        /// <summary>The map without entries.</summary>
        public static readonly Map Empty = new([]);

        /// <summary>Makes a map; of several entries with one key the last wins, as in JSON text.</summary>
        public static Map Of(params ReadOnlySpan<(string Key, Literal Value)> entries)
        {
            var pairs = new KeyValuePair<string, Literal>[entries.Length];
            for (int i = 0; i < pairs.Length; i++) pairs[i] = new(entries[i].Key, entries[i].Value);
            return FromPairs(pairs);
        }

        /// <summary>Makes a map from pairs in any order; the last of equal keys wins. The array becomes the map's own.</summary>
        public static Map FromPairs(KeyValuePair<string, Literal>[] pairs)
        {
            if (pairs.Length == 0) return Empty;
            for (int i = 1; i < pairs.Length; i++)
            {
                if (string.CompareOrdinal(pairs[i - 1].Key, pairs[i].Key) < 0) continue;
                return new(SortKeepingLast(pairs));
            }
            return new(pairs);
        }

        private static KeyValuePair<string, Literal>[] SortKeepingLast(KeyValuePair<string, Literal>[] pairs)
        {
            var last = new Dictionary<string, Literal>(pairs.Length, StringComparer.Ordinal);
            foreach (var (key, value) in pairs) last[key] = value;
            var sorted = last.ToArray();
            System.Array.Sort(sorted, static (x, y) => string.CompareOrdinal(x.Key, y.Key));
            return sorted;
        }

        /// <summary>The entries in ordinal key order.</summary>
        public ReadOnlySpan<KeyValuePair<string, Literal>> Entries => _entries;

        /// <summary>Number of entries.</summary>
        public int Count => _entries.Length;

        /// <summary>The value under a key, if there is one.</summary>
        public bool TryGet(string key, [NotNullWhen(true)] out Literal? value)
        {
            int low = 0, high = _entries.Length - 1;
            while (low <= high)
            {
                int middle = (low + high) >> 1;
                int order = string.CompareOrdinal(_entries[middle].Key, key);
                if (order == 0) { value = _entries[middle].Value; return true; }
                if (order < 0) low = middle + 1; else high = middle - 1;
            }
            value = null;
            return false;
        }

        /// <summary>The value under a key, or null.</summary>
        public Literal? this[string key] => TryGet(key, out var value) ? value : null;

        /// <summary>Whether there is a value under the key.</summary>
        public bool Has(string key) => TryGet(key, out _);

        /// <summary>The text under a key, or null if there is none or it is not a string.</summary>
        public string? Text(string key) => TryGet(key, out var value) && value is String s ? s.Value : null;

        /// <summary>This map with one entry set.</summary>
        public Map With(string key, Literal value)
        {
            var pairs = new KeyValuePair<string, Literal>[_entries.Length + 1];
            _entries.CopyTo(pairs, 0);
            pairs[^1] = new(key, value);
            return FromPairs(pairs);
        }

        /// <summary>This map without one key.</summary>
        public Map Without(string key) => new(System.Array.FindAll(_entries, e => e.Key != key));

        /// <inheritdoc/>
        public override bool Equals(Literal? other)
        {
            if (other is not Map map || map._entries.Length != _entries.Length) return false;
            for (int i = 0; i < _entries.Length; i++)
            {
                if (_entries[i].Key != map._entries[i].Key || !_entries[i].Value.Equals(map._entries[i].Value)) return false;
            }
            return true;
        }

        /// <inheritdoc/>
        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var (key, value) in _entries) { hash.Add(key, StringComparer.Ordinal); hash.Add(value); }
            return hash.ToHashCode();
        }
    }

    /// <summary>A text as a literal.</summary>
    public static implicit operator Literal(string value) => new String(value);

    /// <summary>A truth value as a literal.</summary>
    public static implicit operator Literal(bool value) => value ? Boolean.True : Boolean.False;

    /// <summary>A number as a literal.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not finite.</exception>
    public static implicit operator Literal(double value) => new Number(value);

    /// <inheritdoc/>
    public abstract bool Equals(Literal? other);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as Literal);

    /// <inheritdoc/>
    public abstract override int GetHashCode();

    /// <summary>The JSON text (not the canonical one: arrays in natural order, control characters escaped).</summary>
    public override string ToString() => Encoding.UTF8.GetString(JsonText.Write(this));
}
