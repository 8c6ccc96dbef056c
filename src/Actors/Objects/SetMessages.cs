using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Set;

namespace Hhs.Actors.Objects;

/// <summary>Commands and questions for a replicated set.</summary>
public static class SetMessages
{
    /// <summary>Adds an element, as a barrier where asked for.</summary>
    public sealed record Add(Literal Element, bool Barrier = false) : IObjectCommand
    {
        /// <inheritdoc/>
        public Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why) => AsSet(target, out why) is { } set
            ? Signed(set, SetPayloads.Add(Element, set.Create.SupportBarrierAdd ? Barrier : Barrier ? true : null), author)
            : null;
    }

    /// <summary>Removes an element (or a nested object) by its hash, as a barrier where asked for.</summary>
    public sealed record Remove(ContentHash ElementHash, bool Barrier = false) : IObjectCommand
    {
        /// <inheritdoc/>
        public Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why) => AsSet(target, out why) is { } set
            ? Signed(set, SetPayloads.Delete(ElementHash, set.Create.SupportBarrierDelete ? Barrier : Barrier ? true : null), author)
            : null;
    }

    /// <summary>An operation on a nested object.</summary>
    public sealed record Update(ContentHash Child, IObjectCommand Command) : IObjectCommand
    {
        /// <inheritdoc/>
        public Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why)
        {
            if (AsSet(target, out why) is not { } set) return null;
            if (!set.TryGetChild(Child, out var child))
            {
                why = new(RejectCode.InvalidOperation, $"the set has no nested object {Child}");
                return null;
            }
            return Command.Build(child, at, author, out why) is { } payload ? SetPayloads.Update(Child, payload) : null;
        }
    }

    /// <summary>Whether an element (or nested object) is in the set; answers <see cref="bool"/>.</summary>
    public sealed record Contains(ContentHash ElementHash) : IObjectQuery
    {
        /// <inheritdoc/>
        public object Answer(ReplicatedObject target, DagVersion at) => AsSet(target, out var why) is { } set ? set.View(at).HasByHash(ElementHash) : why;
    }

    /// <summary>All elements; answers <see cref="SetContents"/>.</summary>
    public sealed record Contents : IObjectQuery
    {
        /// <inheritdoc/>
        public object Answer(ReplicatedObject target, DagVersion at)
        {
            if (AsSet(target, out var why) is not { } set) return why;
            var view = set.View(at);
            return new SetContents([.. view.ElementHashes().Select(hash => (hash, view.ElementOf(hash)!))]);
        }
    }

    /// <summary>A question about a nested object.</summary>
    public sealed record AskNested(ContentHash Child, IObjectQuery Query) : IObjectQuery
    {
        /// <inheritdoc/>
        public object Answer(ReplicatedObject target, DagVersion at) => AsSet(target, out var why) is not { } set ? why
            : set.TryGetChild(Child, out var child) ? Query.Answer(child, at)
            : new Reject(RejectCode.Declined, $"the set has no nested object {Child}");
    }

    /// <summary>Which elements came and went; tells <see cref="SetChange"/>.</summary>
    public sealed record Changes : IObjectDelta
    {
        /// <inheritdoc/>
        public object? Between(ReplicatedObject target, DagVersion before, DagVersion after)
        {
            if (target is not ReplicatedSet set) return null;
            var delta = SetDelta.Between(set, before, after);
            if (delta.Added.Count + delta.Removed.Count == 0) return null;
            SetView was = set.View(before), now = set.View(after);
            return new SetChange([.. delta.Added.Select(e => now.ElementOf(e)!)], [.. delta.Removed.Select(e => was.ElementOf(e)!)]);
        }
    }

    // The original's sets sign over the payload alone (types.md section 3).
    private static Literal.Map Signed(ReplicatedSet set, Literal.Map payload, SecretKey author) =>
        set.Authority is null ? payload : SignedPayload.Sign(payload, author);

    private static ReplicatedSet? AsSet(ReplicatedObject target, out Reject why)
    {
        why = target is ReplicatedSet ? default : new(RejectCode.InvalidOperation, $"object {target.Id} is a {Reject.Excerpt(target.TypeId)}, not a set");
        return target as ReplicatedSet;
    }
}

/// <summary>The elements of a set with their hashes (of nested objects: ids and create payloads), in ordinal order of the hashes.</summary>
public sealed record SetContents(IReadOnlyList<(ContentHash Hash, Literal Element)> Elements)
{
    /// <summary>SHA-256 over the canonical JSON array of the hashes: equal for replicas with equal contents.</summary>
    public ContentHash Hash => CanonicalJson.Hash(new Literal.Array([.. Elements.Select(e => (Literal)e.Hash.ToString())]));
}

/// <summary>Elements that came and went between two states that were shown one after the other.</summary>
public sealed record SetChange(IReadOnlyList<Literal> Added, IReadOnlyList<Literal> Removed);
