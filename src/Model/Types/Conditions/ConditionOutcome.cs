using Hhs.Model.Json;

namespace Hhs.Model.Types.Conditions;

/// <summary>What a condition comes to at a version.</summary>
public abstract record ConditionOutcome
{
    private ConditionOutcome() { }   // closed: the three below are all there are

    /// <summary>It holds.</summary>
    /// <param name="Seen">The value seen, at most <see cref="Limits.ConditionSeenBytesMax"/> bytes; of a composition, an array of those of the parts asked.</param>
    public sealed record Holds(Literal Seen) : ConditionOutcome;

    /// <summary>It does not hold.</summary>
    /// <param name="Seen">As in <see cref="Holds"/>; the last part of an <c>allOf</c> is the one that fails.</param>
    public sealed record Fails(Literal Seen) : ConditionOutcome;

    /// <summary>It cannot be told before another object is here, or has grown.</summary>
    public sealed record Waiting(Dependency On) : ConditionOutcome;

    internal static ConditionOutcome Of(bool holds, Literal seen) => holds ? new Holds(seen) : new Fails(seen);
}
