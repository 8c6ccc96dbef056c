using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Hhs.Model;

namespace Hhs.Protocols.Tracker;

/// <summary>Choices out of a source of random bytes.</summary>
internal sealed class Dice(IRandomSource random)
{
    /// <summary>A number from 0 up to, and without, the bound. Of 64 bits, so that the remainder favours nobody noticeably.</summary>
    public int Below(int bound)
    {
        Span<byte> bytes = stackalloc byte[8];
        random.Fill(bytes);
        return (int)(BinaryPrimitives.ReadUInt64LittleEndian(bytes) % (ulong)bound);
    }

    /// <summary>A number from 0 up to 1.</summary>
    public double Fraction() => Below(1 << 30) / (double)(1 << 30);

    public void Shuffle<T>(List<T> items)
    {
        var span = CollectionsMarshal.AsSpan(items);
        for (int i = span.Length - 1; i > 0; i--)
        {
            int other = Below(i + 1);
            (span[i], span[other]) = (span[other], span[i]);
        }
    }

    /// <summary>Takes one of the items out of the list.</summary>
    public T Draw<T>(List<T> items)
    {
        int at = Below(items.Count);
        var drawn = items[at];
        items[at] = items[^1];
        items.RemoveAt(items.Count - 1);
        return drawn;
    }
}
