using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Hhs.Model;
using Hhs.Model.Identity;

namespace Hhs.Protocols.Handshake;

/// <summary>The second field of message 3: the initiator's key and its signature, sealed under a fresh key with nonce zero.</summary>
/// <remarks>Source: wire.md section 3.</remarks>
internal static class IdentityBox
{
    private const int TagBytes = 16;

    public static byte[] Seal(byte[] key, SecretKey own, ReadOnlySpan<byte> t3)
    {
        byte[] plain = FieldArray.Write(own.PublicKey.Serialized, own.Sign(t3));
        var box = new byte[plain.Length + TagBytes];
        using var aead = new ChaCha20Poly1305(key);
        aead.Encrypt(Nonce, plain, box.AsSpan(0, plain.Length), box.AsSpan(plain.Length));
        return box;
    }

    /// <summary>Opens the box and checks the signature.</summary>
    public static bool TryOpen(
        byte[] key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> t3, bool strict, [NotNullWhen(true)] out PublicKey? initiator, out Reject why)
    {
        initiator = null;
        if (!TryDecrypt(key, box, out var plain))
        {
            why = new(RejectCode.BadCiphertext, "identity box of message 3");
            return false;
        }
        if (!FieldArray.TryRead(plain, 2, out var fields, out bool exact, out why)) return false;
        if (!PublicKey.TryDecode(fields[0].Span, out var named, out why)) return false;
        if (!ProvenKey.Check(named, fields[0].Span, fields[1].Span, t3, strict, exact, out why)) return false;
        initiator = named;
        return true;
    }

    private static bool TryDecrypt(byte[] key, ReadOnlySpan<byte> box, out byte[] plain)
    {
        plain = [];
        if (box.Length < TagBytes) return false;
        var opened = new byte[box.Length - TagBytes];
        using var aead = new ChaCha20Poly1305(key);
        try { aead.Decrypt(Nonce, box[..opened.Length], box[opened.Length..], opened); }
        catch (AuthenticationTagMismatchException) { return false; }
        plain = opened;
        return true;
    }

    private static ReadOnlySpan<byte> Nonce => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
}
