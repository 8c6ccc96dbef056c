using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Objects;

/// <summary>What of an object is durable: the only part that is shown, acknowledged or gossiped.</summary>
/// <remarks>
/// The object's log runs ahead of the disk; this is its prefix that the journal has. The object advances it, its gossip
/// channel reads it on another thread: the log allows that for entries below a published number, see <see cref="DagLog"/>.
/// </remarks>
internal sealed class DurableReplica(ContentHash id, DagLog log, PayloadStore payloads) : ISyncReplica
{
    private readonly HashSet<int> _tips = [];
    private volatile int _count;
    private volatile Position _frontier = Position.Empty;

    /// <inheritdoc/>
    public ContentHash Id => id;

    /// <inheritdoc/>
    public int Count => _count;

    /// <inheritdoc/>
    public Position Frontier => _frontier;

    /// <summary>The frontier as a version of the log. For the object's own use.</summary>
    public DagVersion Version => _count == log.Count ? log.FrontierVersion : log.VersionOf([.. _tips]);

    /// <summary>The journal has all entries up to this number. For the object's own use.</summary>
    public void AdvanceTo(int count)
    {
        for (int entry = _count; entry < count; entry++)
        {
            foreach (int prev in log.PrevOf(entry)) _tips.Remove(prev);
            _tips.Add(entry);
        }
        _count = count;
        _frontier = Position.Of([.. _tips.Select(log.HashOf)]);
    }

    /// <inheritdoc/>
    public bool Contains(ContentHash entry) => TryIndex(entry, out _);

    /// <inheritdoc/>
    public bool TryIndex(ContentHash entry, out int index) => log.TryIndex(entry, out index) && index < _count;

    /// <inheritdoc/>
    public Header HeaderAt(int index) => log.HeaderOf(index);

    /// <inheritdoc/>
    public bool TryGetHeader(ContentHash entry, [NotNullWhen(true)] out Header? header)
    {
        header = TryIndex(entry, out int index) ? log.HeaderOf(index) : null;
        return header is not null;
    }

    /// <inheritdoc/>
    public bool TryReadPayload(ContentHash entry, out ReadOnlyMemory<byte> json)
    {
        json = default;
        return Contains(entry) && payloads.TryRead(entry, out json);
    }
}
