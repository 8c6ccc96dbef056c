using Hhs.Protocols;
using Hhs.Protocols.Tests.Sync;

namespace Hhs.Simulation.Tests;

/// <summary>A virtual clock, the nodes, and the links between them; everything that happens follows from one seed.</summary>
internal sealed class World(int seed)
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _events = new();
    private readonly List<Link> _links = [];
    private readonly Queue<string> _trace = new();
    private long _order;

    public Random Random { get; } = new(seed);

    public TimeSpan Now { get; private set; }

    public long Steps { get; private set; }

    /// <summary>Off where many nodes make it dear and nobody reads it.</summary>
    public bool IsTraced { get; init; } = true;

    public void Trace(string line)
    {
        _trace.Enqueue($"{Now.TotalMilliseconds,9:F1} {line}");
        if (_trace.Count > 400) _trace.Dequeue();
    }

    public string History => string.Join('\n', _trace);

    public TimeSpan Between(double lowMs, double highMs) => TimeSpan.FromMilliseconds(lowMs + (Random.NextDouble() * (highMs - lowMs)));

    public void After(TimeSpan delay, Action action) => _events.Enqueue(action, (Now + delay, _order++));

    /// <summary>Runs until the condition holds or the time is up; the condition is looked at every other step.</summary>
    public bool RunUntil(TimeSpan end, Func<bool> done)
    {
        while (_events.TryDequeue(out var action, out var due))
        {
            if (due.At > end) { _events.Enqueue(action, due); Now = end; break; }
            Now = due.At;
            action();
            if (++Steps % 2 == 0 && done()) return true;
        }
        return done();
    }

    public Link Link(INode one, INode other, Line? line = null)
    {
        var link = new Link(this, one, other, line);
        _links.Add(link);
        link.Open();
        return link;
    }

    public IReadOnlyList<Link> Links => _links;
}

/// <summary>A link that is the same all the time: how long a byte is under way, and how many leave in a second, each way.</summary>
internal sealed record Line(TimeSpan Latency, double BytesPerSecond = 10e6);

/// <summary>Whatever sits at the end of a link.</summary>
internal interface INode
{
    string Name { get; }

    PeerKind Kind { get; }

    void Joined(PeerId peer, PeerKind kind, Action<ReadOnlyMemory<byte>> send);

    void Left(PeerId peer);

    void Received(PeerId peer, ReadOnlyMemory<byte> message);

    /// <summary>A message of this node has been written out.</summary>
    void Drained(PeerId peer, int bytes);
}

/// <summary>An ordered, reliable connection that can break, losing what is under way, and be opened again.</summary>
internal sealed class Link(World world, INode one, INode other, Line? line)
{
    private int _epoch;
    private bool _open;
    private readonly double _slowMs = world.Random.NextDouble() * 80;

    public INode One => one;

    public INode Other => other;

    public bool IsHeld { get; set; }

    public void Open()
    {
        if (_open || IsHeld) return;
        _open = true;
        int epoch = ++_epoch;
        var there = new Pipe(this, one, other, epoch);
        var back = new Pipe(this, other, one, epoch);
        one.Joined(there.Far, other.Kind, there.Send);
        other.Joined(back.Far, one.Kind, back.Send);
    }

    public void Break()
    {
        if (!_open) return;
        _open = false;
        one.Left(NameOf(other, _epoch));
        other.Left(NameOf(one, _epoch));
        world.Trace($"break {one.Name}-{other.Name}");
    }

    private PeerId NameOf(INode node, int epoch) => new($"{node.Name}#{epoch}@{one.Name}{other.Name}");

    private sealed class Pipe(Link link, INode from, INode to, int epoch)
    {
        private TimeSpan _last;

        public PeerId Far => link.NameOf(to, epoch);

        public void Send(ReadOnlyMemory<byte> message)
        {
            var world = link.WorldOf;
            if (link.LineOf is { } line) { Send(world, line, message); return; }
            // In order: never before the message ahead of it. Some arrive together, as out of one socket read.
            var at = world.Now + world.Between(1, 5 + link._slowMs) + TimeSpan.FromTicks(message.Length);
            if (at < _last) at = _last;
            _last = at;
            var bytes = message.ToArray();
            world.After(at - world.Now, () =>
            {
                if (!IsUp) return;
                from.Drained(Far, bytes.Length);
                if (!IsUp) return;
                to.Received(link.NameOf(from, epoch), bytes);
            });
        }

        private void Send(World world, Line line, ReadOnlyMemory<byte> message)
        {
            var bytes = message.ToArray();
            _last = (_last > world.Now ? _last : world.Now) + TimeSpan.FromSeconds(bytes.Length / line.BytesPerSecond);
            world.After(_last - world.Now, () => { if (IsUp) from.Drained(Far, bytes.Length); });
            world.After(_last + line.Latency - world.Now, () => { if (IsUp) to.Received(link.NameOf(from, epoch), bytes); });
        }

        private bool IsUp => link._open && link._epoch == epoch;
    }

    private World WorldOf => world;

    private Line? LineOf => line;
}
