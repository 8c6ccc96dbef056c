using Hhs.Cluster.Wire;

namespace Hhs.Cluster.Sessions;

/// <summary>Puts together what is the same for several sessions. Each session's own messages stay in order: a bundle is joined only behind the last that the session is in.</summary>
internal sealed class Bundles
{
    private readonly List<(ReadOnlyMemory<byte> Message, List<Receiver> To)> _bundles = [];
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _latest = new(SameBytes.Instance);
    private readonly Dictionary<long, int> _last = [];

    /// <summary>What is to be sent, in this order.</summary>
    public IEnumerable<ToPeers> All => _bundles.Select(b => new ToPeers(b.Message, b.To));

    /// <summary>The message is for this session, after all that was added for it before.</summary>
    public void Add(Receiver to, ReadOnlyMemory<byte> message)
    {
        if (!_latest.TryGetValue(message, out int bundle) || (_last.TryGetValue(to.Route, out int last) && last >= bundle))
        {
            bundle = _bundles.Count;
            _bundles.Add((message, []));
            _latest[message] = bundle;
        }
        _bundles[bundle].To.Add(to);
        _last[to.Route] = bundle;
    }

    private sealed class SameBytes : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public static readonly SameBytes Instance = new();

        public bool Equals(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) => one.Span.SequenceEqual(other.Span);

        // Of a long message, which is hardly for several, a part must do.
        public int GetHashCode(ReadOnlyMemory<byte> message)
        {
            var hash = new HashCode();
            hash.Add(message.Length);
            hash.AddBytes(message.Span[^Math.Min(message.Length, HashedMax)..]);
            return hash.ToHashCode();
        }

        private const int HashedMax = 256;
    }
}
