using Hhs.Actors.Objects;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Sequence;

namespace Hhs.Actors.Node;

/// <summary>A replicated list.</summary>
public sealed class SequenceHandle(ObjectHandle handle) : TypedHandle<SequenceDelta>(handle)
{
    /// <summary>Inserts 1 to 1024 items before an index; the count for the end.</summary>
    public Task<ContentHash> InsertAsync(int index, params IReadOnlyList<Literal> items) => Object.ApplyAsync(new SequenceMessages.Insert(index, items));

    /// <summary>Deletes items.</summary>
    public async Task DeleteAsync(int index, int count)
    {
        // The items are named first, so what others insert meanwhile shifts nothing.
        foreach (var part in await Object.AskAsync<IReadOnlyList<Literal.Map>>(new SequenceMessages.PlanDelete(index, count)).ConfigureAwait(false))
            await Object.ApplyAsync(new ObjectMessages.Operation(part)).ConfigureAwait(false);
    }

    /// <summary>Moves one item so that it is before what has an index now; the count for the end.</summary>
    public Task<ContentHash> MoveAsync(int from, int before) => Object.ApplyAsync(new SequenceMessages.Move(from, before));

    /// <summary>The items in order.</summary>
    /// <param name="at">A version of the past; null for all that is known.</param>
    public Task<IReadOnlyList<Literal>> ItemsAsync(Position? at = null) => Object.AskAsync<IReadOnlyList<Literal>>(new SequenceMessages.GetItems(), at);
}
