using Akka.Actor;
using Hhs.Actors.Audiences;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Relay;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests.Audiences;
using Hhs.Actors.Tests.Hostile;
using Hhs.Actors.Tests.Mesh;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Set;
using Hhs.Protocols.Mux;
using Hhs.Protocols.Relay;
using Hhs.Protocols.Wire;

namespace Hhs.Actors.Tests.Relay;

public sealed class RelayTests : IAsyncLifetime
{
    private static readonly TypeRegistry None = new();

    private readonly MeshNet _net = new();
    private readonly string _folders = Directory.CreateTempSubdirectory("hhs-relay").FullName;
    private readonly HandClock _clock = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _net.DisposeAsync();
        Directory.Delete(_folders, recursive: true);
    }

    private sealed class HandClock : TimeProvider
    {
        private long _days;

        public void Pass(int days) => Interlocked.Add(ref _days, days);

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000 + Interlocked.Read(ref _days));
    }

    [Fact(Timeout = 60_000)]
    public async Task Two_that_are_never_online_at_once_write_one_object_whose_type_the_relay_does_not_know()
    {
        var relay = await Start(types: None);
        ContentHash id;
        await using (var alice = await Client(relay, "alice"))
        {
            var set = await MeshNet.NewSet(alice, "s");
            await set.AddAsync("from alice");
            id = set.Id;
            await HasAll(relay, id, 2);
        }
        await using (var bob = await Client(relay, "bob"))
        {
            var copy = await bob.OpenSetAsync(id);
            await Eventually.Holds(() => copy.ContainsAsync("from alice"), "bob has what alice wrote");
            await copy.AddAsync("from bob");
            await HasAll(relay, id, 3);
        }
        await using var again = await Client(relay, "alice");
        var hers = await again.OpenSetAsync(id);
        await Eventually.Holds(() => hers.ContainsAsync("from bob"), "alice has what bob wrote");
    }

    [Fact(Timeout = 60_000)]
    public async Task An_operation_against_the_rules_of_a_known_type_gets_no_further_than_the_relay()
    {
        var relay = await Start(listen: "ws://127.0.0.1:0");
        var log = new LogProbe(relay.System);
        var alice = await Client(relay);
        var set = await MeshNet.NewSet(alice, "s");
        await HasAll(relay, set.Id, 1);
        await using var liar = await RawPeer.JoinedAsync(Web(relay), set.Id);
        var bad = InventedLog.Entry(Literal.Map.Of(("action", "nonsense")), Position.Of([set.Id]));
        await liar.AnnounceAsync(bad.Hash);
        await liar.ShowAsync(bad);
        await log.Says("InvalidOperation");
        await set.AddAsync("good");
        await HasAll(relay, set.Id, 2);
        Assert.Equal(2, (await set.Object.StatusAsync()).Entries);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_key_has_no_more_hosted_than_its_share_before_and_after_a_restart()
    {
        string folder = Path.Combine(_folders, "relay");
        var settings = new RelaySettings { Quotas = new() { ObjectsPerKeyMax = 2 } };
        var (alice, bob) = (MeshNet.NewKey(), MeshNet.NewKey());
        IEnumerable<ContentHash> hosted;
        await using (var relay = await Start(settings, folder: folder))
        {
            var log = new LogProbe(relay.System);
            var node = await Client(relay, key: alice);
            for (int i = 0; i < 3; i++) await MeshNet.NewSet(node, $"of alice {i}");
            await log.Says("is not hosted for");
            var set = await MeshNet.NewSet(await Client(relay, key: bob), "of bob");
            await HasAll(relay, set.Id, 1);
            var objects = await relay.HostedAsync();
            Assert.Equal(2, objects.Count(o => o.Owner == alice.KeyId));
            Assert.All(objects, o => Assert.Equal(relay.Journal.BytesOf(o.Id), o.Bytes));
            hosted = objects.Select(o => o.Id);
        }
        await using var again = await Start(settings, folder: folder);
        var later = new LogProbe(again.System);
        Assert.Equal(hosted, (await again.HostedAsync()).Select(o => o.Id));
        await MeshNet.NewSet(await Client(again, key: alice), "of alice, later");
        await later.Says("is not hosted for");
        Assert.Equal(hosted, (await again.HostedAsync()).Select(o => o.Id));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stranger_cannot_tell_a_relay_from_a_node_that_is_none()
    {
        var alice = MeshNet.NewKey();
        var relay = await Start(new() { Allow = [alice.KeyId] }, listen: "ws://127.0.0.1:0");
        var hosted = await MeshNet.NewSet(await Client(relay, key: alice), "hosted");
        await HasAll(relay, hosted.Id, 1);
        await using var plain = await HhsNode.StartAsync(new() { Listen = [new("ws://127.0.0.1:0")], Mesh = MeshNet.Quick }, LogProbe.Config);
        var transcripts = new List<string>();
        foreach (var (node, topic) in new[] { (relay, hosted.Id), (relay, ContentHash.Of("unknown"u8)), (plain, hosted.Id) })
        {
            var open = await MeshNet.NewSet(node, "open");
            await using var prober = await RawPeer.JoinedAsync(Web(node), open.Id);
            transcripts.Add(string.Join('\n', await AudienceTests.Probe(prober, open.Id.ToString(), topic.ToString())));
            await using var original = await RawPeer.AsOriginalAsync(Web(node));
            await original.SendMuxAsync(new MuxFrame.Interest(topic.ToString()));
            Assert.Equal(new MuxFrame.Reject(topic.ToString()), await original.NextMuxAsync());
            await original.IsClosedAsync();
        }
        Assert.Contains("Reject", transcripts[0], StringComparison.Ordinal);
        Assert.Single(transcripts.Distinct());
        Assert.Equal([hosted.Id], (await relay.HostedAsync()).Select(o => o.Id));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_flood_of_interests_in_invented_ids_is_bounded_and_leaves_nothing_behind()
    {
        var relay = await Start(new() { FetchesPerKeyMax = 8, Quotas = new() { ObjectsMax = 40, ObjectsPerKeyMax = 15 } }, listen: "ws://127.0.0.1:0", fetchTimeout: TimeSpan.FromMilliseconds(200));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async flooder =>
        {
            int count = flooder == 0 ? 300 : 30;
            await using var peer = await RawPeer.WithChannelAsync(Web(relay));
            for (int i = 0; i < count; i++) await peer.SendMuxAsync(new MuxFrame.Interest($"{ContentHash.Of(BitConverter.GetBytes((flooder * 1000) + i))}"));
            var rejected = new HashSet<string>();
            int most = 0;
            while (rejected.Count < count)
            {
                if (await peer.NextMuxAsync() is not MuxFrame.Reject(var topic)) continue;
                rejected.Add(topic);
                if (rejected.Count % 10 == 0) most = Math.Max(most, (await relay.HostedAsync()).Count);
            }
            Assert.InRange(most, 0, 40);
        }));
        await Eventually.Holds(async () => (await relay.HostedAsync()).Count == 0, "what could not be fetched takes no place");
        Assert.Empty(relay.Journal.Settings("relay/"));
        var set = await MeshNet.NewSet(await Client(relay), "honest");
        await HasAll(relay, set.Id, 1);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_nobody_uses_is_dropped_and_can_come_back()
    {
        var relay = await Start(new() { SweepEvery = TimeSpan.FromMilliseconds(20) });
        var alice = await Client(relay);
        var used = await MeshNet.NewSet(alice, "used");
        ContentHash unused;
        await using (var bob = await Client(relay, "bob"))
        {
            unused = (await MeshNet.NewSet(bob, "unused")).Id;
            await HasAll(relay, unused, 1);
            await HasAll(relay, used.Id, 1);
        }
        await MeshNet.PeerCount(relay, 1);
        _clock.Pass(89);
        Assert.True(await MeshNet.Has(relay, unused));
        _clock.Pass(2);
        await Eventually.Holds(async () => !await MeshNet.Has(relay, unused), "it is dropped");
        await Eventually.Holds(() => relay.Journal.Settings("relay/").Count == 1, "and its record");
        Assert.Equal([used.Id], (await relay.HostedAsync()).Select(o => o.Id));
        await MeshNet.Syncs(used, await alice.OpenSetAsync(used.Id), "the other is not");
        await using var again = await Client(relay, "bob");
        await HasAll(relay, unused, 1);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_fetch_that_the_relays_end_has_cut_short_is_begun_again_and_leaves_nothing_if_nobody_has_the_object()
    {
        var (journal, id, owner) = (new MemoryJournal(), ContentHash.Of("asked for"u8), MeshNet.NewKey().KeyId);
        journal.PutSetting($"relay/{id}", System.Text.Encoding.UTF8.GetBytes($"{owner} 1700000000"));
        journal.PutSetting("relay/no id", new byte[] { 1 });
        await using var relay = await _net.StartAsync("relay", new HhsSettings
        {
            Relay = new() { Enabled = true, Quotas = new() { Retain = TimeSpan.FromDays(100_000) } }, Store = journal, Clock = _clock, Objects = new() { FetchTimeout = TimeSpan.FromSeconds(2) },
        });
        Assert.Equal((id, owner, 1), (await relay.HostedAsync()).Select(o => (o.Id, o.Owner, o.Users)).Single());
        Assert.Single(journal.Settings("relay/"));
        await Eventually.Holds(async () => (await relay.HostedAsync()).Count == 0, "it takes no place any more");
        Assert.Empty(journal.Settings("relay/"));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_object_that_grows_too_large_is_carried_no_more_and_others_are()
    {
        var relay = await Start(new() { Quotas = new() { ObjectBytesMax = 20_000 } });
        using var inbox = Inbox.Create(relay.System);
        relay.System.EventStream.Subscribe(inbox.Receiver, typeof(RelayProtocol.Stopped));
        var alice = await Client(relay);
        var (large, small) = (await MeshNet.NewSet(alice, "large"), await MeshNet.NewSet(alice, "small"));
        await HasAll(relay, large.Id, 1);
        await large.AddAsync(new string('x', 30_000));
        Assert.Equal(large.Id, Assert.IsType<RelayProtocol.Stopped>(inbox.Receive(Eventually.Patience)).Id);
        await large.AddAsync("more");
        await small.AddAsync("more");
        await HasAll(relay, small.Id, 2);
        await HasAll(relay, large.Id, 2);
        Assert.Equal(RelayStop.ObjectBytes, (await relay.HostedAsync()).Single(o => o.Id == large.Id).Stopped);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_hosted_object_is_judged_by_counts_for_the_same_key()
    {
        var relay = await Start(new() { Quotas = new() { ObjectsPerKeyMax = 1 } });
        var log = new LogProbe(relay.System);
        var (node, roomy) = (await _net.StartAsync("client", new() { Mesh = MeshNet.Quick with { OfferAgainEvery = TimeSpan.FromMilliseconds(100) } }), await Start(name: "roomy"));
        var caps = await node.CreateCapabilitiesAsync("caps", new Dictionary<string, string[]> { ["write"] = ["creator"] });
        await node.OfferToAsync(caps.Id, new Audience.Keys([]));
        var notes = await node.CreateLogAsync("notes", caps.Require(("append", "write")));
        node.AddPeer(relay.Address());   // not before it is settled what is offered
        node.AddPeer(roomy.Address());
        await log.Says($"{caps.Id} is not hosted for");
        Assert.False(await MeshNet.Has(relay, caps.Id));

        // The other has room. It asks whoever has the log for what the log is judged by, and takes the log's entries then.
        await notes.Object.AdvanceReferenceAsync();
        await node.OfferToAsync(caps.Id, new Audience.Keys([roomy.KeyId]));
        await HasAll(roomy, notes.Id, 2);
        Assert.All(await roomy.HostedAsync(), o => Assert.Equal(node.KeyId, o.Owner));
        Assert.Equal(2, (await roomy.HostedAsync()).Count);
    }

    /// <summary>Clients of different relays meet, and go on when the one relay is gone.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Relays_that_name_one_another_host_the_same_objects()
    {
        var (one, other) = (await Start(), await Start(name: "other"));
        one.AddPeer(other.Address());
        other.AddPeer(one.Address());
        var alice = await Client(one);
        var set = await MeshNet.NewSet(alice, "s");
        await HasAll(other, set.Id, 1);
        Assert.Equal(alice.KeyId, (await one.HostedAsync()).Single().Owner);
        Assert.Equal(one.KeyId, (await other.HostedAsync()).Single().Owner);   // it hosts for whoever asked it
        var bob = await Client(other);
        var copy = await bob.OpenSetAsync(set.Id);
        await MeshNet.Syncs(set, copy, "over two relays");
        await one.DisposeAsync();
        await copy.AddAsync("later");
        await HasAll(other, set.Id, 4);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_of_the_original_is_served(bool isFirst)
    {
        var relay = await Start(listen: "ws://127.0.0.1:0");
        var create = SetPayloads.Create(new SetOptions { Seed = "of an original" });
        var id = Entry.Make(create, Position.Empty).Hash;
        await using var original = await RawPeer.AsOriginalAsync(Web(relay));
        if (isFirst)
        {
            await original.SendMuxAsync(new MuxFrame.Interest(id.ToString()));
            Assert.Equal(new MuxFrame.Accept(id.ToString()), await original.NextMuxAsync());
        }
        else
        {
            // It has pooled the connection of another object, and says nothing but what it has.
            var other = await MeshNet.NewSet(relay, "of the operator");
            await original.SendMuxAsync(new MuxFrame.Interest(other.Id.ToString()));
            Assert.Equal(new MuxFrame.Accept(other.Id.ToString()), await original.NextMuxAsync());
            await original.SendTextAsync($"{{\"type\":\"new-frontier\",\"dagId\":\"{id}\",\"frontier\":[\"{id}\"]}}", id.ToString());
        }
        await original.NextAsync<SyncMessage.InitRequest>();
        var answer = new JsonBuffer();
        new SyncMessage.InitResponse(id, create).Write(answer);
        await original.SendMuxAsync(new MuxFrame.TopicData(id.ToString(), answer.Written.ToArray()));
        await HasAll(relay, id, 1);
        Assert.Equal(original.Identity.KeyId, (await relay.HostedAsync()).Single().Owner);
    }

    private Task<HhsNode> Start(RelaySettings? relay = null, TypeRegistry? types = null, string? folder = null, string? listen = null, TimeSpan? fetchTimeout = null, string name = "relay")
    {
        var settings = new HhsSettings
        {
            Relay = (relay ?? new()) with { Enabled = true }, Types = types ?? TypeRegistry.BuiltIn, DataDirectory = folder, Clock = _clock,
            Objects = new() { FetchTimeout = fetchTimeout ?? TimeSpan.FromSeconds(5) },
        };
        return _net.StartAsync(name, settings, listen);
    }

    private Task<HhsNode> Client(HhsNode relay, string? folder = null, SecretKey? key = null) => _net.StartAsync($"client {Guid.NewGuid():N}".Replace(" ", "-", StringComparison.Ordinal), new HhsSettings
    {
        Peers = [new(relay.KeyId.Hash, relay.Listening.Single(l => l.Scheme == "mem"))], Identity = key, DataDirectory = folder is null ? null : Path.Combine(_folders, folder),
        Mesh = MeshNet.Quick with { OfferAgainEvery = TimeSpan.FromMilliseconds(100) },
    });

    private static Uri Web(HhsNode node) => node.Listening.Single(l => l.Scheme == "ws");

    private static Task HasAll(HhsNode node, ContentHash id, int entries) =>
        Eventually.Holds(async () => (await node.ObjectsAsync()).Any(o => o.Id == id && o.Entries == entries), $"the relay has {entries} entries");
}
