using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Dag;

/// <summary>A header and the payload that it names: whoever holds one need not check their hashes again.</summary>
/// <remarks>Says nothing of whether the entry's predecessors are known or its type accepts it. Source: wire.md section 1.</remarks>
public sealed class Entry
{
    private Entry(Header header, Literal payload) => (Header, Payload) = (header, payload);

    /// <summary>The header.</summary>
    public Header Header { get; }

    /// <summary>The payload; its canonical text hashes to the header's <see cref="Header.PayloadHash"/>.</summary>
    public Literal Payload { get; }

    /// <summary>The entry's name.</summary>
    public ContentHash Hash => Header.Hash;

    /// <summary>A new entry on top of a position.</summary>
    public static Entry Make(Literal payload, Position prevEntryHashes) =>
        new(new Header(CanonicalJson.Hash(payload), prevEntryHashes), payload);

    /// <summary>Puts together what came separately. Errors: <see cref="RejectCode.HashMismatch"/>.</summary>
    public static bool TryMake(Header header, Literal payload, [NotNullWhen(true)] out Entry? entry, out Reject why)
    {
        bool same = CanonicalJson.Hash(payload) == header.PayloadHash;
        entry = same ? new(header, payload) : null;
        why = same ? default : new(RejectCode.HashMismatch, $"the payload of entry {header.Hash.Short} does not hash to its header's payloadHash");
        return same;
    }
}
