using Hhs.Model.Dag;
using Hhs.Model;

namespace Hhs.Protocols.Sync;

/// <summary>What a sync machine wants done. Carry them out in the order given.</summary>
public abstract record SyncEffect
{
    private SyncEffect() { }   // closed: whoever carries effects out must know them all

    /// <summary>Answer with <see cref="SyncInput.TimerFired"/> after the time given; replaces an armed timer of the same name.</summary>
    public sealed record ArmTimer(SyncTimer Timer, TimeSpan After) : SyncEffect;

    /// <summary>The timer is not needed any more.</summary>
    public sealed record CancelTimer(SyncTimer Timer) : SyncEffect;

    /// <summary>An object's create entry, fetched by its id (<see cref="InitFetch"/> only).</summary>
    public sealed record Found(Entry Create) : SyncEffect;

    /// <summary>The fetch of a create entry is over without success (<see cref="InitFetch"/> only).</summary>
    public sealed record GaveUp(Reject Why) : SyncEffect;

    /// <summary>Something an operator may want to see that is no single peer's fault.</summary>
    public sealed record Issue(Reject What) : SyncEffect;

    /// <summary>The peer broke the protocol or sent something bad. The session adds up charges and closes when it has had enough.</summary>
    /// <param name="Peer">Who.</param>
    /// <param name="Why">What it did.</param>
    /// <param name="Charge">How bad, 1 (a lost answer) to 100 (close at once).</param>
    public sealed record Misbehaved(PeerId Peer, Reject Why, int Charge) : SyncEffect;

    /// <summary>Entries for the object to judge and store, each after its predecessors (which are admitted, or offered earlier).</summary>
    /// <remarks>
    /// The object answers each with <see cref="SyncInput.EntriesAdmitted"/>, <see cref="SyncInput.EntryRefused"/> or
    /// <see cref="SyncInput.EntryDeferred"/>; it stays silent about (or also defers) one whose predecessor it did not admit.
    /// </remarks>
    public sealed record Offer(PeerId From, IReadOnlyList<Entry> Entries) : SyncEffect;

    /// <summary>A message for the peer on the object's topic; its length comes back with <see cref="SyncInput.Drained"/>.</summary>
    public sealed record Send(PeerId Peer, ReadOnlyMemory<byte> Message) : SyncEffect;
}
