using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Types.Members;

/// <summary>A member of any type: its operations in their settled order, and an object of the type opened on a log of them when it is asked.</summary>
/// <remarks>
/// In that log an operation of a transaction stands on top of all before it, a plain one on what is in its history. A log that was built for one state is
/// taken over by a state that goes on from it; for any other state it is built anew.
/// </remarks>
public sealed class ReplayedState : MemberState
{
    private readonly ReplayedState? _before;
    private readonly MemberOperation _last;
    private readonly Func<MemberReplay> _open;
    private MemberReplay? _replay;

    private ReplayedState(ReplayedState? before, in MemberOperation last, Func<MemberReplay> open) => (_before, _last, _open) = (before, last, open);

    internal static ReplayedState Initial(IReplicatedType type, Literal.Map create, ContentHash id, TypeRegistry types) =>
        new(null, default, () => new MemberReplay(type, create, id, types));

    /// <summary>The object as this state shows it, to be read at <see cref="Version"/>. Valid until another state of the member is asked.</summary>
    public ReplicatedObject Object => Replay().Object;

    /// <summary>The version of <see cref="Object"/> that this state is.</summary>
    public DagVersion Version => Replay().Object.Scope.Log.FrontierVersion;

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts => Object is IConflictView view ? view.Conflicts(Version, Version) : [];

    /// <inheritdoc/>
    public override Reject? Check(Literal.Map operation) => Replay().Check(operation, Version);

    /// <inheritdoc/>
    public override MemberState? Apply(in MemberOperation operation, out Reject why)
    {
        var replay = Replay();
        why = replay.Check(operation.Payload, replay.Below(operation)) ?? default;
        return why.Detail is null ? new ReplayedState(this, operation, _open) : null;
    }

    /// <inheritdoc/>
    public override MemberCondition? ConditionOf(string kind, Literal argument)
    {
        if (kind == "inside" || Object.ReadOneCondition(Literal.Map.Of((kind, argument)), Version) is not { } condition) return null;
        return new(state => ((ReplayedState)state).Look(kind, argument), condition.CanFalsify);
    }

    private (bool, Literal) Look(string kind, Literal argument) =>
        Object.ReadOneCondition(Literal.Map.Of((kind, argument)), Version)?.Evaluate(Version, Version) switch
        {
            ConditionOutcome.Holds(var seen) => (true, seen),
            ConditionOutcome.Fails(var seen) => (false, seen),
            // A member that waits for another object never gets it.
            _ => (false, false),
        };

    private MemberReplay Replay()
    {
        if (_replay?.At == this) return _replay;
        var missing = new Stack<ReplayedState>();
        var state = this;
        while (state is not null && state._replay?.At != state)
        {
            missing.Push(state);
            state = state._before;
        }
        var replay = state?._replay ?? _open();
        while (missing.TryPop(out var next))
        {
            if (next._before is not null) replay.Append(next._last);
        }
        replay.At = this;
        return _replay = replay;
    }
}
