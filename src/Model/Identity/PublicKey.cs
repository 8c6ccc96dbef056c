using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Hhs.Model.Hashing;

namespace Hhs.Model.Identity;

/// <summary>A public key that says which suite it is for.</summary>
/// <remarks>
/// Shape: <c>u32 big-endian length || suite name in UTF-8 || raw key</c>. Nothing is checked about name or key: the original
/// takes any, and whether a key is usable shows only when something is verified with it. Source: supplement section 2.
/// </remarks>
public sealed class PublicKey : IEquatable<PublicKey>
{
    private readonly byte[] _serialized;

    /// <summary>Makes a key; the bytes are copied.</summary>
    public PublicKey(string suite, ReadOnlySpan<byte> key)
    {
        Suite = suite;
        _serialized = Serialize(suite, key);
        Key = _serialized.AsMemory(_serialized.Length - key.Length);
        KeyId = new(ContentHash.Of(_serialized));
    }

    /// <summary>Name of the signature suite; may be one we do not know.</summary>
    public string Suite { get; }

    /// <summary>The raw key, of any length.</summary>
    public ReadOnlyMemory<byte> Key { get; }

    /// <summary>SHA-256 of <see cref="Serialized"/>.</summary>
    public KeyId KeyId { get; }

    /// <summary>The serialized form.</summary>
    public ReadOnlyMemory<byte> Serialized => _serialized;

    /// <summary>The serialized form in padded Base64, as payloads carry it.</summary>
    public string ToBase64() => Convert.ToBase64String(_serialized);

    /// <summary>Reads a serialized key that a peer sent, as laxly as the original does. Never throws.</summary>
    /// <remarks>
    /// A name length past the end yields a shorter name and an empty key; the name is decoded as browsers decode UTF-8 (one
    /// leading BOM dropped, bad bytes replaced), and the key id is that of the key *encoded again*, as in the original.
    /// Errors: <see cref="RejectCode.Malformed"/> under four bytes, <see cref="RejectCode.OverLimit"/>.
    /// </remarks>
    public static bool TryDecode(ReadOnlySpan<byte> serialized, [NotNullWhen(true)] out PublicKey? key, out Reject why)
    {
        key = null;
        why = default;
        if (serialized.Length > Limits.PublicKeyBytesMax)
        {
            why = new(RejectCode.OverLimit, $"public key of {serialized.Length} bytes, at most {Limits.PublicKeyBytesMax} allowed");
            return false;
        }
        if (serialized.Length < 4)
        {
            why = new(RejectCode.Malformed, "a serialized public key starts with the length of its suite name");
            return false;
        }
        uint named = BinaryPrimitives.ReadUInt32BigEndian(serialized);
        var rest = serialized[4..];
        int length = (int)Math.Min(named, (uint)rest.Length);
        key = new(BrowserUtf8.Decode(rest[..length]), rest[length..]);
        return true;
    }

    /// <summary>Reads the Base64 form that payloads carry, as laxly as the original does. Never throws.</summary>
    /// <remarks>Errors: those of <see cref="TryDecode"/>, and <see cref="RejectCode.Malformed"/> for bad Base64.</remarks>
    public static bool TryDecodeBase64(ReadOnlySpan<char> text, [NotNullWhen(true)] out PublicKey? key, out Reject why)
    {
        if (ForgivingBase64.TryDecode(text, Limits.PublicKeyBytesMax, out var bytes)) return TryDecode(bytes, out key, out why);
        key = null;
        why = new(RejectCode.Malformed, "public key is not Base64, or too long");
        return false;
    }

    /// <summary>Whether the signature over the message is this key's.</summary>
    /// <remarks>Errors: <see cref="RejectCode.Unsupported"/> for a suite we do not know, <see cref="RejectCode.BadSignature"/>.</remarks>
    public bool TryVerify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, out Reject why)
    {
        why = default;
        if (SignatureSuites.Find(Suite) is not { } suite)
        {
            why = new(RejectCode.Unsupported, "signature suite is not known here");
            return false;
        }
        if (suite.Verify(Key.Span, message, signature)) return true;
        why = new(RejectCode.BadSignature, $"signature does not verify under {KeyId.Short}");
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(PublicKey? other) => other is not null && other._serialized.AsSpan().SequenceEqual(_serialized);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => KeyId.GetHashCode();

    /// <summary>The key id, for a log.</summary>
    public override string ToString() => KeyId.ToString();

    private static byte[] Serialize(string suite, ReadOnlySpan<byte> key)
    {
        int length = Encoding.UTF8.GetByteCount(suite);
        var serialized = new byte[4 + length + key.Length];
        BinaryPrimitives.WriteUInt32BigEndian(serialized, (uint)length);
        Encoding.UTF8.GetBytes(suite, serialized.AsSpan(4));
        key.CopyTo(serialized.AsSpan(4 + length));
        return serialized;
    }
}
