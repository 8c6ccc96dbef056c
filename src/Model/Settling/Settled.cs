using Hhs.Model.Dag;

namespace Hhs.Model.Settling;

/// <summary>An entry at its place in a settled order, with all before it: so the last one stands for the whole order.</summary>
/// <remarks>Immutable, and shared by all orders that begin alike.</remarks>
/// <typeparam name="TState">The state that entries are applied to.</typeparam>
public sealed class Settled<TState> where TState : class
{
    internal Settled(Settled<TState>? before, int entry, bool isSeal, DagVersion authority, SettledVerdict verdict, TState state)
    {
        (Before, Entry, Authority, Verdict, Kept) = (before, entry, authority, verdict, state);
        Place = before is null ? 0 : before.Place + 1;
        Seal = isSeal ? this : before?.Seal;
        Mark = Place % MarkEvery == 0 ? this : before!.Mark;
    }

    /// <summary>The entry before; null for the first.</summary>
    public Settled<TState>? Before { get; }

    /// <summary>The entry's number in the log.</summary>
    public int Entry { get; }

    /// <summary>How many entries are before it.</summary>
    public int Place { get; }

    /// <summary>What becomes of it in this order.</summary>
    public SettledVerdict Verdict { get; }

    /// <summary>The last seal up to here; null for none.</summary>
    public Settled<TState>? Seal { get; }

    /// <summary>The version that rights were judged from.</summary>
    internal DagVersion Authority { get; }

    /// <summary>The state after it; none where it can be had again from one shortly before.</summary>
    internal TState? Kept { get; set; }

    /// <summary>The last place up to here whose state is kept for good.</summary>
    internal Settled<TState> Mark { get; }

    internal const int MarkEvery = 64;
}
