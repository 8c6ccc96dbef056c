using System.Diagnostics.CodeAnalysis;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Space;

namespace Hhs.Actors.Objects;

/// <summary>Commands, questions and deltas for objects of every type.</summary>
public static class ObjectMessages
{
    /// <summary>An operation whose payload is made already; it is signed where the object has an authority.</summary>
    public sealed record Operation(Literal.Map Payload) : ObjectCommand<GuardedObject>
    {
        internal override Literal.Map PayloadFor(GuardedObject target, DagVersion at) => Payload;
    }

    /// <summary>What concurrent operations disagree about; answers a list of <see cref="Conflict"/>, empty where nothing ever does.</summary>
    public sealed record Conflicts : IObjectQuery
    {
        /// <inheritdoc/>
        public object Answer(ReplicatedObject target, DagVersion at) => target is IConflictView view ? view.Conflicts(at, at) : (IReadOnlyList<Conflict>)[];
    }

    /// <summary>Settles a conflict as it was shown; refused if it is another one by now.</summary>
    public sealed record Resolve(Conflict Conflict, int Choice) : IObjectCommand
    {
        /// <inheritdoc/>
        public Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why)
        {
            // Each object on the way to a nested one signs as its own authority asks.
            if (Conflict.Path is [var child, ..])
                return new Update(child, this with { Conflict = Conflict with { Path = [.. Conflict.Path.Skip(1)] } }).Build(target, at, author, out why);
            var now = target is IConflictView open ? open.Conflicts(at, at).FirstOrDefault(c => c.Path.Count == 0 && c.Subject == Conflict.Subject) : null;
            // Settling overrides every candidate: also one that whoever chose has not seen.
            if (now is null || !now.Candidates.Select(c => c.Entry).SequenceEqual(Conflict.Candidates.Select(c => c.Entry)))
            {
                why = new(RejectCode.InvalidOperation, "the conflict is not as it was shown: look again");
                return null;
            }
            return new Operation(((IConflictView)target).Resolve(now, Choice)).Build(target, at, author, out why);
        }
    }

    /// <summary>What changed, as the type tells it: an <see cref="ObjectDelta"/>.</summary>
    public sealed record Changes : IObjectDelta
    {
        /// <inheritdoc/>
        public object? Between(ReplicatedObject target, DagVersion before, DagVersion after) => target.Delta(before, after) is { IsEmpty: false } delta ? delta : null;
    }

    /// <summary>The id of an object's type; answers <see cref="string"/>.</summary>
    public sealed record GetTypeId : IObjectQuery
    {
        /// <inheritdoc/>
        public object Answer(ReplicatedObject target, DagVersion at) => target.TypeId;
    }

    /// <summary>An operation on an object nested in a set or record.</summary>
    public sealed record Update(ContentHash Child, IObjectCommand Command) : IObjectCommand
    {
        /// <inheritdoc/>
        public Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why)
        {
            if (!TryGetChild(target, Child, out var child, out why)) return null;
            if (Command.Build(child, at, author, out why) is not Literal.Map payload) return null;
            return target is GuardedObject ours ? ours.Sign(RecordPayloads.Update(Child, payload), at, author) : SetPayloads.Update(Child, payload);
        }
    }

    /// <summary>A question about an object nested in a set or record.</summary>
    public sealed record AskNested(ContentHash Child, IObjectQuery Query) : IObjectQuery
    {
        /// <inheritdoc/>
        public object Answer(ReplicatedObject target, DagVersion at) => TryGetChild(target, Child, out var child, out var why) ? Query.Answer(child, at) : why;
    }

    /// <summary>What changed in an object nested in a set or record.</summary>
    public sealed record ChangesNested(ContentHash Child, IObjectDelta Delta) : IObjectDelta
    {
        /// <inheritdoc/>
        public object? Between(ReplicatedObject target, DagVersion before, DagVersion after) =>
            TryGetChild(target, Child, out var child, out _) ? Delta.Between(child, before, after) : null;
    }

    /// <summary>Which entries count in the view of what is known here; answers a list of <see cref="bool"/> in the order asked.</summary>
    /// <remarks>An entry that does not count was allowed when it was made, and its author has lost the right concurrently; in a space, also one that another one has won against.</remarks>
    public sealed record Counting(IReadOnlyList<ContentHash> Entries) : IObjectQuery
    {
        /// <inheritdoc/>
        public object Answer(ReplicatedObject target, DagVersion at)
        {
            if (target is ReplicatedSpace space && space.Settle(at) is var settled) return (IReadOnlyList<bool>)[.. Entries.Select(hash => settled.VerdictOf(hash)?.IsLive != false)];
            var counts = target is GuardedObject ours ? ours.Counts(at) : (target as ReplicatedSet)?.Authority?.Counts(at);
            return (IReadOnlyList<bool>)[.. Entries.Select(hash => target.Scope.Log.TryIndex(hash, out int entry) && counts?.Invoke(entry) != false)];
        }
    }

    private static bool TryGetChild(ReplicatedObject target, ContentHash id, [NotNullWhen(true)] out ReplicatedObject? child, out Reject why)
    {
        child = null;
        bool found = (target as ReplicatedSet)?.TryGetChild(id, out child) ?? (target as ReplicatedRecord)?.TryGetChild(id, out child) ?? false;
        why = found ? default : new(RejectCode.InvalidOperation, $"object {target.Id} has no nested object {id}");
        return found && child is not null;
    }
}

/// <summary>An operation on an object of one type, signed where the object has an authority.</summary>
/// <typeparam name="T">The type; other objects refuse the command.</typeparam>
public abstract record ObjectCommand<T> : IObjectCommand where T : GuardedObject
{
    /// <inheritdoc/>
    public Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why)
    {
        why = target is T ? default : ObjectTypes.Mismatch<T>(target);
        return target is T own ? own.Sign(PayloadFor(own, at), at, author) : null;
    }

    internal abstract Literal.Map PayloadFor(T target, DagVersion at);
}

/// <summary>A question about an object of one type.</summary>
/// <typeparam name="T">The type; other objects refuse the question.</typeparam>
public abstract record ObjectQuery<T> : IObjectQuery where T : ReplicatedObject
{
    /// <inheritdoc/>
    public object Answer(ReplicatedObject target, DagVersion at) => target is T own ? AnswerFor(own, at) : ObjectTypes.Mismatch<T>(target);

    internal abstract object AnswerFor(T target, DagVersion at);
}

internal static class ObjectTypes
{
    public static Reject Mismatch<T>(ReplicatedObject target) => new(RejectCode.InvalidOperation,
        $"object {target.Id} is a {Reject.Excerpt(target.TypeId)}, not a {typeof(T).Name.Replace("Replicated", "", StringComparison.Ordinal).ToLowerInvariant()}");
}
