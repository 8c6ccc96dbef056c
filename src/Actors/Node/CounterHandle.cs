using System.Numerics;
using Hhs.Actors.Objects;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Types.Counter;

namespace Hhs.Actors.Node;

/// <summary>A replicated counter.</summary>
public sealed class CounterHandle(ObjectHandle handle) : TypedHandle<CounterDelta>(handle)
{
    /// <summary>Adds an amount, negative or positive; zero is refused.</summary>
    public Task<ContentHash> IncrementAsync(long amount = 1) => Object.ApplyAsync(new CounterMessages.Increment(amount));

    /// <summary>The exact sum.</summary>
    /// <param name="at">A version of the past; null for all that is known.</param>
    public async Task<BigInteger> ValueAsync(Position? at = null) => (await ViewAsync(at).ConfigureAwait(false)).Total;

    /// <summary>The sum of each author's increments, by key id; only where the counter has an authority.</summary>
    public async Task<IReadOnlyDictionary<string, BigInteger>> TotalsAsync(Position? at = null) => (await ViewAsync(at).ConfigureAwait(false)).ByAuthor;

    private Task<CounterView> ViewAsync(Position? at) => Object.AskAsync<CounterView>(new CounterMessages.GetView(), at);
}
