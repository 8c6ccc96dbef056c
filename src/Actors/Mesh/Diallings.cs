using Hhs.Model;
using Hhs.Protocols;

namespace Hhs.Actors.Mesh;

/// <summary>Whom the mesh is to be connected to, why, and where that stands.</summary>
internal sealed class Diallings(IRandomSource random, TimeSpan redialMin, TimeSpan redialMax)
{
    private readonly Dictionary<PeerAddress, Dialling> _all = [];

    /// <summary>All of them.</summary>
    public IReadOnlyDictionary<PeerAddress, Dialling> All => _all;

    /// <summary>Stays connected to the address; false if it is to be already.</summary>
    public bool Keep(PeerAddress address)
    {
        var dialling = Get(address);
        if (dialling.IsKept) return false;
        return dialling.IsKept = true;
    }

    /// <summary>Wants a topic of whoever is at the address.</summary>
    public Dialling Want(PeerAddress address, string topic)
    {
        var dialling = Get(address);
        dialling.Topics.Add(topic);
        return dialling;
    }

    public void Remove(PeerAddress address) => _all.Remove(address);

    /// <summary>Those that the session has served, which is over.</summary>
    public IReadOnlyList<PeerAddress> ServedBy(PeerId session) => [.. _all.Where(d => d.Value.Session == session).Select(d => d.Key)];

    /// <summary>Another session serves what this one has.</summary>
    public void Move(PeerId from, PeerId to)
    {
        foreach (var dialling in _all.Values) if (dialling.Session == from) dialling.Session = to;
    }

    /// <summary>How long to wait after so many failures in a row: doubling, a quarter of it random.</summary>
    public TimeSpan Backoff(int failures)
    {
        Span<byte> jitter = stackalloc byte[1];
        random.Fill(jitter);
        double seconds = Math.Min(redialMax.TotalSeconds, redialMin.TotalSeconds * Math.Pow(2, Math.Max(0, failures - 1)));
        return TimeSpan.FromSeconds(seconds * (0.75 + (jitter[0] / 1024.0)));
    }

    private Dialling Get(PeerAddress address)
    {
        if (!_all.TryGetValue(address, out var dialling)) _all.Add(address, dialling = new());
        return dialling;
    }
}

/// <summary>An address that is dialled, or connected.</summary>
internal sealed class Dialling
{
    /// <summary>Whether to stay connected and to offer every topic.</summary>
    public bool IsKept { get; set; }

    /// <summary>Topics that discovery wants of it.</summary>
    public HashSet<string> Topics { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether it waits for its turn, or is being dialled.</summary>
    public bool IsDialling { get; set; }

    /// <summary>The session that serves it, whoever dialled that.</summary>
    public PeerId? Session { get; set; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; set; }

    /// <summary>An original that declines the first topic is asked for the next one: which.</summary>
    public int NextTopic { get; set; }
}
