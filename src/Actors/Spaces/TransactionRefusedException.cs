using Hhs.Actors.Node;
using Hhs.Model;
using Hhs.Model.Json;
using Hhs.Model.Settling;

namespace Hhs.Actors.Spaces;

/// <summary>A transaction, or the retry of one, cannot be done here and now: nothing was written.</summary>
public sealed class TransactionRefusedException : HhsException
{
    private readonly SpaceRefusal _refusal;

    internal TransactionRefusedException(RejectCode code, SpaceRefusal refusal) : base(new(code, refusal.Text)) => _refusal = refusal;

    /// <summary>Why: a condition that fails, a capability that is missing, an operation that a member does not take.</summary>
    public SettledReason Reason => _refusal.Reason;

    /// <summary>The condition that fails; null if that is not the reason.</summary>
    public Requirement? FailedCondition => _refusal.Condition is { } condition ? new(condition) : null;

    /// <summary>What was seen instead; null if no condition is the reason.</summary>
    public Literal? Seen => (Reason as SettledReason.ConditionFails)?.Seen;
}

/// <summary>Why a space refused an entry.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Condition">The condition that fails, if that is the reason.</param>
/// <param name="Text">The whole in a sentence.</param>
internal sealed record SpaceRefusal(SettledReason Reason, Literal? Condition, string Text);
