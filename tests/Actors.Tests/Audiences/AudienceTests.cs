using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hhs.Actors.Audiences;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests.Hostile;
using Hhs.Actors.Tests.Mesh;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Mux;

namespace Hhs.Actors.Tests.Audiences;

public sealed class AudienceTests : IAsyncLifetime
{
    private readonly MeshNet _net = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _net.DisposeAsync();

    [Fact]
    public async Task An_object_is_offered_to_its_audience_alone_and_to_others_when_it_grows()
    {
        var owner = await _net.StartAsync("owner");
        var open = await MeshNet.NewSet(owner, "open");
        var secret = await MeshNet.NewSet(owner, "secret");
        var member = await Join("member", owner);
        var stranger = await Join("stranger", owner);
        await owner.OfferToAsync(secret.Id, new Audience.Keys([member.KeyId]));
        await MeshNet.Syncs(secret, await member.OpenSetAsync(secret.Id), "with a member");
        await stranger.OpenSetAsync(open.Id);   // it is connected
        await Assert.ThrowsAsync<HhsException>(() => stranger.OpenSetAsync(secret.Id));

        await owner.OfferToAsync(secret.Id, new Audience.Keys([member.KeyId, stranger.KeyId]));
        await MeshNet.Syncs(secret, await stranger.OpenSetAsync(secret.Id), "with a new member");
        Assert.Equal(2, Assert.IsType<Audience.Keys>(await owner.AudienceAsync(secret.Id)).KeyIds.Count);
        Assert.IsType<Audience.Everyone>(await owner.AudienceAsync(open.Id));
        await owner.OfferToAsync(secret.Id, new Audience.Everyone());
        Assert.IsType<Audience.Everyone>(await owner.AudienceAsync(secret.Id));
    }

    [Fact]
    public async Task Who_is_not_of_the_audience_any_more_hears_nothing_more()
    {
        var owner = await _net.StartAsync("owner");
        var set = await MeshNet.NewSet(owner, "s");
        var (one, other) = (await Join("one", owner), await Join("other", owner));
        var (atOne, atOther) = (await one.OpenSetAsync(set.Id), await other.OpenSetAsync(set.Id));
        await MeshNet.Syncs(set, atOther, "before");
        await owner.OfferToAsync(set.Id, new Audience.Keys([one.KeyId]));
        await MeshNet.Syncs(set, atOne, "after");
        await atOther.AddAsync("into the void");
        await MeshNet.Syncs(set, atOne, "later");
        Assert.False(await atOther.ContainsAsync("later, there"));
        Assert.False(await set.ContainsAsync("into the void"));
        await owner.OfferToAsync(set.Id, new Audience.Everyone());
        await Eventually.Holds(async () => await atOther.ContainsAsync("later, there") && await set.ContainsAsync("into the void"), "it is let in again, and nothing was lost");
    }

    [Fact]
    public async Task Holders_of_a_capability_are_the_audience_as_it_is_granted_and_revoked()
    {
        var owner = await _net.StartAsync("owner");
        var caps = await owner.CreateCapabilitiesAsync("caps", new Dictionary<string, string[]> { ["read"] = ["creator"] });
        var set = await MeshNet.NewSet(owner, "s");
        await owner.OfferToAsync(set.Id, new Audience.Holders(caps.Id, "read"));
        var member = await Join("member", owner);
        await member.OpenCapabilitiesAsync(caps.Id);
        await Assert.ThrowsAsync<HhsException>(() => member.OpenSetAsync(set.Id));

        await caps.AddIdentityAsync(member.PublicKey);
        await caps.GrantAsync(member.KeyId, "read");
        var copy = await member.OpenSetAsync(set.Id);
        await MeshNet.Syncs(set, copy, "as a holder");

        await caps.RevokeAsync(member.KeyId, "read");
        var log = new LogProbe(owner.System);
        await Eventually.Holds(async () =>
        {
            string mark = $"{Guid.NewGuid()}";
            await set.AddAsync(mark);
            return (await owner.PeersAsync()).Count == 0 || !await copy.ContainsAsync(mark);
        }, "after the revocation nothing more is told");
    }

