using Hhs.Model;

namespace Hhs.Protocols.Tests;

/// <summary>Pseudo-random bytes from a seed.</summary>
internal sealed class TestRandom(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
}

/// <summary>Hands out recorded bytes, and insists on being asked for just those.</summary>
internal sealed class ReplayedRandom(IEnumerable<byte[]> calls) : IRandomSource
{
    private readonly Queue<byte[]> _calls = new(calls);

    public int Left => _calls.Count;

    public void Fill(Span<byte> bytes)
    {
        byte[] call = _calls.Dequeue();
        Assert.Equal(call.Length, bytes.Length);
        call.CopyTo(bytes);
    }
}

internal static class Mutation
{
    /// <summary>A copy with one to three bytes changed, cut off, or added.</summary>
    public static byte[] Of(ReadOnlySpan<byte> valid, Random random)
    {
        byte[] bytes = valid.ToArray();
        while (valid.SequenceEqual(bytes))
        {
            for (int n = random.Next(1, 4); n > 0 && bytes.Length > 0; n--)
            {
                switch (random.Next(8))
                {
                    case 0: bytes = bytes[..random.Next(bytes.Length)]; break;
                    case 1: bytes = [.. bytes, (byte)random.Next(256)]; break;
                    default: bytes[random.Next(bytes.Length)] = (byte)random.Next(256); break;
                }
            }
        }
        return bytes;
    }

    public static byte[] Noise(Random random, int lengthMax)
    {
        var bytes = new byte[random.Next(lengthMax)];
        random.NextBytes(bytes);
        // Half of it starts like a small count or type, so that it gets past the first look.
        if (bytes.Length > 4 && random.Next(2) == 0) (bytes[0], bytes[1], bytes[2], bytes[3]) = (0, 0, 0, (byte)random.Next(5));
        return bytes;
    }
}
