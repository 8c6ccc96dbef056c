namespace Hhs.Protocols.Sync;

/// <summary>What goes to the object: a complete entry as soon as each of its predecessors is admitted or offered.</summary>
/// <remarks>What becomes available wakes its dependents alone, by the number of predecessors that each still misses.</remarks>
internal sealed class PendingOffers
{
    private readonly Queue<PendingEntry> _waking = new();
    private List<PendingEntry> _offers = [];

    /// <summary>Size of those payloads held that are not with the object.</summary>
    public int HeldBytes { get; private set; }

    public bool Any => _offers.Count > 0;

    /// <summary>Entries that became ready since the last call, predecessors first.</summary>
    public List<PendingEntry> Take()
    {
        var taken = _offers;
        _offers = [];
        return taken;
    }

    /// <summary>So many bytes more of the entry are held and not with the object.</summary>
    public void Hold(PendingEntry entry, int bytes)
    {
        HeldBytes += bytes;
        entry.Source.HeldBytes += bytes;
    }

    /// <summary>The entry is complete, and misses no predecessor.</summary>
    public void Offer(PendingEntry entry)
    {
        _waking.Enqueue(entry);
        OfferWaking();
    }

    /// <summary>The entry was admitted without having been offered.</summary>
    public void Wake(PendingEntry available)
    {
        foreach (var dependent in available.Dependents) Satisfy(dependent);
        OfferWaking();
    }

    /// <summary>The opposite of <see cref="Offer"/>, for everything offered on top of the entry.</summary>
    public void Withdraw(PendingEntry entry)
    {
        var walk = new Stack<PendingEntry>([entry]);
        while (walk.TryPop(out var next))
        {
            next.State = PendingState.Held;
            Hold(next, next.PayloadBytes);
            foreach (var dependent in next.Dependents)
            {
                if (!dependent.IsLive) continue;
                dependent.Missing++;
                if (dependent.State == PendingState.Offered) walk.Push(dependent);
            }
        }
    }

    private void OfferWaking()
    {
        while (_waking.TryDequeue(out var next))
        {
            next.State = PendingState.Offered;
            Hold(next, -next.PayloadBytes);
            _offers.Add(next);
            foreach (var dependent in next.Dependents) Satisfy(dependent);
        }
    }

    private void Satisfy(PendingEntry dependent)
    {
        if (!dependent.IsLive || --dependent.Missing > 0) return;
        if (dependent.State == PendingState.Held) _waking.Enqueue(dependent);
    }
}
