using System.Collections.Concurrent;
using Akka.Actor;
using Hhs.Actors.Discovery;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests.Mesh;
using Hhs.Model.Hashing;
using Hhs.Protocols.Swarm;

namespace Hhs.Actors.Tests.Discovery;

public sealed class DiscoveryTests : IAsyncLifetime
{
    private readonly MeshNet _net = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _net.DisposeAsync();

    [Fact]
    public async Task Nodes_that_know_nobody_find_each_other_by_what_a_source_says()
    {
        var directory = new Directory();
        var one = await Start("one", directory);
        var set = await MeshNet.NewSet(one, "s");
        await directory.Carries(one, set.Id);
        var other = await Start("other", directory);
        var copy = await other.OpenSetAsync(set.Id);
        await MeshNet.Syncs(set, copy, "found");
        Assert.Single(await one.PeersAsync());
    }

    [Fact]
    public async Task A_second_object_is_asked_for_on_the_connection_that_is_there()
    {
        var directory = new Directory();
        var one = await Start("one", directory);
        var first = await MeshNet.NewSet(one, "first");
        var second = await MeshNet.NewSet(one, "second");
        await directory.Carries(one, first.Id, second.Id);
        var other = await Start("other", directory);
        await MeshNet.Syncs(first, await other.OpenSetAsync(first.Id), "first");
        await MeshNet.Syncs(second, await other.OpenSetAsync(second.Id), "second");
        Assert.Single(await one.PeersAsync());
        Assert.Single(await other.PeersAsync());
    }

    [Fact]
    public async Task A_connection_made_for_one_object_names_no_other()
    {
        // Each says so in its log as soon as it is asked for one object that it does not have.
        HhsSettings Telling(HhsSettings settings) => settings with { Mesh = MeshNet.Quick with { DeclinedTopicsMax = 1 } };
        var directory = new Directory();
        var one = await Start("one", directory, Telling);
        var log = new LogProbe(one.System);
        var shared = await MeshNet.NewSet(one, "shared");
        var other = await Start("other", new Directory(), Telling);
        var otherLog = new LogProbe(other.System);
        var own = await MeshNet.NewSet(other, "of the other alone");
        var alsoOwn = await MeshNet.NewSet(one, "of the one alone");
        directory.Add(shared.Id, other);
        await MeshNet.Syncs(shared, await MeshNet.NewSet(other, "shared"), "shared");
        Assert.DoesNotContain(log.Since(0).Concat(otherLog.Since(0)), l => l.Contains("topics that are not here", StringComparison.Ordinal));
        Assert.False(await MeshNet.Has(one, own.Id));
        Assert.False(await MeshNet.Has(other, alsoOwn.Id));
    }

    [Fact]
    public async Task Candidates_that_cannot_be_reached_or_are_somebody_else_cost_nothing_but_a_dial()
    {
        var directory = new Directory();
        var one = await Start("one", directory);
        var set = await MeshNet.NewSet(one, "s");
        directory.Add(set.Id, MeshNet.NewKey().KeyId, "mem://nobody", "xyz://unknown.scheme", "no address", "mem://one");
        directory.Add(set.Id, one);
        var other = await Start("other", directory);
        var copy = await other.OpenSetAsync(set.Id);
        await MeshNet.Syncs(set, copy, "among wrong ones");
    }

    [Fact]
    public async Task Sources_of_the_next_priority_are_asked_when_those_before_name_too_few()
    {
        Directory near = new(), far = new();
        var one = await Start("one", new Directory());
        var set = await MeshNet.NewSet(one, "s");
        far.Add(set.Id, one);
        var other = await Start("other", near);
        other.AddDiscovery(far.Source(other), 7);
        var copy = await other.OpenSetAsync(set.Id);
        await MeshNet.Syncs(set, copy, "found by the second source");
        Assert.Contains(set.Id, near.Asked);
    }

