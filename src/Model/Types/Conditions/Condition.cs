using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Conditions;

/// <summary>Something that must hold of an object, read and found well formed: whoever has one need not check it again.</summary>
/// <remarks>
/// Shape: read from canonical JSON by <see cref="ReplicatedObject.ReadCondition(Literal, DagVersion, out Reject)"/>; a type makes its own with the
/// constructor. Holds no state, so it can be asked at any two versions, as often as one likes. Source: docs/types/conditions.md.
/// </remarks>
public sealed class Condition
{
    private readonly Func<DagVersion, DagVersion, ConditionOutcome> _evaluate;
    private readonly Func<Literal.Map, bool> _isFalsifiedBy;

    /// <summary>A condition of a type's own.</summary>
    /// <param name="look">
    /// Whether it holds at a version, as judged from a later one, and the value that was seen there: a function of the two histories.
    /// </param>
    /// <param name="isFalsifiedBy">
    /// Whether an operation of the object could turn the condition from true to false, wherever it is made. Yes if in doubt; it is asked
    /// about operations that the type has admitted, and must not throw on others.
    /// </param>
    public Condition(Func<DagVersion, DagVersion, (bool Holds, Literal Seen)> look, Func<Literal.Map, bool> isFalsifiedBy)
        : this((at, from) => Decided(look(at, from)), isFalsifiedBy)
    {
    }

    internal Condition(Func<DagVersion, DagVersion, ConditionOutcome> evaluate, Func<Literal.Map, bool> isFalsifiedBy) =>
        (_evaluate, _isFalsifiedBy) = (evaluate, isFalsifiedBy);

    /// <summary>Whether the condition holds at a version, as judged from a later one.</summary>
    /// <remarks>Equal on all replicas that hold what it asks about; what is missing is answered by <see cref="ConditionOutcome.Waiting"/>.</remarks>
    public ConditionOutcome Evaluate(DagVersion at, DagVersion from) => _evaluate(at, from);

    /// <summary>Whether an operation could turn the condition from true to false; never no if it can.</summary>
    /// <remarks>
    /// Said of a view whose versions are one and that gains the operation, on top or beside, and of a view that stays where it is and is judged
    /// from a version that gains it.
    /// </remarks>
    public bool CanFalsify(Literal.Map operation) => _isFalsifiedBy(operation);

    /// <summary>All of them, or one of them at least; parts are asked in order until it is decided.</summary>
    internal static Condition Compose(Condition[] parts, bool needsAll) => new((at, from) =>
    {
        var seen = new List<Literal>();
        foreach (var part in parts)
        {
            var outcome = part.Evaluate(at, from);
            // An unknown part ends it although a later one might decide: so the values seen do not depend on what is here.
            if (outcome is ConditionOutcome.Waiting) return outcome;
            bool holds = outcome is ConditionOutcome.Holds;
            seen.Add(outcome is ConditionOutcome.Holds(var value) ? value : ((ConditionOutcome.Fails)outcome).Seen);
            if (holds != needsAll) return ConditionOutcome.Of(holds, new Literal.Array([.. seen]));
        }
        return ConditionOutcome.Of(needsAll, new Literal.Array([.. seen]));
    }, operation => parts.Any(part => part.CanFalsify(operation)));

    /// <summary>The same, asked about operations of the object's container: those on the nested object with the id count.</summary>
    internal Condition Within(ContentHash child) => new(_evaluate, operation =>
        operation.Text("elementHash") == child.ToString() && operation["updatePayload"] is Literal.Map inner && CanFalsify(inner));

    /// <summary>The same for an object with an authority, or nested in one: it may be unreadable, and a ref-advance can change everything.</summary>
    internal Condition Under(Func<DagVersion, Verdict?> checkReadable, Func<Literal.Map, bool> isFalsifiedBy) => new((at, from) =>
        (checkReadable(from) ?? checkReadable(at)) switch
        {
            null => Evaluate(at, from),
            Verdict.Waiting(var on) => new ConditionOutcome.Waiting(on),
            // For good, on every replica: the authority is none. Nothing can be shown to hold then.
            Verdict.Refused(var why) => Decided((false, why.Detail)),
            var other => throw new System.Diagnostics.UnreachableException(other.ToString()),
        }, operation => isFalsifiedBy(operation) || CanFalsify(operation));

    private static ConditionOutcome Decided((bool Holds, Literal Seen) look) => ConditionOutcome.Of(look.Holds, SeenValue.Short(look.Seen, Limits.ConditionSeenBytesMax));
}
