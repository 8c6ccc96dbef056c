using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Set;

/// <summary>What a set holds at a version, as judged from a later one. Reads the log's index, and no payload to tell what is in.</summary>
/// <remarks>Source: types.md sections 5.6 and 5.7.</remarks>
public sealed class SetView(ReplicatedSet set, DagVersion at, DagVersion from)
{
    private readonly ObjectScope _scope = set.Scope;
    private readonly Lazy<Func<int, bool>?> _counts = new(() => set.Scope.Counting(set.Authority, from), isThreadSafe: false);

    /// <summary>Whether an entry counts in this view; always, in a set without an authority.</summary>
    /// <exception cref="MissingDependencyException">The capability object is not here, or lacks an entry.</exception>
    public bool Counts(int entry) => _counts.Value?.Invoke(entry) ?? true;

    /// <summary>Whether a literal is in the set.</summary>
    /// <exception cref="InvalidOperationException">The set holds nested objects: ask by id.</exception>
    public bool Has(Literal element)
    {
        if (set.Create.ContentType is not null) throw new InvalidOperationException("a set of nested objects is asked by the child's id");
        return HasByHash(CanonicalJson.Hash(element));
    }

    /// <summary>Whether the element with a hash, or the child with an id, is in the set.</summary>
    public bool HasByHash(ContentHash element) => Has(_scope.Tag(ReplicatedSet.ElementsKey, element), _scope.Tag(ReplicatedSet.DeletesKey, element));

    internal bool HasByTagValue(string element) => Has(_scope.Tag(ReplicatedSet.ElementsKey, element), _scope.Tag(ReplicatedSet.DeletesKey, element));

    private bool Has(Tag elements, Tag deletes)
    {
        foreach (int entry in _scope.Log.Cover(at, TagFilter.Of(elements), _counts.Value))
        {
            if (IsDelete(entry, deletes)) continue;
            if (!set.Create.SupportBarrierDelete) return true;
            if (_scope.Log.ConcurrentCover(from, _scope.Log.VersionOf(entry), BarrierOn(elements), _counts.Value).Count == 0) return true;
        }
        if (!set.Create.SupportBarrierAdd) return false;
        foreach (int entry in _scope.Log.ConcurrentCover(from, at, BarrierOn(elements), _counts.Value))
        {
            if (!IsDelete(entry, deletes)) return true;
        }
        return false;
    }

    /// <summary>The hashes of the elements (or ids of the children) in the set, in ordinal order.</summary>
    public IReadOnlyList<ContentHash> ElementHashes()
    {
        var present = new List<ContentHash>();
        foreach (var tag in _scope.TagsWithKey(ReplicatedSet.ElementsKey))
        {
            if (tag.ValueAsHash is { } element && HasByHash(element)) present.Add(element);
        }
        present.Sort();
        return present;
    }

    /// <summary>The elements in the set, in ordinal order of their hashes; for nested objects their create payloads.</summary>
    public IEnumerable<Literal> Elements()
    {
        foreach (var element in ElementHashes())
        {
            if (ElementOf(element) is { } literal) yield return literal;
        }
    }

    /// <summary>The element with a hash, read from an entry that added it; null when no entry in sight did.</summary>
    public Literal? ElementOf(ContentHash element) => ElementOf(element, at) ?? ElementOf(element, from);

    private Literal? ElementOf(ContentHash element, DagVersion version)
    {
        var deletes = _scope.Tag(ReplicatedSet.DeletesKey, element);
        foreach (int entry in _scope.Log.Cover(version, TagFilter.Of(_scope.Tag(ReplicatedSet.ElementsKey, element)), e => !IsDelete(e, deletes)))
        {
            var payload = _scope.PayloadOf(entry);
            if (payload.Text("action") == "add") return payload["element"];
            foreach (var initial in set.Create.InitialElements)
            {
                if (CanonicalJson.Hash(initial) == element) return initial;
            }
        }
        return null;
    }

    private TagFilter BarrierOn(Tag elements) => TagFilter.Of(elements, _scope.Tag(ReplicatedSet.BarrierTag.Key, ReplicatedSet.BarrierTag.Value));

    private bool IsDelete(int entry, Tag deletes) => _scope.Log.TagsOf(entry).Contains(deletes);
}
