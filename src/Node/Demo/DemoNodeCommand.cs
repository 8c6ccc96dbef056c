using System.CommandLine;
using System.Text.Json;
using System.Threading.Channels;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Tracker;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;
using Hhs.Node.Commands;
using Hhs.Node.Output;

namespace Hhs.Node.Demo;

/// <summary>One node of the demo, a process of its own that does what its standard input says. Hidden: the demo starts it.</summary>
internal sealed class DemoNodeCommand : IAsyncDisposable
{
    private readonly HhsNode _node;
    private readonly Lock _writing = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly GovernedLog _log;
    private readonly SwarmMember _swarm;
    private readonly DemoSpace _space;
    private volatile SetHandle? _set;
    private volatile ObjectHandle? _watched;

    private DemoNodeCommand(HhsNode node)
    {
        (_node, _log) = (node, new(node));
        _swarm = new(node, Tell);
        _space = new(node, Tell);
    }

    public static Command Make()
    {
        var listen = new Option<string>("--listen") { Description = "Address to accept connections on", DefaultValueFactory = _ => "ws://127.0.0.1:0" };
        var tracker = Trackers.Option();
        var command = new Command("demo-node", "One node of 'hhs demo'") { listen, tracker };
        command.Hidden = true;
        command.SetAction((parsed, _) => RunAsync(new(parsed), Peers.Listen(parsed.GetValue(listen)!), [.. Trackers.Parse(parsed.GetValue(tracker)!)]));   // its parent decides when it ends, not the terminal
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, Uri listen, IReadOnlyList<TrackerAddress> trackers)
    {
        await using var node = await context.StartAsync(context.Settings with { Listen = [listen], Peers = [], Trackers = trackers });
        await using var demo = new DemoNodeCommand(node);
        demo.Tell(new DemoEvent.Ready(node.Address().ToString(), node.PublicKey.ToBase64()));
        var watching = demo.WatchAsync();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            // Orders overlap: a node can be told to connect while it writes.
            _ = demo.CarryOutAsync(JsonSerializer.Deserialize<DemoOrder>(line, JsonLine.Options)!);
        }
        demo._ending.Cancel();
        await watching;
        return ExitCode.Ok;
    }

    private async Task CarryOutAsync(DemoOrder order)
    {
        try
        {
            switch (order)
            {
                case DemoOrder.AccountSpace account: Tell(await _space.AccountAsync(account)); break;
                case DemoOrder.Append append: Tell(await _log.AppendAsync(append.Text)); break;
                case DemoOrder.Block block: _swarm.Block(block.KeyIds); break;
                case DemoOrder.Connect connect: Connect(connect.Peers); break;
                case DemoOrder.EndLoad: _swarm.EndLoad(); break;
                case DemoOrder.Empower empower: Tell(await _space.EmpowerAsync(empower)); break;
                case DemoOrder.EnterSpace enter: Watch(await _space.EnterAsync(enter.Id)); break;
                case DemoOrder.Found found: Watch(await _log.FoundAsync(found)); break;
                case DemoOrder.FoundSpace found: await FoundSpaceAsync(found); break;
                case DemoOrder.GlanceSpace glance: Tell(await _space.GlanceAsync(glance)); break;
                case DemoOrder.Host host: Tell(await _swarm.HostAsync(host)); break;
                case DemoOrder.Join join: Watch(await _log.JoinAsync(ContentHash.Parse(join.Id))); break;
                case DemoOrder.List: await ListAsync(); break;
                case DemoOrder.Load load: Tell(await _swarm.LoadAsync(load)); break;
                case DemoOrder.Open open: await OpenAsync(open.Seed); break;
                case DemoOrder.Put put: Tell(await _swarm.PutAsync(put)); break;
                case DemoOrder.Review: Tell(await _log.ReviewAsync()); break;
                case DemoOrder.Revoke revoke: Tell(await _log.RevokeAsync(revoke.EditorKey)); break;
                case DemoOrder.Sum: await SumAsync(); break;
                case DemoOrder.Survey: Tell(await _swarm.SurveyAsync()); break;
                case DemoOrder.Trace: _swarm.Trace(); break;
                case DemoOrder.Unblock unblock: _swarm.Unblock(unblock.KeyIds); break;
                case DemoOrder.Write write: await WriteAsync(write); break;
                case DemoOrder.WriteInSpace write: Tell(await _space.WriteAsync(write)); break;
            }
        }
        catch (Exception failure)
        {
            Tell(new DemoEvent.Failed(Failure.Of(failure).Message));
        }
    }

    private async Task OpenAsync(string seed)
    {
        var set = await _node.CreateSetAsync(new SetOptions { Seed = seed, AcceptRedundantDelete = true });
        _set = set;
        Watch(set.Object);
    }

    private async Task FoundSpaceAsync(DemoOrder.FoundSpace order)
    {
        var (space, founded) = await _space.FoundAsync(order);
        _watched = space;
        Tell(founded);
    }

    private void Watch(ObjectHandle handle)
    {
        _watched = handle;
        Tell(new DemoEvent.Opened(handle.Id.ToString()));
    }

    private void Connect(IReadOnlyList<string> peers)
    {
        foreach (string text in peers)
        {
            if (!PeerAddress.TryParse(text, out var address, out string why)) throw CommandException.BadInput(why);
            _node.AddPeer(address);
        }
    }

    // Several writes are under way at once; each is told when it is durable.
    private async Task WriteAsync(DemoOrder.Write order)
    {
        var random = new Random(order.RandomSeed);
        var underWay = Channel.CreateBounded<Task<ContentHash>>(order.AtOnce);
        var telling = TellAcknowledgedAsync(underWay.Reader);
        for (int i = 0; i < order.Entries; i++)
        {
            Literal element = $"item {random.Next(order.Pool)}";
            await underWay.Writer.WriteAsync(random.Next(10) < 6 ? _set!.AddAsync(element) : _set!.RemoveAsync(element), _ending.Token);
        }
        underWay.Writer.Complete();
        await telling;
        Tell(new DemoEvent.Written());
    }

    private async Task TellAcknowledgedAsync(ChannelReader<Task<ContentHash>> underWay)
    {
        var acknowledged = new List<string>();
        await foreach (var write in underWay.ReadAllAsync(_ending.Token))
        {
            if (!write.IsCompleted) Flush();
            acknowledged.Add((await write).ToString());
        }
        Flush();

        void Flush()
        {
            if (acknowledged.Count > 0) Tell(new DemoEvent.Acknowledged([.. acknowledged]));
            acknowledged.Clear();
        }
    }

    private async Task WatchAsync()
    {
        DemoEvent.State? told = null;
        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (await often.WaitForNextTickAsync(_ending.Token))
            {
                if (_watched is not { } watched) continue;
                var status = await watched.StatusAsync();
                var state = new DemoEvent.State(status.Entries, (await _node.PeersAsync()).Count, FrontierHash(status));
                if (state == told) continue;
                Tell(state);
                told = state;
            }
        }
        catch (OperationCanceledException)
        {
            // The demo is over.
        }
    }

    private async Task SumAsync()
    {
        var contents = await _set!.ContentsAsync();
        var status = await _set.Object.StatusAsync();
        Tell(new DemoEvent.Summed(status.Entries, FrontierHash(status), contents.Elements.Count, contents.Hash.ToString()));
    }

    private async Task ListAsync()
    {
        var entries = new List<string>();
        await foreach (var entry in _set!.Object.LogAsync()) entries.Add(entry.Hash.ToString());
        Tell(new DemoEvent.Listed(entries));
    }

    internal static string FrontierHash(ObjectProtocol.Status status) => CanonicalJson.Hash(status.Frontier.ToLiteral()).ToString();

    private void Tell(DemoEvent what)
    {
        string line = JsonSerializer.Serialize(what, JsonLine.Options);
        lock (_writing)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }

    public ValueTask DisposeAsync()
    {
        _ending.Cancel();
        _swarm.Dispose();
        _ending.Dispose();
        return ValueTask.CompletedTask;
    }
}
