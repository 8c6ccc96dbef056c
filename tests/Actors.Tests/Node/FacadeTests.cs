using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;
using Hhs.Protocols;

namespace Hhs.Actors.Tests.Node;

public sealed class FacadeTests
{
    [Fact]
    public async Task Opening_what_nobody_has_fails_in_time_and_says_why()
    {
        await using var node = await HhsNode.StartAsync(new() { Objects = new() { FetchTimeout = TimeSpan.FromMilliseconds(100) } });
        var unknown = ContentHash.Of([1]);
        var failure = await Assert.ThrowsAsync<HhsException>(() => node.OpenAsync(unknown));
        Assert.Equal($"no peer showed the create payload of {unknown.Short}", failure.Message);
        Assert.Empty(await node.ObjectsAsync());
    }

    [Fact]
    public async Task What_could_not_be_read_back_is_refused_and_the_object_goes_on()
    {
        await using var node = await HhsNode.StartAsync(new());
        var set = await node.CreateSetAsync(new SetOptions { Seed = "large" });
        Literal deep = 1;
        for (int i = 0; i < Model.Limits.JsonDepthMax; i++) deep = new Literal.Array(deep);
        foreach (var element in (Literal[])[new string('x', Model.Limits.PayloadBytesMax), deep])
            Assert.Equal(Model.RejectCode.OverLimit, (await Assert.ThrowsAsync<HhsException>(() => set.AddAsync(element))).Why.Code);
        await set.AddAsync("small");
        Assert.Equal<Literal>(["small"], (await set.ContentsAsync()).Elements.Select(e => e.Element));
    }

    [Fact]
    public async Task Nested_sets_are_written_and_read_through_their_parent()
    {
        await using var node = await HhsNode.StartAsync(new());
        var folders = await node.CreateSetAsync(new SetOptions { Seed = "folders", ContentType = SetType.Id });
        var child = await folders.AddNestedSetAsync(new SetOptions { Seed = "letters" });
        await folders.AddToNestedAsync(child, "a");
        await folders.AddToNestedAsync(child, "b");
        await folders.RemoveFromNestedAsync(child, "a");
        Assert.Equal<Literal>(["b"], (await folders.NestedContentsAsync(child)).Elements.Select(e => e.Element));
        await Assert.ThrowsAsync<HhsException>(() => folders.AddToNestedAsync(ContentHash.Of([1]), "x"));
        await Assert.ThrowsAsync<HhsException>(() => folders.NestedContentsAsync(ContentHash.Of([1])));
        await folders.RemoveByHashAsync(child);
        Assert.Empty((await folders.ContentsAsync()).Elements);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_reader_of_changes_sees_each_once()
    {
        await using var node = await HhsNode.StartAsync(new());
        var set = await node.CreateSetAsync(new SetOptions { Seed = "s" });
        var seen = new List<Literal>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var reading = Task.Run(
            async () =>
            {
                await foreach (var change in set.ChangesAsync(enough.Token))
                {
                    lock (seen) seen.AddRange(change.Added);
                }
            },
            enough.Token);
        int probes = 0;
        await Eventually.Holds(
            async () =>
            {
                await set.AddAsync($"probe {probes++}");
                lock (seen) return seen.Count > 0;
            },
            "the reader is there");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => set.AddAsync(i)));
        await Eventually.Holds(() => { lock (seen) return seen.Count(e => e is Literal.Number) == 200; }, "all are seen");
        Assert.Equal(seen.Count, seen.Distinct().Count());
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task A_gossip_channel_that_fails_is_joined_by_its_peers_again()
    {
        await using var one = await HhsNode.StartAsync(new() { Listen = [new Uri("ws://127.0.0.1:0")] }, LogProbe.Config);
        var set = await one.CreateSetAsync(new SetOptions { Seed = "s" });
        await using var two = await HhsNode.StartAsync(new() { Peers = [one.Address()] }, LogProbe.Config);
        var copy = await two.OpenSetAsync(set.Id);
        foreach (var (node, round) in new[] { (one, 1), (two, 2), (one, 3) })
        {
            // A message whose release throws stands in for a bug of ours.
            node.System.ActorSelection("/user/hhs/objects/*/gossip").Tell(
                new MeshProtocol.TopicMessage("", new PeerId("nobody"), default, () => throw new InvalidOperationException("a bug")), ActorRefs.NoSender);
            await set.AddAsync($"one {round}");
            await copy.AddAsync($"two {round}");
            await Eventually.Holds(async () => await set.ContainsAsync($"two {round}") && await copy.ContainsAsync($"one {round}"), $"synced after failure {round}");
        }
    }

    [Fact]
    public async Task A_node_that_cannot_start_says_why()
    {
        await Assert.ThrowsAsync<Actors.Transport.TransportException>(() => HhsNode.StartAsync(new() { Listen = [new Uri("udp://127.0.0.1:0")] }));
        string file = Path.GetTempFileName();
        try { await Assert.ThrowsAnyAsync<IOException>(() => HhsNode.StartAsync(new() { DataDirectory = file })); }
        finally { File.Delete(file); }
    }

    [Fact]
    public async Task A_node_can_be_disposed_twice()
    {
        var node = await HhsNode.StartAsync(new());
        await node.DisposeAsync();
        await node.DisposeAsync();
    }
}
