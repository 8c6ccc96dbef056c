namespace Hhs.Protocols.Sync;

/// <summary>Entries that the object has put off until another object has grown; bounded, since that may never be.</summary>
internal sealed class DeferredEntries(SyncSettings settings)
{
    private readonly List<PendingEntry> _entries = [];
    private int _bytes;

    /// <summary>Keeps the entry; false when there is no room.</summary>
    public bool TryAdd(PendingEntry entry)
    {
        if (_entries.Count >= settings.DeferredEntriesMax || _bytes + entry.PayloadBytes > settings.PendingPayloadBytesMax / 4) return false;
        _entries.Add(entry);
        _bytes += entry.PayloadBytes;
        return true;
    }

    /// <summary>All that are still pending and put off, to be offered again.</summary>
    public IReadOnlyList<PendingEntry> TakeAll()
    {
        var taken = _entries.Where(e => e.IsLive && e.State == PendingState.Deferred).ToArray();
        _entries.Clear();
        _bytes = 0;
        return taken;
    }
}
