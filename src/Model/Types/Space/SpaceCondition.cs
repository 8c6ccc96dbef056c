using Hhs.Model.Json;
using Hhs.Model.Types.Conditions;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Space;

/// <summary>A condition on the members of a space.</summary>
/// <remarks>Source: docs/types/space.md, docs/types/conditions.md.</remarks>
internal abstract class SpaceCondition
{
    /// <summary>Whether it holds, and what was seen.</summary>
    /// <param name="state">The state that it is asked of.</param>
    /// <param name="hasCapability">Whether an identity has a capability, for the entry that has the condition.</param>
    public abstract (bool Holds, Literal Seen) Look(SpaceState state, Func<string, string, bool> hasCapability);

    /// <summary>The members that it names.</summary>
    public abstract IEnumerable<MemberDefinition> Members { get; }

    /// <summary>The pairs of identity and capability that it asks for.</summary>
    public abstract IEnumerable<(string KeyId, string Capability)> Capabilities { get; }

    /// <summary>Whether an operation on a member could turn it from true to false.</summary>
    public abstract bool CanFalsify(SpaceState state, MemberDefinition member, Literal.Map operation);

    /// <summary>Whether each part on a member is a condition that the member has; null if so.</summary>
    public abstract Reject? Check(SpaceState state);

    public static SpaceCondition Compose(SpaceCondition[] parts, bool needsAll) => new Composed(parts, needsAll);

    /// <summary>One kind of condition on one member.</summary>
    public sealed class OnMember(MemberDefinition member, string kind, Literal argument) : SpaceCondition
    {
        public override IEnumerable<MemberDefinition> Members => [member];

        public override IEnumerable<(string, string)> Capabilities => [];

        public override (bool Holds, Literal Seen) Look(SpaceState state, Func<string, string, bool> hasCapability)
        {
            var own = state.Members[member.Entry];
            var (holds, seen) = own.ConditionOf(kind, argument) is { } condition ? condition.Look(own) : (false, false);
            return (holds, SeenValue.Short(seen, Limits.ConditionSeenBytesMax));
        }

        public override bool CanFalsify(SpaceState state, MemberDefinition changed, Literal.Map operation) =>
            changed.Equals(member) && state.Members.TryGetValue(member.Entry, out var own) && own.ConditionOf(kind, argument)?.IsFalsifiedBy(operation) == true;

        public override Reject? Check(SpaceState state) => state.Members.TryGetValue(member.Entry, out var own) && own.ConditionOf(kind, argument) is null
            ? new(RejectCode.InvalidOperation, $"member '{Reject.Excerpt(member.Name)}' has no condition '{Reject.Excerpt(kind)}', or not with what it says") : null;
    }

    /// <summary>That somebody has a capability.</summary>
    public sealed class Holding(string keyId, string capability) : SpaceCondition
    {
        public override IEnumerable<MemberDefinition> Members => [];

        public override IEnumerable<(string, string)> Capabilities => [(keyId, capability)];

        public override (bool Holds, Literal Seen) Look(SpaceState state, Func<string, string, bool> hasCapability)
        {
            bool holds = hasCapability(keyId, capability);
            return (holds, holds);
        }

        public override bool CanFalsify(SpaceState state, MemberDefinition changed, Literal.Map operation) => false;

        public override Reject? Check(SpaceState state) => null;
    }

    private sealed class Composed(SpaceCondition[] parts, bool needsAll) : SpaceCondition
    {
        public override IEnumerable<MemberDefinition> Members => parts.SelectMany(part => part.Members);

        public override IEnumerable<(string, string)> Capabilities => parts.SelectMany(part => part.Capabilities);

        public override (bool Holds, Literal Seen) Look(SpaceState state, Func<string, string, bool> hasCapability)
        {
            var seen = new List<Literal>();
            foreach (var part in parts)
            {
                var (holds, value) = part.Look(state, hasCapability);
                seen.Add(value);
                if (holds != needsAll) return (holds, new Literal.Array([.. seen]));
            }
            return (needsAll, new Literal.Array([.. seen]));
        }

        public override bool CanFalsify(SpaceState state, MemberDefinition changed, Literal.Map operation) => parts.Any(part => part.CanFalsify(state, changed, operation));

        public override Reject? Check(SpaceState state) => parts.Select(part => part.Check(state)).FirstOrDefault(why => why is not null);
    }
}
