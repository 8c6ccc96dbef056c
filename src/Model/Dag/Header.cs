using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Dag;

/// <summary>What an entry is named by: its payload's hash and its predecessors.</summary>
/// <remarks>Shape: exactly two fields, <c>payloadHash</c> and <c>prevEntryHashes</c>. Source: wire.md section 1, supplement section 2.</remarks>
public sealed class Header
{
    /// <summary>Makes a header and computes its hash.</summary>
    public Header(ContentHash payloadHash, Position prevEntryHashes)
    {
        PayloadHash = payloadHash;
        PrevEntryHashes = prevEntryHashes;
        Hash = HashOf(payloadHash, prevEntryHashes);
    }

    /// <summary>Puts a header together again whose hash was computed before.</summary>
    internal Header(ContentHash payloadHash, Position prevEntryHashes, ContentHash hash) =>
        (PayloadHash, PrevEntryHashes, Hash) = (payloadHash, prevEntryHashes, hash);

    /// <summary>Hash of the canonical payload.</summary>
    public ContentHash PayloadHash { get; }

    /// <summary>The entries this one was written on top of; empty for a first entry.</summary>
    public Position PrevEntryHashes { get; }

    /// <summary>The entry's name: SHA-256 of the canonical header.</summary>
    public ContentHash Hash { get; }

    /// <summary>Reads a header that a peer sent.</summary>
    /// <remarks>
    /// Strict about the two fields, as the original is not: it hashes extra fields at this stage and drops them at the
    /// next, so a header with any can never be appended under the name it came with.
    /// Errors: <see cref="RejectCode.Malformed"/>, <see cref="RejectCode.OverLimit"/>.
    /// </remarks>
    public static bool TryRead(Literal? literal, [NotNullWhen(true)] out Header? header, out Reject why)
    {
        header = null;
        if (literal is not Literal.Map { Count: 2 } map
            || map.Text("payloadHash") is not { } payload || !ContentHash.TryParse(payload, out var payloadHash)
            || !map.TryGet("prevEntryHashes", out var prev))
        {
            why = new(RejectCode.Malformed, "a header has the two fields payloadHash and prevEntryHashes");
            return false;
        }
        if (!Position.TryRead(prev, Limits.PrevEntryHashesMax, out var prevEntryHashes, out why)) return false;
        header = new(payloadHash, prevEntryHashes);
        return true;
    }

    /// <summary>Appends the header's JSON text, which is its canonical text too.</summary>
    public void Write(JsonBuffer to)
    {
        var text = to.Room(LengthOf(PrevEntryHashes));
        to.Advance(Format(PayloadHash, PrevEntryHashes, text));
    }

    private static ContentHash HashOf(ContentHash payloadHash, Position prev)
    {
        int length = LengthOf(prev);
        byte[]? rented = length > 1024 ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> text = rented ?? stackalloc byte[1024];
        Format(payloadHash, prev, text);
        var hash = ContentHash.Of(text[..length]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    private static int LengthOf(Position prev) =>
        Opening.Length + ContentHash.TextLength + Middle.Length + Closing.Length
        + (prev.Count * (ContentHash.TextLength + Link.Length + 1)) + Math.Max(0, prev.Count - 1);

    // Hashes need no escaping and are sorted already, so the canonical text is put together directly.
    private static int Format(ContentHash payloadHash, Position prev, Span<byte> text)
    {
        int at = 0;
        Put(Opening, text, ref at);
        payloadHash.FormatTo(text[at..]);
        at += ContentHash.TextLength;
        Put(Middle, text, ref at);
        for (int i = 0; i < prev.Count; i++)
        {
            if (i > 0) text[at++] = (byte)',';
            text[at++] = (byte)'"';
            prev[i].FormatTo(text[at..]);
            at += ContentHash.TextLength;
            Put(Link, text, ref at);
        }
        Put(Closing, text, ref at);
        return at;
    }

    private static void Put(ReadOnlySpan<byte> part, Span<byte> text, ref int at)
    {
        part.CopyTo(text[at..]);
        at += part.Length;
    }

    private static ReadOnlySpan<byte> Opening => "{\"payloadHash\":\""u8;
    private static ReadOnlySpan<byte> Middle => "\",\"prevEntryHashes\":{"u8;
    private static ReadOnlySpan<byte> Link => "\":\"\""u8;
    private static ReadOnlySpan<byte> Closing => "}}"u8;
}