    [Fact]
    public async Task An_audience_is_kept_over_a_restart_and_holds_from_the_first_moment()
    {
        string folder = Directory.CreateTempSubdirectory("hhs-audience").FullName;
        try
        {
            ContentHash secret, forHolders;
            var member = MeshNet.NewKey();
            await using (var owner = await HhsNode.StartAsync(new() { DataDirectory = folder }))
            {
                secret = (await MeshNet.NewSet(owner, "secret")).Id;
                forHolders = (await MeshNet.NewSet(owner, "for holders")).Id;
                var caps = await owner.CreateCapabilitiesAsync("caps", new Dictionary<string, string[]> { ["read"] = ["creator"] });
                await caps.AddIdentityAsync(member.PublicKey);
                await caps.GrantAsync(member.KeyId, "read");
                await owner.OfferToAsync(secret, new Audience.Keys([member.KeyId]));
                await owner.OfferToAsync(forHolders, new Audience.Holders(caps.Id, "read"));
            }
            var again = await _net.StartAsync("again", new() { DataDirectory = folder });
            var stranger = await Join("stranger", again);
            await Assert.ThrowsAsync<HhsException>(() => stranger.OpenSetAsync(secret));
            await Assert.ThrowsAsync<HhsException>(() => stranger.OpenSetAsync(forHolders));
            var friend = await Join("friend", again, member);
            await friend.OpenSetAsync(secret);
            await friend.OpenSetAsync(forHolders);
            await again.DisposeAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_stored_audience_that_cannot_be_read_is_nobody()
    {
        string folder = Directory.CreateTempSubdirectory("hhs-audience").FullName;
        try
        {
            ContentHash id;
            await using (var owner = await HhsNode.StartAsync(new() { DataDirectory = folder })) id = (await MeshNet.NewSet(owner, "s")).Id;
            using (var journal = SqliteJournal.Open(Path.Combine(folder, NodeActor.StoreName))) journal.PutSetting($"audience/{id}", "holders of nothing"u8.ToArray());
            var again = await _net.StartAsync("again", new() { DataDirectory = folder });
            Assert.Empty(Assert.IsType<Audience.Keys>(await again.AudienceAsync(id)).KeyIds);
            var stranger = await Join("stranger", again);
            await Assert.ThrowsAsync<HhsException>(() => stranger.OpenSetAsync(id));
            await again.DisposeAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Private by default: what is forbidden, what sleeps and what is not here look the same to whoever asks.</summary>
    [Fact]
    public async Task Whoever_probes_gets_the_same_answers_for_what_is_forbidden_dormant_and_unknown()
    {
        await using var node = await HhsNode.StartAsync(new() { Listen = [new("ws://127.0.0.1:0")], Mesh = MeshNet.Quick }, LogProbe.Config);
        var shared = await MeshNet.NewSet(node, "shared");
        var forbidden = await MeshNet.NewSet(node, "forbidden");
        var dormant = await MeshNet.NewSet(node, "dormant");
        await node.OfferToAsync(forbidden.Id, new Audience.Keys([MeshNet.NewKey().KeyId]));
        node.SetMode(dormant.Id, Actors.Discovery.TopicMode.Dormant);
        var transcripts = new List<string>();
        foreach (var topic in new[] { forbidden.Id, dormant.Id, ContentHash.Of("unknown"u8) })
        {
            await using var prober = await RawPeer.JoinedAsync(node.Listening[0], shared.Id);
            transcripts.Add(string.Join('\n', await Probe(prober, shared.Id.ToString(), topic.ToString())));
            await using var original = await RawPeer.AsOriginalAsync(node.Listening[0]);
            await original.SendMuxAsync(new MuxFrame.Interest(topic.ToString()));
            Assert.Equal(new MuxFrame.Reject(topic.ToString()), await original.NextMuxAsync());
            await original.IsClosedAsync();
        }
        Assert.Contains("Reject", transcripts[2], StringComparison.Ordinal);
        Assert.Single(transcripts.Distinct());
    }

    // Everything that a peer can say about a topic, and all that comes back until a later interest is answered.
    internal static async Task<IReadOnlyList<string>> Probe(RawPeer peer, string shared, string topic)
    {
        foreach (int _ in new[] { 1, 2 })
        {
            await peer.SendMuxAsync(new MuxFrame.Interest(topic));
            await peer.SendMuxAsync(new MuxFrame.Accept(topic));
            await peer.SendMuxAsync(new MuxFrame.Reject(topic));
            await peer.SendTextAsync($"{{\"type\":\"new-frontier\",\"dagId\":\"{topic}\",\"frontier\":[\"{topic}\"]}}", topic);
            await peer.SendTextAsync($"{{\"type\":\"init-request\",\"objectId\":\"{topic}\"}}", topic);
        }
        await peer.SendMuxAsync(new MuxFrame.Interest(shared));
        var heard = new List<string>();
        while (await peer.NextMuxAsync() is var frame && frame != new MuxFrame.Accept(shared))
        {
            if (frame is MuxFrame.TopicData(var on, var payload)) { if (on != shared) heard.Add($"data {Encoding.UTF8.GetString(payload.Span)}"); }
            else heard.Add(frame.ToString().Replace(topic, "TOPIC", StringComparison.Ordinal));
        }
        return heard;
    }

    [Fact]
    public void Audiences_are_read_back_and_nothing_else_is()
    {
        var hash = Gen.Choose(0, 1000).Select(i => ContentHash.Of(BitConverter.GetBytes(i)));
        Gen<Audience> audience = Gen.OneOf(
            Gen.Constant<Audience>(new Audience.Everyone()), hash.ListOf().Select(h => (Audience)new Audience.Keys([.. h.Select(k => new KeyId(k))])),
            hash.Select(h => (Audience)new Audience.Holders(h, "may read")));
        Check.QuickThrowOnFailure(Prop.ForAll(audience.ToArbitrary(), a => Audience.Read(a.Write())!.Write().AsSpan().SequenceEqual(a.Write())));
        foreach (string text in new[] { "", "nobody", "keys x", "holders", "holders x y", $"holders {ContentHash.Of([1])}" }) Assert.Null(Audience.Read(Encoding.UTF8.GetBytes(text)));
    }

    private Task<HhsNode> Join(string name, HhsNode peer, SecretKey? key = null) =>
        _net.StartAsync(name, new HhsSettings { Identity = key, Peers = [peer.Address()], Objects = new() { FetchTimeout = TimeSpan.FromSeconds(2) } });
}
