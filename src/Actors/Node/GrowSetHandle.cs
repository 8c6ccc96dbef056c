using Hhs.Actors.Objects;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.GrowSet;

namespace Hhs.Actors.Node;

/// <summary>A replicated set to which elements are only ever added.</summary>
public sealed class GrowSetHandle(ObjectHandle handle) : TypedHandle<GrowSetDelta>(handle)
{
    /// <summary>Adds 1 to 1024 elements by one operation.</summary>
    public Task<ContentHash> AddAsync(params IReadOnlyList<Literal> elements) => Object.ApplyAsync(new GrowSetMessages.Add(elements));

    /// <summary>Whether an element is in the set.</summary>
    public Task<bool> ContainsAsync(Literal element, Position? at = null) => Object.AskAsync<bool>(new GrowSetMessages.Contains(element), at);

    /// <summary>The elements, in ordinal order of their hashes.</summary>
    /// <param name="at">A version of the past; null for all that is known.</param>
    public Task<IReadOnlyList<Literal>> ElementsAsync(Position? at = null) => Object.AskAsync<IReadOnlyList<Literal>>(new GrowSetMessages.GetElements(), at);
}
