using Hhs.Actors.Spaces;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types;
using Hhs.Model.Types.Space;

namespace Hhs.Actors.Objects;

/// <summary>Commands and questions for a space. Who may do what there: <see cref="CapabilityMessages"/>.</summary>
public static class SpaceMessages
{
    /// <summary>An entry whose payload is made already (<see cref="SpacePayloads"/>); it is signed by the node's identity.</summary>
    public sealed record Write(Literal.Map Payload) : Command
    {
        internal override Literal.Map PayloadFor(ReplicatedSpace space, DagVersion at) => Payload;
    }

    /// <summary>A transaction: what must hold, and what is done then.</summary>
    public sealed record Transact(IReadOnlyList<Requirement> Require, IReadOnlyList<SpaceOperation> Operations, OnConflict OnConflict) : Command
    {
        internal override Literal.Map PayloadFor(ReplicatedSpace space, DagVersion at)
        {
            var now = space.Settle(at);
            var operations = Operations.SelectMany(op => op.Make(now.Member(op.Member) ?? throw new ArgumentException($"the space has no member {op.Member}"))
                .Select(payload => (op.Member.ToString(), payload)));
            return SpacePayloads.Transact(Require.Select(r => r.Literal), operations, OnConflict == OnConflict.Review);
        }
    }

    /// <summary>What the create payload says; answers <see cref="SpaceCreate"/>.</summary>
    public sealed record GetCreate : ObjectQuery<ReplicatedSpace>
    {
        internal override object AnswerFor(ReplicatedSpace target, DagVersion at) => target.Create;
    }

    /// <summary>The members; answers a list of <see cref="SpaceMember"/> in the order in which they were added.</summary>
    public sealed record GetMembers : ObjectQuery<ReplicatedSpace>
    {
        internal override object AnswerFor(ReplicatedSpace target, DagVersion at) => MembersOf(target.Settle(at));
    }

    /// <summary>What members hold, all at one version; answers <see cref="SpaceSnapshot"/>.</summary>
    /// <param name="Members">The members; none for all there are.</param>
    public sealed record Read(IReadOnlyList<SpaceMember> Members) : ObjectQuery<ReplicatedSpace>
    {
        internal override object AnswerFor(ReplicatedSpace target, DagVersion at)
        {
            var settled = target.Settle(at);
            return SpaceSnapshot.Of(settled, Members.Count > 0 ? Members : MembersOf(settled), target.Scope.Log.PositionOf(at));
        }
    }

    /// <summary>The transactions that wait for an answer; answers a list of <see cref="Explanation"/> in the settled order.</summary>
    public sealed record Review(int Skip, int Most) : ObjectQuery<ReplicatedSpace>
    {
        internal override object AnswerFor(ReplicatedSpace target, DagVersion at) => target.Settle(at).Review(Skip, Most);
    }

    /// <summary>What became of an entry; answers <see cref="Explanation"/>.</summary>
    public sealed record Explain(ContentHash Entry) : ObjectQuery<ReplicatedSpace>
    {
        internal override object AnswerFor(ReplicatedSpace target, DagVersion at) =>
            (object?)target.Settle(at).Explain(Entry) ?? new Reject(RejectCode.InvalidOperation, $"the space has no entry {Entry} here");
    }

    /// <summary>What concurrent operations on the members disagree about; answers a list of <see cref="MemberConflict"/>.</summary>
    public sealed record Conflicts : ObjectQuery<ReplicatedSpace>
    {
        internal override object AnswerFor(ReplicatedSpace target, DagVersion at) =>
            (IReadOnlyList<MemberConflict>)[.. target.Settle(at).Conflicts().Select(each => new MemberConflict(MemberOf(each.Member), each.Conflict))];
    }

    /// <summary>Seals that contradict each other; answers a list of pairs of entries.</summary>
    public sealed record Equivocations : ObjectQuery<ReplicatedSpace>
    {
        internal override object AnswerFor(ReplicatedSpace target, DagVersion at) => target.Settle(at).Equivocations;
    }

    /// <summary>What becomes of one entry; tells <see cref="Explanation"/> each time its verdict, or whether it is final, may differ.</summary>
    public sealed record FateOf(ContentHash Entry) : IObjectDelta
    {
        /// <inheritdoc/>
        public object? Between(ReplicatedObject target, DagVersion before, DagVersion after)
        {
            // A delta costs what differs; only then is the entry looked for.
            if (target is not ReplicatedSpace space || space.Delta(before, after) is not { IsEmpty: false } delta) return null;
            return delta.IsSealed || delta.Fates.Any(changed => changed.Entry == Entry) ? space.Settle(after).Explain(Entry) : null;
        }
    }

    /// <summary>An entry of a space, signed by the node's identity.</summary>
    public abstract record Command : IObjectCommand
    {
        /// <inheritdoc/>
        public Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why)
        {
            why = target is ReplicatedSpace ? default : ObjectTypes.Mismatch<ReplicatedSpace>(target);
            return target is ReplicatedSpace space ? space.Sign(PayloadFor(space, at).Once(), at, author) : null;
        }

        // To whoever asks for what cannot be done it matters which condition fails, and what is there instead.
        object? IObjectCommand.Explain(ReplicatedObject target, DagVersion at, SecretKey author)
        {
            if (target is not ReplicatedSpace space || Build(target, at, author, out _) is not Literal.Map payload) return null;
            Literal.Map? PayloadOf(string id) => ContentHash.TryParse(id, out var hash) && space.Scope.Log.TryIndex(hash, out int number) ? space.Scope.PayloadOf(number) : null;
            string NameOf(string id) => PayloadOf(id)?.Text("name") ?? id;
            var source = PayloadOf(payload.Text("transaction") ?? "") ?? payload;
            switch (space.Foresee(payload, at))
            {
                case SettledReason.ConditionFails(var index, var seen) reason:
                    var condition = ((Literal.Array)source["require"]!).Items[index];
                    return new SpaceRefusal(reason, condition, $"condition {index} does not hold: {SpaceText.Condition(condition, NameOf)}; seen: {SpaceText.Seen(seen)}");
                case SettledReason.NotAllowed(var capability) reason:
                    return new SpaceRefusal(reason, null, capability.Length == 0
                        ? "only the transaction's author and creators may resolve it" : $"author '{author.KeyId}' does not have capability '{capability}'");
                case SettledReason.Inapplicable(var index, var rejected) reason:
                    return new SpaceRefusal(reason, null, $"operation {index} is not possible: {rejected.Detail}");
                case SettledReason.MemberVoid(var member) reason:
                    return new SpaceRefusal(reason, null, $"member '{NameOf(member.ToString())}' is void: it was added by somebody who lost the right to");
                case SettledReason.Revived reason:
                    return new SpaceRefusal(reason, null, "the transaction is live: there is nothing to resolve");
                case SettledReason.Resolved reason:
                    return new SpaceRefusal(reason, null, "the transaction has been resolved already");
                default:
                    return null;
            }
        }

        internal abstract Literal.Map PayloadFor(ReplicatedSpace space, DagVersion at);
    }

    private static SpaceMember MemberOf(MemberDefinition member) => SpaceMember.Of(member.Id, member.Name, member.Type.TypeId);

    private static IReadOnlyList<SpaceMember> MembersOf(Settlement settled) => [.. settled.Members.Select(MemberOf)];
}

/// <summary>What concurrent operations on a member of a space disagree about.</summary>
public sealed record MemberConflict(SpaceMember Member, Conflict Conflict);
