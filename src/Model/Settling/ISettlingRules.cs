using Hhs.Model.Dag;

namespace Hhs.Model.Settling;

/// <summary>What the settling engine asks about entries; what they mean is the caller's.</summary>
/// <typeparam name="TState">The state that entries are applied to; immutable.</typeparam>
public interface ISettlingRules<TState> where TState : class
{
    /// <summary>The entry's rank.</summary>
    Rank RankOf(int entry);

    /// <summary>Whether the entry orders its history before all that is concurrent with it.</summary>
    bool IsSeal(int entry);

    /// <summary>The verdict on an entry at its place in an order, and the state after it.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="place">How many entries are before it.</param>
    /// <param name="before">The state that these have led to; null for none.</param>
    /// <param name="authority">The version that rights are judged from.</param>
    (SettledVerdict Verdict, TState After) Settle(int entry, int place, TState? before, DagVersion authority);

    /// <summary>Whether the verdict on the entry depends on who may do what.</summary>
    bool RestsOnAuthority(int entry);

    /// <summary>The entries that take rights away and that only one of two versions has.</summary>
    IEnumerable<int> BarriersBetween(DagVersion one, DagVersion other);
}
