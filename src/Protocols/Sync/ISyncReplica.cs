using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Protocols.Sync;

/// <summary>What the sync machine may ask of the local copy of its object.</summary>
/// <remarks>
/// Synchronous; from memory, payloads excepted. Only what is durable and admitted shows here, and it never shrinks. Arrival
/// numbers are dense from 0 and topological: an entry's predecessors have smaller ones.
/// </remarks>
public interface ISyncReplica
{
    /// <summary>The object's id, which is its first entry's hash and the topic.</summary>
    ContentHash Id { get; }

    /// <summary>Number of admitted entries; 0 before the create entry is there.</summary>
    int Count { get; }

    /// <summary>The minimal cover of all admitted entries.</summary>
    Position Frontier { get; }

    /// <summary>Whether the entry is admitted.</summary>
    bool Contains(ContentHash entry);

    /// <summary>The arrival number of an admitted entry.</summary>
    bool TryIndex(ContentHash entry, out int index);

    /// <summary>The header of the entry with an arrival number below <see cref="Count"/>.</summary>
    Header HeaderAt(int index);

    /// <summary>The header of an admitted entry.</summary>
    bool TryGetHeader(ContentHash entry, [NotNullWhen(true)] out Header? header);

    /// <summary>The payload of an admitted entry as JSON text in UTF-8. May read from disk.</summary>
    bool TryReadPayload(ContentHash entry, out ReadOnlyMemory<byte> json);
}
