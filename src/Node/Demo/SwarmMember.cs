using System.Diagnostics.Metrics;
using Akka.Actor;
using Hhs.Actors.Gossip;
using Hhs.Actors.Node;
using Hhs.Actors.Telemetry;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Types.Set;

namespace Hhs.Node.Demo;

/// <summary>What a node of the swarm demo does: hosts many sets, writes them, is parted from others, says how things stand.</summary>
internal sealed class SwarmMember : IDisposable
{
    private readonly HhsNode _node;
    private readonly Action<DemoEvent> _tell;
    private readonly Dictionary<string, SetHandle> _sets = [];
    private readonly MeterListener _meter = new();
    private readonly CancellationTokenSource _endLoad = new();
    private long _bytesSent;

    public SwarmMember(HhsNode node, Action<DemoEvent> tell)
    {
        (_node, _tell) = (node, tell);
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == HhsMeter.Name && instrument.Name == "hhs.transport.bytes_sent") listener.EnableMeasurementEvents(instrument);
        };
        _meter.SetMeasurementEventCallback<long>((_, bytes, _, _) => Interlocked.Add(ref _bytesSent, bytes));
        _meter.Start();
    }

    public async Task<DemoEvent.Hosted> HostAsync(DemoOrder.Host order)
    {
        var made = await Task.WhenAll(order.Seeds.Select(seed => _node.CreateSetAsync(new SetOptions { Seed = seed })));
        var fetched = await Task.WhenAll(order.Ids.Select(id => _node.OpenSetAsync(ContentHash.Parse(id))));
        lock (_sets) foreach (var set in made.Concat(fetched)) _sets[set.Id.ToString()] = set;
        return new([.. made.Select(set => set.Id.ToString())]);
    }

    public async Task<DemoEvent.Done> PutAsync(DemoOrder.Put order)
    {
        SetHandle[] sets;
        lock (_sets) sets = [.. order.Ids.Select(id => _sets[id])];
        var entries = await Task.WhenAll(sets.SelectMany(set => Enumerable.Range(0, order.Each).Select(i => set.AddAsync($"{order.Mark} {i}"))));
        return new([.. entries.Select(e => e.ToString())], DateTime.UtcNow.Ticks);
    }

    /// <summary>Writes until <see cref="EndLoad"/>.</summary>
    public async Task<DemoEvent.Loaded> LoadAsync(DemoOrder.Load order)
    {
        SetHandle[] sets;
        lock (_sets) sets = [.. order.Ids.Select(id => _sets[id])];
        var writes = new List<Task>();
        using var often = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / order.PerSecond));
        for (int i = 0; !_endLoad.IsCancellationRequested; i++)
        {
            writes.RemoveAll(write => write.IsCompletedSuccessfully);
            writes.Add(WriteAsync(sets[i % sets.Length], $"{order.Mark} {i}"));
            await often.WaitForNextTickAsync();
        }
        await Task.WhenAll(writes);
        return new();
    }

    public void EndLoad() => _endLoad.Cancel();

    private async Task WriteAsync(SetHandle set, string element) => _tell(new DemoEvent.Acknowledged([(await set.AddAsync(element)).ToString()]));

    public async Task<DemoEvent.Surveyed> SurveyAsync()
    {
        SetHandle[] sets;
        lock (_sets) sets = [.. _sets.Values];
        var all = await Task.WhenAll(sets.Select(set => set.Object.StatusAsync()));
        return new([.. all.Select(s => new SurveyedObject(s.Id.ToString(), s.Entries, DemoNodeCommand.FrontierHash(s)))], (await _node.PeersAsync()).Count, Interlocked.Read(ref _bytesSent));
    }

    public void Block(IReadOnlyList<string> keys)
    {
        foreach (string key in keys) _node.Block(KeyId.Parse(key));
    }

    public void Unblock(IReadOnlyList<string> keys)
    {
        foreach (string key in keys) _node.Unblock(KeyId.Parse(key));
    }

    public void Trace()
    {
        var listener = _node.System.ActorOf(Props.Create(() => new Listener(_tell)));
        _node.System.EventStream.Subscribe(listener, typeof(GossipProtocol.Arrived));
    }

    public void Dispose()
    {
        _meter.Dispose();
        _endLoad.Dispose();
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(Action<DemoEvent> tell) => Receive<GossipProtocol.Arrived>(arrived =>
            tell(new DemoEvent.Arrived(arrived.From.ToString(), [.. arrived.Entries.Select(e => e.Hash.ToString())], DateTime.UtcNow.Ticks)));
    }
}
