using Hhs.Model;

namespace Hhs.Protocols.Tests.Sync;

/// <summary>Randomness that a seed repeats.</summary>
internal sealed class SeededRandom(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
}
