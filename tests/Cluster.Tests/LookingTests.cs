using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests;
using Hhs.Model.Dag;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests;

/// <summary>A node looks into the store for objects that nobody has told it of.</summary>
public sealed class LookingTests
{
    [Fact(Timeout = 60_000)]
    public async Task Only_what_is_new_is_asked_for_again_and_is_found()
    {
        var store = new SharedStore();
        for (int i = 0; i < 1500; i++)
        {
            var create = Entry.Make(SetPayloads.Create(new SetOptions { Seed = $"set {i}" }), Position.Empty);
            store.Journal.Append([new(create.Hash, [new(create.Header, JsonText.Write(create.Payload), Array.Empty<byte>())])]);
        }
        long highest = store.Journal.ObjectsFrom(0)[^1].Number;
        await using var node = await ClusterNode.StartAsync(
            new() { Identity = SecretKey.Generate(SystemRandom.Instance), Store = store.Open(), Listen = [new("ws://127.0.0.1:0")] },
            ConfigurationFactory.ParseString("hhs.cluster.look-again = 100ms").WithFallback(TestCluster.Hasty));
        await Eventually.Holds(() => store.Asked.Count >= 3, "it looks again");
        Assert.Equal([0, highest - 1000, highest - 1000], store.Asked.Take(3));

        SetHandle made;
        await using (var writer = await HhsNode.StartAsync(new() { Store = store.Open() })) made = await writer.CreateSetAsync(new SetOptions { Seed = "new" });
        await Eventually.Holds(() => store.Asked[^1] == highest - 999, "it has seen the new one");
        var member = Akka.Cluster.Cluster.Get(node.System);
        member.Join(member.SelfAddress);
        await using var peer = await HhsNode.StartAsync(new() { Peers = [node.Address()] });
        await peer.OpenSetAsync(made.Id);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_sees_a_node_come_looks_soon_since_messages_to_all_do_not_reach_all_yet()
    {
        const string Seldom = "hhs.cluster.look-again = 1h";
        await using var cluster = await TestCluster.OfAsync(1, more: Seldom);
        SetHandle made;
        await using (var writer = await HhsNode.StartAsync(new() { Store = cluster.Store.Open() })) made = await writer.CreateSetAsync(new SetOptions { Seed = "nobody was told" });
        await cluster.AddAsync(config: Seldom);
        await using var peer = await HhsNode.StartAsync(new() { Peers = [cluster[0].Address()] });
        await peer.OpenSetAsync(made.Id);
    }
}
