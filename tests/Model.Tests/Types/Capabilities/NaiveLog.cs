using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Types.Capabilities;

/// <summary>A log of at most 64 entries with the queries as the specification words them: sets of entries are bits, and every path is walked.</summary>
/// <remarks>Nothing is shared with the code under test.</remarks>
internal sealed class NaiveLog
{
    private readonly List<ulong> _prev = [];
    private readonly List<ulong> _history = [];

    public List<ContentHash> Hashes { get; } = [];

    public List<Literal.Map> Payloads { get; } = [];

    public int Count => _prev.Count;

    public void Append(ContentHash hash, Literal.Map payload, ulong prev)
    {
        _prev.Add(prev);
        _history.Add(History(prev) | Bit(_prev.Count - 1));
        Hashes.Add(hash);
        Payloads.Add(payload);
    }

    public static ulong Bit(int entry) => 1UL << entry;

    public static IEnumerable<int> Entries(ulong set)
    {
        for (; set != 0; set &= set - 1) yield return System.Numerics.BitOperations.TrailingZeroCount(set);
    }

    public ulong History(ulong position)
    {
        ulong seen = 0;
        for (; position != 0; position &= position - 1) seen |= _history[System.Numerics.BitOperations.TrailingZeroCount(position)];
        return seen;
    }

    public ulong MinimalCover(ulong position)
    {
        ulong cover = position;
        for (; position != 0; position &= position - 1)
        {
            int entry = System.Numerics.BitOperations.TrailingZeroCount(position);
            cover &= ~(_history[entry] & ~Bit(entry));
        }
        return cover;
    }

    /// <summary>In ordinal order of the hashes.</summary>
    public int[] Cover(ulong at, Func<int, bool> passes) => Walk(at, passes);

    public int[] ConcurrentCover(ulong from, ulong to, Func<int, bool> passes)
    {
        ulong excluded = History(to);
        for (int entry = 0; entry < Count; entry++)
        {
            if ((_history[entry] & to) != 0) excluded |= Bit(entry);
        }
        return Walk(from, entry => (excluded & Bit(entry)) == 0 && passes(entry));
    }

    private int[] Walk(ulong from, Func<int, bool> passes)
    {
        ulong stops = 0, seen = 0, open = from;
        while (open != 0)
        {
            int entry = System.Numerics.BitOperations.TrailingZeroCount(open);
            open &= ~Bit(entry);
            if ((seen & Bit(entry)) != 0) continue;
            seen |= Bit(entry);
            if (passes(entry)) stops |= Bit(entry); else open |= _prev[entry] & ~seen;
        }
        if (stops == 0) return [];
        return [.. Entries(MinimalCover(stops)).OrderBy(entry => Hashes[entry])];
    }
}
