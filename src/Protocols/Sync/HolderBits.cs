using System.Numerics;

namespace Hhs.Protocols.Sync;

/// <summary>Gives each peer a bit, so that who has an entry is one number. Peers beyond the 64th get none, and are not asked for anything meanwhile.</summary>
internal sealed class HolderBits
{
    private readonly Dictionary<PeerId, ulong> _bits = [];
    private ulong _taken;

    /// <summary>The peer's bit; 0 when there is none left.</summary>
    public ulong Of(PeerId peer)
    {
        if (_bits.TryGetValue(peer, out ulong bit)) return bit;
        if (_taken == ulong.MaxValue) return 0;
        bit = 1UL << BitOperations.TrailingZeroCount(~_taken);
        _taken |= bit;
        _bits.Add(peer, bit);
        return bit;
    }

    /// <summary>Takes the bit back; whoever holds it in numbers must clear it there.</summary>
    public ulong Free(PeerId peer)
    {
        _bits.Remove(peer, out ulong bit);
        _taken &= ~bit;
        return bit;
    }
}
