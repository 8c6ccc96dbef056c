using Hhs.Actors.Objects;
using Hhs.Model.Hashing;
using Hhs.Model.Types;

namespace Hhs.Actors.Node;

/// <summary>What the handles of our own types have in common.</summary>
/// <remarks>Errors: <see cref="HhsException"/> when an operation is refused; it says which capability is missing.</remarks>
/// <typeparam name="TDelta">How the type tells what changed.</typeparam>
public abstract class TypedHandle<TDelta> where TDelta : ObjectDelta
{
    private protected TypedHandle(ObjectHandle handle) => Object = handle;

    /// <summary>The object under it: id, status, log, conflicts.</summary>
    public ObjectHandle Object { get; }

    /// <summary>The object's id: what peers open it by, if it is not nested.</summary>
    public ContentHash Id => Object.Id;

    /// <summary>What changed, from now on until cancelled.</summary>
    public IAsyncEnumerable<TDelta> ChangesAsync(CancellationToken cancel = default) => Object.ChangesAsync<TDelta>(new ObjectMessages.Changes(), cancel);
}
