using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Settling;

/// <summary>What becomes of an entry in a version.</summary>
public enum Fate
{
    /// <summary>It is done.</summary>
    Live,
    /// <summary>It is not done.</summary>
    Void,
    /// <summary>It is not done, and somebody is asked what to do about it.</summary>
    Pending,
}

/// <summary>What becomes of an entry in a version, and why.</summary>
/// <param name="Fate">What becomes of it.</param>
/// <param name="Reason">Why it is not live; null if it is.</param>
public sealed record SettledVerdict(Fate Fate, SettledReason? Reason)
{
    /// <summary>Done.</summary>
    public static readonly SettledVerdict Live = new(Fate.Live, null);

    /// <summary>Whether it is done.</summary>
    public bool IsLive => Fate == Fate.Live;
}

/// <summary>Why an entry is not live. Source: docs/types/space.md, verdicts.</summary>
public abstract record SettledReason
{
    private SettledReason() { }   // closed: those below are all there are

    /// <summary>The answer to a transaction that is live again.</summary>
    public sealed record Revived : SettledReason;

    /// <summary>A second answer to a transaction.</summary>
    public sealed record Resolved : SettledReason;

    /// <summary>A capability that it takes is not held by its author.</summary>
    /// <param name="Capability">The capability; empty where only certain people may.</param>
    public sealed record NotAllowed(string Capability) : SettledReason;

    /// <summary>The member itself is not there.</summary>
    public sealed record MemberVoid(ContentHash Member) : SettledReason;

    /// <summary>A condition fails.</summary>
    /// <param name="Index">Its number among the conditions, from 0.</param>
    /// <param name="Seen">What was seen, as docs/types/conditions.md says.</param>
    public sealed record ConditionFails(int Index, Literal Seen) : SettledReason;

    /// <summary>It would be live, and was given up.</summary>
    /// <param name="By">The answer that gave it up.</param>
    public sealed record Dismissed(ContentHash By) : SettledReason;

    /// <summary>A member does not take an operation: what it refers to is not there.</summary>
    /// <param name="Index">Its number among the operations, from 0.</param>
    /// <param name="Why">What the member's type says.</param>
    public sealed record Inapplicable(int Index, Reject Why) : SettledReason;
}
