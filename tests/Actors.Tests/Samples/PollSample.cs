using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Settings;
using Hhs.Model;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;

namespace Hhs.Actors.Tests.Samples;

/// <summary>The tutorial's poll (docs/custom-type.md) between nodes that know the type, and through one that does not.</summary>
public sealed class PollSample
{
    private static readonly TypeRegistry Types = TypeRegistry.BuiltIn.With(new PollType());
    private static readonly Uri Loopback = new("ws://127.0.0.1:0");

    [Fact(Timeout = 60_000)]
    public async Task Two_people_vote_and_the_closed_poll_is_the_same_for_both()
    {
        await using var alice = await HhsNode.StartAsync(new HhsSettings { Types = Types, Listen = [Loopback] });
        await using var bob = await HhsNode.StartAsync(new HhsSettings { Types = Types, Peers = [alice.Address()] });
        var people = await PeopleAsync(alice, bob);
        var poll = await alice.CreateAsync(PollType.Create("lunch", Rules(people), "soup", "salad"));
        await poll.ApplyAsync(new CapabilityMessages.AdvanceReference());
        await poll.ApplyAsync(new PollMessages.Write(PollType.Vote("soup")));

        var copy = await bob.OpenAsync(poll.Id);
        await Eventually.Holds(async () => (await ReadAsync(copy)).Tally["soup"] == 1, "bob has alice's vote");
        await copy.ApplyAsync(new PollMessages.Write(PollType.Vote("soup")));
        await copy.ApplyAsync(new PollMessages.Write(PollType.Vote("salad")));   // one vote a person: the latest
        var refused = await Assert.ThrowsAsync<HhsException>(() => copy.ApplyAsync(new PollMessages.Write(PollType.Close)));
        Assert.Contains("does not have capability 'chair'", refused.Message, StringComparison.Ordinal);

        await Eventually.Holds(async () => (await ReadAsync(poll)).Tally["salad"] == 1, "alice has bob's vote");
        await poll.ApplyAsync(new PollMessages.Write(PollType.Close));
        await Eventually.Holds(async () => (await ReadAsync(copy)).IsClosed, "bob knows that the poll is closed");
        await Assert.ThrowsAsync<HhsException>(() => copy.ApplyAsync(new PollMessages.Write(PollType.Vote("soup"))));

        var (hers, his) = (await ReadAsync(poll), await ReadAsync(copy));
        Assert.Equal(hers.ToString(), his.ToString());
        Assert.Equal((1, 1), (his.Tally["soup"], his.Tally["salad"]));
        Assert.Equal("salad", his.Ballots[bob.KeyId.ToString()]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_that_does_not_know_the_type_relays_it_between_two_that_do()
    {
        string folder = Directory.CreateTempSubdirectory("hhs-test-").FullName;
        try
        {
            var knowsNothing = new HhsSettings { Types = new TypeRegistry(), Listen = [Loopback], DataDirectory = folder };
            Model.Hashing.ContentHash id;
            string shown;
            await using (var relay = await HhsNode.StartAsync(knowsNothing))
            {
                await using var alice = await HhsNode.StartAsync(new HhsSettings { Types = Types, Peers = [relay.Address()] });
                await using var bob = await HhsNode.StartAsync(new HhsSettings { Types = Types, Peers = [relay.Address()] });
                var people = await PeopleAsync(alice, bob);
                var poll = await alice.CreateAsync(PollType.Create("lunch", Rules(people), "soup", "salad"));
                await poll.ApplyAsync(new CapabilityMessages.AdvanceReference());
                await poll.ApplyAsync(new PollMessages.Write(PollType.Vote("soup")));

                // A relay cannot see which object is the authority of which: it is told to keep both.
                await relay.OpenAsync(people.Id);
                var kept = await relay.OpenAsync(poll.Id);
                Assert.Equal(PollType.Id, kept.TypeId);
                var copy = await bob.OpenAsync(poll.Id);
                await Eventually.Holds(async () => (await ReadAsync(copy)).Tally["soup"] == 1, "alice's vote has come through the relay");
                await copy.ApplyAsync(new PollMessages.Write(PollType.Vote("salad")));
                await Eventually.Holds(async () => (await ReadAsync(poll)).Tally["salad"] == 1, "bob's vote has come through the relay");

                Assert.Equal([relay.KeyId], (await alice.PeersAsync()).Select(peer => peer.KeyId));
                Assert.Equal([relay.KeyId], (await bob.PeersAsync()).Select(peer => peer.KeyId));
                (id, shown) = (poll.Id, (await ReadAsync(poll)).ToString());
                Assert.Equal(shown, (await ReadAsync(copy)).ToString());
                await KeptUnread(relay, kept, (await poll.StatusAsync()).Entries);
            }

            // Alice and Bob are gone; what the relay stored is all there is, and it is not interpreted after a restart either.
            await using var again = await HhsNode.StartAsync(knowsNothing);
            await KeptUnread(again, await again.OpenAsync(id), 4);
            await using var carol = await HhsNode.StartAsync(new HhsSettings { Types = Types, Peers = [again.Address()] });
            var late = await carol.OpenAsync(id);
            await Eventually.Holds(async () => (await ReadAsync(late)).ToString() == shown, "carol sees what alice and bob saw");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task KeptUnread(HhsNode relay, ObjectHandle kept, int entries)
    {
        await Eventually.Holds(async () => (await kept.StatusAsync()).Entries == entries, "the relay has stored all");
        Assert.Equal(entries, await kept.LogAsync().CountAsync());
        foreach (var attempt in (Func<Task>[])[() => ReadAsync(kept), () => kept.ApplyAsync(new PollMessages.Write(PollType.Close))])
        {
            var refused = await Assert.ThrowsAsync<HhsException>(attempt);
            Assert.Equal(RejectCode.Unsupported, refused.Why.Code);
            Assert.Contains($"the type '{PollType.Id}'", refused.Message, StringComparison.Ordinal);
        }
        Assert.Equal(entries, (await kept.StatusAsync()).Entries);
        var created = await Assert.ThrowsAsync<HhsException>(() => relay.CreateAsync(PollType.Create("own", new("", new Dictionary<string, string>(), [], true), "a")));
        Assert.Equal(RejectCode.Unsupported, created.Why.Code);
    }

    private static Task<PollView> ReadAsync(ObjectHandle poll) => poll.AskAsync<PollView>(new PollMessages.Read());

    private static AuthorityRules Rules(CapabilitiesHandle people) => new(
        people.Id.ToString(), new Dictionary<string, string> { ["vote"] = "voter", ["close"] = "chair" }, RefAdvance: [], RefAdvanceCreators: true);

    private static async Task<CapabilitiesHandle> PeopleAsync(HhsNode chair, HhsNode voter)
    {
        var people = await chair.CreateCapabilitiesAsync("people", new Dictionary<string, string[]> { ["voter"] = ["creator"], ["chair"] = ["creator"] });
        await people.AddIdentityAsync(voter.PublicKey);
        await people.GrantAsync(voter.KeyId, "voter");
        return people;
    }
}
