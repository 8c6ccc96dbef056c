using System.Diagnostics;
using System.Text.Json;
using Hhs.Model.Json;
using Hhs.Node.Commands;
using Hhs.Node.Output;

namespace Hhs.Node.Demo;

/// <summary>Processes that share a space: they meet, are parted, are killed and started again, and have to say the same of it.</summary>
internal sealed class SpaceTeam
{
    private readonly Dictionary<DemoProcess, long> _bytesOfEarlierLives = [];

    /// <summary>The id of the space, once there is one.</summary>
    public string Id { get; set; } = "";

    /// <summary>Starts a node again on its store, connected to nobody.</summary>
    public async Task StartAsync(DemoProcess node, CancellationToken cancel)
    {
        await node.StartAsync(cancel);
        await node.AskAsync<DemoEvent.Opened>(new DemoOrder.EnterSpace(Id), cancel);
    }

    /// <summary>Ends a node as a power cut would, and remembers what it had sent.</summary>
    public async Task KillAsync(DemoProcess node, CancellationToken cancel) => await KillAsync(node, await BytesSentAsync(node, cancel));

    /// <summary>Ends a node at once, of which it is known what it had sent.</summary>
    public async Task KillAsync(DemoProcess node, long bytesSent)
    {
        _bytesOfEarlierLives[node] = _bytesOfEarlierLives.GetValueOrDefault(node) + bytesSent;
        await node.KillAsync();
    }

    /// <summary>Writes entries, each of which must be taken; answers their hashes.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync(DemoProcess node, IReadOnlyList<string> payloads, CancellationToken cancel)
    {
        var wrote = await TryWriteAsync(node, payloads, cancel);
        if (wrote.FirstOrDefault(w => w.Refused is not null) is { } refused) throw new CommandException(ExitCode.Failed, $"{node.Name} could not write: {refused.Refused}");
        return [.. wrote.Select(w => w.Entry!)];
    }

    /// <summary>Writes entries of which some may be refused.</summary>
    public static async Task<IReadOnlyList<WrittenEntry>> TryWriteAsync(DemoProcess node, IReadOnlyList<string> payloads, CancellationToken cancel) =>
        (await node.AskAsync<DemoEvent.Wrote>(new DemoOrder.WriteInSpace(payloads), cancel)).Entries;

    /// <summary>All connect to all, whoever was parted before.</summary>
    public static async Task MeetAsync(IReadOnlyList<DemoProcess> nodes)
    {
        foreach (var node in nodes) await node.SendAsync(new DemoOrder.Unblock(Others(node, nodes)));
        for (int i = 1; i < nodes.Count; i++) await nodes[i].SendAsync(new DemoOrder.Connect([.. nodes.Take(i).Select(n => n.Address)]));
    }

    /// <summary>Some talk to nobody any more; answers when they have no connection left.</summary>
    public static async Task PartAsync(IReadOnlyList<DemoProcess> alone, IReadOnlyList<DemoProcess> all, CancellationToken cancel)
    {
        foreach (var node in all) await node.SendAsync(new DemoOrder.Block(Others(node, alone.Contains(node) ? all : alone)));
        await UntilAsync(async () => (await Task.WhenAll(alone.Select(n => SurveyAsync(n, cancel)))).All(s => s.Sessions == 0), () => "connections did not end", cancel);
    }

    /// <summary>Waits until all know the same; answers what they say of it, which has to be the same byte by byte.</summary>
    public static async Task<DemoEvent.Accounted> AgreeAsync(IReadOnlyList<DemoProcess> nodes, CancellationToken cancel)
    {
        DemoEvent.Accounted[] accounts = [];
        await UntilAsync(
            async () =>
            {
                // What was told costs nothing, and what is asked is not old.
                if (nodes.Select(n => n.State.Frontier).Distinct().Count() > 1) return false;
                accounts = await Task.WhenAll(nodes.Select(n => n.AskAsync<DemoEvent.Accounted>(new DemoOrder.AccountSpace(), cancel)));
                return accounts.Select(a => string.Join(" ", a.Frontier)).Distinct().Count() == 1;
            },
            () => $"the nodes do not come to know the same: {string.Join(", ", nodes.Select(n => $"{n.Name} has {n.State.Entries} entries and {n.State.Sessions} sessions"))}", cancel);
        string[] texts = [.. accounts.Select(Text)];
        int differing = Array.FindIndex(texts, text => text != texts[0]);
        return differing < 0 ? accounts[0] : throw new CommandException(ExitCode.Failed, $"{nodes[0].Name} and {nodes[differing].Name} know the same, and say different things of it: {Difference(texts[0], texts[differing])}");
    }

    /// <summary>Bytes that these nodes have sent in all their lives.</summary>
    public async Task<long> BytesSentAsync(IEnumerable<DemoProcess> running, CancellationToken cancel)
    {
        long bytes = _bytesOfEarlierLives.Values.Sum();
        foreach (var node in running) bytes += await BytesSentAsync(node, cancel);
        return bytes;
    }

    /// <summary>An account as one text.</summary>
    public static string Text(DemoEvent.Accounted account) => JsonSerializer.Serialize<DemoEvent>(account, JsonLine.Options);

    /// <summary>What became of one entry as a text.</summary>
    public static string Text(AccountedEntry entry) => JsonSerializer.Serialize(entry, JsonLine.Options);

    /// <summary>A hash over an account's text.</summary>
    public static string Hash(DemoEvent.Accounted account) => CanonicalJson.Hash(Text(account)).ToString();

    /// <summary>Bytes that a node has sent in its present life.</summary>
    public static async Task<long> BytesSentAsync(DemoProcess node, CancellationToken cancel) => (await SurveyAsync(node, cancel)).BytesSent;

    private static Task<DemoEvent.Surveyed> SurveyAsync(DemoProcess node, CancellationToken cancel) => node.AskAsync<DemoEvent.Surveyed>(new DemoOrder.Survey(), cancel);

    private static IReadOnlyList<string> Others(DemoProcess node, IReadOnlyList<DemoProcess> nodes) => [.. nodes.Where(n => n != node).Select(n => n.KeyId)];

    private static string Difference(string one, string other)
    {
        int at = one.Zip(other).TakeWhile(c => c.First == c.Second).Count();
        return $"'{one[Math.Max(0, at - 80)..Math.Min(one.Length, at + 80)]}' and '{other[Math.Max(0, at - 80)..Math.Min(other.Length, at + 80)]}'";
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, Func<string> otherwise, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            if (clock.Elapsed > WaitMax) throw new CommandException(ExitCode.Failed, $"{otherwise()} within {WaitMax.TotalSeconds:0} s");
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancel);
        }
    }

    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(45);
}