    [Fact]
    public async Task Enough_peers_are_connected_and_no_more_are_dialled()
    {
        var directory = new Directory();
        var many = new List<HhsNode>();
        for (int i = 0; i < 6; i++) many.Add(await Start($"n{i}", new Directory()));
        var sets = await Task.WhenAll(many.Select(n => MeshNet.NewSet(n, "s")));
        foreach (var node in many) directory.Add(sets[0].Id, node);
        var seeker = await Start("seeker", directory, s => s with { Discovery = s.Discovery with { Swarm = s.Discovery.Swarm with { TargetPeers = 2 } } });
        var copy = await seeker.OpenSetAsync(sets[0].Id);
        await MeshNet.PeerCount(seeker, 2);
        await copy.AddAsync("x");
        await Eventually.Holds(async () => (await Task.WhenAll(sets.Select(s => s.ContainsAsync("x")))).Count(has => has) == 2, "two have it");
        Assert.Equal(2, (await seeker.PeersAsync()).Count);
    }

    [Fact]
    public async Task A_lost_peer_is_replaced()
    {
        var directory = new Directory();
        var first = await Start("first", new Directory());
        var set = await MeshNet.NewSet(first, "s");
        directory.Add(set.Id, first);
        var seeker = await Start("seeker", directory);
        var copy = await seeker.OpenSetAsync(set.Id);
        await MeshNet.PeerCount(seeker, 1);
        await first.DisposeAsync();
        var second = await Start("second", new Directory());
        var again = await MeshNet.NewSet(second, "s");
        directory.Add(set.Id, second);
        await MeshNet.Syncs(again, copy, "with the one that took its place");
    }

    [Fact]
    public async Task A_passive_object_is_not_looked_for_and_lets_in_whoever_dials()
    {
        var directory = new Directory();
        var one = await Start("one", new Directory());
        var set = await MeshNet.NewSet(one, "s");
        directory.Add(set.Id, one);
        var shy = await Start("shy", directory);
        shy.SetMode(set.Id, TopicMode.Passive);
        var copy = await MeshNet.NewSet(shy, "s");
        var marker = await MeshNet.NewSet(shy, "marker");
        await Eventually.Holds(() => directory.Asked.Contains(marker.Id), "the active object is looked for");
        Assert.DoesNotContain(set.Id, directory.Asked);
        one.AddPeer(shy.Address());
        await MeshNet.Syncs(set, copy, "let in");
        Assert.DoesNotContain(set.Id, directory.Asked);
    }

    [Fact]
    public async Task With_pool_reuse_connected_peers_are_asked_for_other_objects()
    {
        var hub = await Start("hub", new Directory());
        var first = await MeshNet.NewSet(hub, "first");
        var directory = new Directory();
        directory.Add(first.Id, hub);   // and nothing is known of the second
        var second = await MeshNet.NewSet(hub, "second");
        var node = await Start("node", directory, s => s with { Discovery = s.Discovery with { PoolReuse = true } });
        await MeshNet.Syncs(first, await node.OpenSetAsync(first.Id), "first");
        await MeshNet.Syncs(second, await node.OpenSetAsync(second.Id), "second");
    }

    [Fact]
    public async Task Sources_are_told_all_that_is_carried_and_what_is_not_any_more()
    {
        var directory = new Directory();
        var node = await Start("node", directory);
        var sets = new List<SetHandle>();
        for (int i = 0; i < 50; i++) sets.Add(await MeshNet.NewSet(node, $"{i}"));
        await directory.Carries(node, [.. sets.Select(s => s.Id)]);
        node.SetMode(sets[7].Id, TopicMode.Dormant);
        await Eventually.Holds(() => directory.Carried.TryGetValue(node, out var carried) && carried.Count == 49 && !carried.Contains(sets[7].Id), "what is dormant is not announced");
    }

