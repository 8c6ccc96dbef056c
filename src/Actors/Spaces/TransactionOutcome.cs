using Hhs.Actors.Node;
using Hhs.Model.Hashing;
using Hhs.Model.Settling;
using Hhs.Model.Types.Space;

namespace Hhs.Actors.Spaces;

/// <summary>What came of a transaction, here and now. It held where it was written; what others wrote at the same time can still undo it.</summary>
public sealed class TransactionOutcome
{
    private readonly SpaceHandle _space;

    internal TransactionOutcome(SpaceHandle space, Explanation account) => (_space, Account) = (space, account);

    /// <summary>The transaction's entry.</summary>
    public ContentHash Entry => Account.Entry;

    /// <summary>The verdict on it at all that is known here.</summary>
    public SettledVerdict Verdict => Account.Verdict;

    /// <summary>Whether it is done, at all that is known here.</summary>
    public bool IsLive => Verdict.IsLive;

    /// <summary>Whether that stays so, whatever arrives.</summary>
    public bool IsFinal => Account.IsFinal;

    /// <summary>Whether it can ever be final: where nobody may seal it cannot.</summary>
    public bool CanBeFinal => _space.HasFinality;

    /// <summary>The whole account.</summary>
    public Explanation Account { get; }

    /// <summary>What happens to it from the time of this outcome on, until cancelled. Where <see cref="CanBeFinal"/>, a reader may stop at <see cref="TransactionFate.Final"/>.</summary>
    public IAsyncEnumerable<TransactionFate> FatesAsync(CancellationToken cancel = default) => _space.FatesAsync(Account, cancel);
}
