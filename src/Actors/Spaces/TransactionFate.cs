using Hhs.Model.Settling;
using Hhs.Model.Types.Space;

namespace Hhs.Actors.Spaces;

/// <summary>Something that happens to a transaction after it was written.</summary>
/// <param name="Account">Its verdict from then on: reason, what was seen, who won, what it had counted on.</param>
public abstract record TransactionFate(Explanation Account)
{
    /// <summary>The seal authority has contradicted itself: what was final no longer is.</summary>
    public sealed record Contradicted(Explanation Account) : TransactionFate(Account);

    /// <summary>Its verdict stays as it is, whatever arrives, as long as the seal authority does not contradict itself.</summary>
    public sealed record Final(Explanation Account) : TransactionFate(Account);

    /// <summary>It is not done, and waits in the review for somebody to retry or dismiss it.</summary>
    public sealed record Pending(Explanation Account) : TransactionFate(Account);

    /// <summary>It is done after all.</summary>
    public sealed record Revived(Explanation Account) : TransactionFate(Account);

    /// <summary>It is not done.</summary>
    public sealed record Voided(Explanation Account) : TransactionFate(Account);

    /// <summary>What happened between two accounts of one transaction, in order.</summary>
    internal static IEnumerable<TransactionFate> Between(Explanation before, Explanation after)
    {
        if (before.IsFinal && !after.IsFinal) yield return new Contradicted(after);
        if (before.Verdict != after.Verdict)
        {
            yield return after.Verdict.Fate switch
            {
                Fate.Live => new Revived(after),
                Fate.Pending => new Pending(after),
                _ => new Voided(after),
            };
        }
        if (!before.IsFinal && after.IsFinal) yield return new Final(after);
    }
}
