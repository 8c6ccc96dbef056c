using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Set;

namespace Hhs.Actors.Tests.Node;

public sealed class PermissionsTests
{
    private static readonly Uri Loopback = new("ws://127.0.0.1:0");

    private static SetOptions Guarded(CapabilitiesHandle caps) => new()
    {
        Seed = "notes",
        AcceptRedundantDelete = true,
        Authority = new AuthorityRules(caps.Id.ToString(), new Dictionary<string, string> { ["add"] = "write", ["delete"] = "write" }, [], RefAdvanceCreators: true),
    };

    [Fact(Timeout = 60_000)]
    public async Task Only_whoever_holds_the_capability_can_write_and_a_revocation_reaches_everybody()
    {
        await using var alice = await HhsNode.StartAsync(new HhsSettings { Listen = [Loopback] });
        await using var bob = await HhsNode.StartAsync(new HhsSettings { Peers = [alice.Address()] });
        var caps = await alice.CreateCapabilitiesAsync("team", new Dictionary<string, string[]> { ["write"] = ["creator"] });
        var set = await alice.CreateSetAsync(Guarded(caps));
        await set.AddAsync("by alice");

        // The set alone is asked for: its capability object comes along, since nothing in the set can be judged without it.
        var copy = await bob.OpenSetAsync(set.Id);
        await Until(() => copy.ContainsAsync("by alice"));
        await Assert.ThrowsAsync<HhsException>(() => copy.AddAsync("too early"));

        await caps.AddIdentityAsync(bob.PublicKey);
        await caps.GrantAsync(bob.KeyId, "write");
        await set.AdvanceReferenceAsync();
        await Until(async () => await TryAdd(copy, "by bob"));
        await Until(() => set.ContainsAsync("by bob"));

        await caps.RevokeAsync(bob.KeyId, "write");
        await set.AdvanceReferenceAsync();
        await Until(async () => !await TryAdd(copy, "too late"));
        await Until(async () => (await set.ContentsAsync()).Hash == (await copy.ContentsAsync()).Hash);
        Assert.True(await set.ContainsAsync("by bob"));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_reserved_name_of_the_creators_is_refused_for_a_capability()
    {
        await using var node = await HhsNode.StartAsync(new HhsSettings());
        var caps = await node.CreateCapabilitiesAsync("team", new Dictionary<string, string[]> { ["write"] = ["creator"] });
        var refused = await Assert.ThrowsAsync<HhsException>(() => caps.CreateCapabilityAsync("creator", "creator"));
        Assert.Contains("'creator' is reserved", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Model.RejectCode.InvalidOperation, refused.Why.Code);
        await Assert.ThrowsAsync<ArgumentException>(() => node.CreateCapabilitiesAsync("others", new Dictionary<string, string[]> { ["creator"] = [] }));
        await caps.CreateCapabilityAsync("creators", "creator");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_permissioned_set_reads_the_same_after_its_node_was_started_again()
    {
        string folder = Directory.CreateTempSubdirectory("hhs-test-").FullName;
        try
        {
            Model.Hashing.ContentHash id, contents;
            await using (var node = await HhsNode.StartAsync(new HhsSettings { DataDirectory = folder }))
            {
                var caps = await node.CreateCapabilitiesAsync("team", new Dictionary<string, string[]> { ["write"] = ["creator"] });
                var set = await node.CreateSetAsync(Guarded(caps));
                await set.AddAsync("a");
                await set.AddAsync("b");
                await set.RemoveAsync("a");
                (id, contents) = (set.Id, (await set.ContentsAsync()).Hash);
            }
            await using var again = await HhsNode.StartAsync(new HhsSettings { DataDirectory = folder });
            var reopened = await again.OpenSetAsync(id);
            Assert.Equal(contents, (await reopened.ContentsAsync()).Hash);
            await reopened.AddAsync("c");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_asks_a_set_whose_capability_object_nobody_has_is_told_so()
    {
        await using var node = await HhsNode.StartAsync(new HhsSettings());
        var caps = await node.CreateCapabilitiesAsync("team", new Dictionary<string, string[]> { ["write"] = ["creator"] });
        var nowhere = Guarded(caps) with { Authority = Guarded(caps).Authority! with { CapabilityRef = Model.Json.CanonicalJson.Hash("nobody has it").ToString() } };
        var set = await node.CreateSetAsync(nowhere);
        var told = await Assert.ThrowsAsync<HhsException>(() => set.ContainsAsync("anything"));
        Assert.Contains("is not here yet", told.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> TryAdd(SetHandle set, string element)
    {
        try
        {
            await set.AddAsync(element);
            return true;
        }
        catch (HhsException)
        {
            return false;
        }
    }

    // Each look waits for the actors' answers; the test's own timeout bounds the whole.
    private static async Task Until(Func<Task<bool>> condition)
    {
        while (!await condition()) await Task.Yield();
    }
}
