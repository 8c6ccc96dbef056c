using Hhs.Actors.Objects;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;

namespace Hhs.Actors.Node;

/// <summary>A replicated set.</summary>
/// <remarks>Errors: <see cref="HhsException"/> when an operation is refused, such as removing what is not there.</remarks>
public sealed class SetHandle(ObjectHandle handle)
{
    /// <summary>The object under the set: its id, status, log.</summary>
    public ObjectHandle Object => handle;

    /// <summary>The set's id: what peers open it by.</summary>
    public ContentHash Id => handle.Id;

    /// <summary>Adds an element; done when it is durable. Answers the entry's hash, which for a nested object is its id.</summary>
    public Task<ContentHash> AddAsync(Literal element, bool barrier = false) => handle.ApplyAsync(new SetMessages.Add(element, barrier));

    /// <summary>Removes an element; done when it is durable.</summary>
    public Task<ContentHash> RemoveAsync(Literal element, bool barrier = false) => RemoveByHashAsync(CanonicalJson.Hash(element), barrier);

    /// <summary>Removes an element by its hash, or a nested object by its id.</summary>
    public Task<ContentHash> RemoveByHashAsync(ContentHash element, bool barrier = false) => handle.ApplyAsync(new SetMessages.Remove(element, barrier));

    /// <summary>Whether an element is in the set.</summary>
    public Task<bool> ContainsAsync(Literal element) => handle.AskAsync<bool>(new SetMessages.Contains(CanonicalJson.Hash(element)));

    /// <summary>All elements with their hashes.</summary>
    public Task<SetContents> ContentsAsync() => handle.AskAsync<SetContents>(new SetMessages.Contents());

    /// <summary>Adds a nested set; answers its id.</summary>
    public Task<ContentHash> AddNestedSetAsync(SetOptions options) => AddAsync(SetPayloads.Create(options));

    /// <summary>Adds an element to a nested set.</summary>
    public Task<ContentHash> AddToNestedAsync(ContentHash child, Literal element) => handle.ApplyAsync(new SetMessages.Update(child, new SetMessages.Add(element)));

    /// <summary>Removes an element from a nested set.</summary>
    public Task<ContentHash> RemoveFromNestedAsync(ContentHash child, Literal element) =>
        handle.ApplyAsync(new SetMessages.Update(child, new SetMessages.Remove(CanonicalJson.Hash(element))));

    /// <summary>All elements of a nested set.</summary>
    public Task<SetContents> NestedContentsAsync(ContentHash child) => handle.AskAsync<SetContents>(new SetMessages.AskNested(child, new SetMessages.Contents()));

    /// <summary>Makes the state of the set's capability object, as known here, count for the set.</summary>
    public Task<ContentHash> AdvanceReferenceAsync() => handle.ApplyAsync(new CapabilityMessages.AdvanceReference());

    /// <summary>What came and went, from now on until cancelled.</summary>
    public IAsyncEnumerable<SetChange> ChangesAsync(CancellationToken cancel = default) => handle.ChangesAsync<SetChange>(new SetMessages.Changes(), cancel);
}
