using Hhs.Model.Hashing;

namespace Hhs.Model.Identity;

/// <summary>Names an identity: the SHA-256 of its serialized public key.</summary>
/// <remarks>Text and order are those of <see cref="ContentHash"/>. Source: wire.md section 1.</remarks>
/// <param name="Hash">The digest.</param>
public readonly record struct KeyId(ContentHash Hash) : IComparable<KeyId>
{
    /// <summary>Reads text that a peer sent. Never throws; false unless it is the canonical spelling.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out KeyId id)
    {
        bool ok = ContentHash.TryParse(text, out var hash);
        id = new(hash);
        return ok;
    }

    /// <summary>Reads text that is known to be good.</summary>
    /// <exception cref="FormatException">The text is not the canonical spelling of a hash.</exception>
    public static KeyId Parse(ReadOnlySpan<char> text) => new(ContentHash.Parse(text));

    /// <summary>The first eight characters of the text, for a log.</summary>
    public string Short => Hash.Short;

    /// <summary>Compares by the ordinal order of the texts.</summary>
    public int CompareTo(KeyId other) => Hash.CompareTo(other.Hash);

    /// <summary>Order of the texts.</summary>
    public static bool operator <(KeyId left, KeyId right) => left.CompareTo(right) < 0;

    /// <summary>Order of the texts.</summary>
    public static bool operator >(KeyId left, KeyId right) => left.CompareTo(right) > 0;

    /// <summary>Order of the texts.</summary>
    public static bool operator <=(KeyId left, KeyId right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the texts.</summary>
    public static bool operator >=(KeyId left, KeyId right) => left.CompareTo(right) >= 0;

    /// <summary>The 44 characters of the digest's Base64 text.</summary>
    public override string ToString() => Hash.ToString();
}