    /// <summary>A source may say what it likes: of one answer so many candidates are taken as a topic has room for.</summary>
    [Fact]
    public async Task Of_one_answer_no_more_candidates_are_taken_than_are_remembered()
    {
        var transport = new DialRecorder();
        var settings = new HhsSettings
        {
            Mesh = MeshNet.Quick with { DialsPerSecondMax = 1000 }, ExtraTransports = [transport],
            Discovery = new() { Swarm = SwarmSettings.Default with { CandidatesMax = 5, DialsMax = 5, RedialMin = TimeSpan.FromMilliseconds(10), RedialMax = TimeSpan.FromMilliseconds(10) } },
        };
        await using var node = await HhsNode.StartAsync(settings, LogProbe.Config);
        var candidates = Enumerable.Range(0, 10_000).Select(i => new SwarmCandidate(MeshNet.NewKey().KeyId, $"nobody://peer{i}")).ToList();
        node.AddDiscovery(node.System.ActorOf(Props.Create(() => new SaysItOnce(candidates))), 0);
        await MeshNet.NewSet(node, "s");
        await Eventually.Holds(() => transport.Dials.CountBy(d => d.To).Count(d => d.Value > 2) >= 5, "all that were taken have been dialled again and again");
        Assert.Equal(candidates.Take(5).Select(c => new Uri(c.Address)).ToHashSet(), transport.Dials.Select(d => d.To).ToHashSet());
    }

    private sealed class SaysItOnce : ReceiveActor
    {
        public SaysItOnce(IReadOnlyList<SwarmCandidate> candidates)
        {
            bool said = false;
            Receive<DiscoveryProtocol.Find>(find =>
            {
                if (!said) Sender.Tell(new DiscoveryProtocol.Found(find.Topic, candidates));
                said = true;
            });
        }
    }

    private async Task<HhsNode> Start(string name, Directory directory, Func<HhsSettings, HhsSettings>? change = null)
    {
        var settings = new HhsSettings
        {
            Discovery = new()
            {
                NextSourceAfter = TimeSpan.FromMilliseconds(50),
                Swarm = SwarmSettings.Default with { DiscoverEvery = TimeSpan.FromMilliseconds(100), DiscoverMax = TimeSpan.FromMilliseconds(400), RedialMin = TimeSpan.FromMilliseconds(20), RedialMax = TimeSpan.FromMilliseconds(200) },
            },
        };
        var node = await _net.StartAsync(name, change?.Invoke(settings) ?? settings);
        node.AddDiscovery(directory.Source(node), 0);
        return node;
    }

    /// <summary>Who has what, as somebody says who may be right.</summary>
    private sealed class Directory
    {
        private readonly ConcurrentDictionary<ContentHash, ConcurrentQueue<SwarmCandidate>> _known = new();

        public ConcurrentBag<ContentHash> Asked { get; } = [];

        public ConcurrentDictionary<HhsNode, IReadOnlyCollection<ContentHash>> Carried { get; } = new();

        public void Add(ContentHash topic, HhsNode node) => Add(topic, node.KeyId, node.Address().Endpoint.OriginalString);

        public void Add(ContentHash topic, Model.Identity.KeyId key, params string[] addresses)
        {
            foreach (string address in addresses) _known.GetOrAdd(topic, _ => []).Enqueue(new(key, address));
        }

        public IActorRef Source(HhsNode node) => node.System.ActorOf(Props.Create(() => new Listed(this, node)));

        public Task Carries(HhsNode node, params ContentHash[] topics) => Eventually.Holds(
            () => Carried.TryGetValue(node, out var carried) && topics.All(carried.Contains) && topics.All(t => _known.TryGetValue(t, out var known) && known.Any(c => c.KeyId == node.KeyId)), "the source knows what is carried");

        private sealed class Listed : ReceiveActor
        {
            public Listed(Directory directory, HhsNode node)
            {
                Receive<DiscoveryProtocol.Carried>(carried =>
                {
                    foreach (var topic in carried.Topics) if (!directory._known.TryGetValue(topic, out var known) || known.All(c => c.KeyId != node.KeyId)) directory.Add(topic, node);
                    directory.Carried[node] = carried.Topics;
                });
                Receive<DiscoveryProtocol.Find>(find =>
                {
                    directory.Asked.Add(find.Topic);
                    if (directory._known.TryGetValue(find.Topic, out var known)) Sender.Tell(new DiscoveryProtocol.Found(find.Topic, [.. known]));
                });
            }
        }
    }
}
