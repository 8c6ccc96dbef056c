using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Actors.Objects;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;
using Hhs.Protocols;
using Hhs.Protocols.Wire;

namespace Hhs.Actors.Tests.Sleepers;

/// <summary>Objects asleep and awake; every message of mesh and sessions is said by hand, so each order is the test's own.</summary>
public sealed class SleepersTests
{
    private static readonly ObjectSettings Patient = new() { PassivateAfter = TimeSpan.FromHours(1) };
    private static readonly ObjectSettings Hasty = new() { PassivateAfter = TimeSpan.FromMilliseconds(20) };
    private static readonly ContentHash Unknown = CanonicalHash("nobody has it");

    [Fact]
    public async Task At_start_all_topics_are_open_and_no_object_is_awake()
    {
        await using var host = await new SleepingHost(200, Patient).StartedAsync();
        var session = new FakeSession(host.System, "session-1");
        foreach (var id in host.Ids) session.Join(host.Sleepers, id);
        foreach (var id in host.Ids)
        {
            var told = await session.HearsAsync<SyncMessage.NewFrontier>();
            Assert.Equal((id, host.FrontierOf(id)), (told.DagId, told.Frontier));
        }
        foreach (var id in host.Ids) session.Announce(host.Sleepers, id, [.. host.FrontierOf(id)]);   // the same: nothing to do
        session.Send(host.Sleepers, host.Ids[7], new SyncMessage.InitRequest(host.Ids[7]));
        await host.WokenAsync(host.Ids[7]);
        Assert.DoesNotContain(host.Mesh.TakeAll(), m => m is MeshProtocol.OpenTopic);
        Assert.Equal(201, session.Released);
    }

    [Fact]
    public async Task A_local_message_wakes_an_object_which_is_as_it_was()
    {
        await using var host = await new SleepingHost(3, Patient).StartedAsync();
        Assert.True(await host.Has(host.Ids[1], "element 1"));
        Assert.False(await host.Has(host.Ids[1], "element 2"));
        Assert.Equal(3, Assert.IsType<ObjectProtocol.Status>(await host.Say(host.Ids[1], ObjectProtocol.GetStatus.Instance)).Entries);
        Assert.IsType<ObjectProtocol.Refused>(await host.Say(Unknown, ObjectProtocol.GetStatus.Instance));
    }

    [Fact]
    public async Task Whoever_announces_what_is_not_here_wakes_the_object_and_is_asked_for_it_and_its_messages_come_in_order()
    {
        await using var host = await new SleepingHost(2, Patient).StartedAsync();
        var id = host.Ids[0];
        var session = new FakeSession(host.System, "session-1");
        session.Join(host.Sleepers, id);
        session.Announce(host.Sleepers, id, Unknown);
        var channel = await host.WokenAsync(id);

        // A question to the old channel; the session moves; a later one comes to the new channel, first.
        session.Send(host.Sleepers, id, Question(id, "first"));
        session.Join(channel, id, before: host.Sleepers);
        session.Send(channel, id, Question(id, "second"));
        session.Leave(host.Sleepers, id, next: channel);
        Assert.Equal([Unknown], (await session.HearsAsync<SyncMessage.HeaderRequest>()).Start);
        Assert.Equal("first", (await session.HearsAsync<SyncMessage.PayloadResponseMeta>()).RequestId);
        Assert.Equal("second", (await session.HearsAsync<SyncMessage.PayloadResponseMeta>()).RequestId);
        await Eventually.Holds(() => session.Released == 3, "all messages are released");
    }

    [Fact]
    public async Task Whoever_is_behind_is_told_again_and_wakes_nothing_until_it_asks()
    {
        await using var host = await new SleepingHost(2, Patient).StartedAsync();
        var id = host.Ids[0];
        var session = new FakeSession(host.System, "session-1");
        session.Join(host.Sleepers, id);
        await session.HearsAsync<SyncMessage.NewFrontier>();
        await Eventually.Holds(
            () =>
            {
                session.Announce(host.Sleepers, id, id);   // it has the create entry alone
                return session.Probe.TakeAll().Any(m => m is MeshProtocol.SendOnTopic);
            },
            "it is told again");
        Assert.DoesNotContain(host.Mesh.TakeAll(), m => m is MeshProtocol.OpenTopic);

        session.Send(host.Sleepers, id, new SyncMessage.HeaderRequest("r", id, [.. host.FrontierOf(id)], [id], 100, true));
        session.Move(id, host.Sleepers, await host.WokenAsync(id));
        Assert.Equal(2, (await session.HearsAsync<SyncMessage.HeaderResponseMeta>()).HeaderCount);
    }

    [Fact]
    public async Task An_original_that_joins_wakes_the_object_since_it_must_be_paced()
    {
        await using var host = await new SleepingHost(2, Patient).StartedAsync();
        var session = new FakeSession(host.System, "session-1", PeerKind.Original);
        session.Join(host.Sleepers, host.Ids[1]);
        var channel = await host.WokenAsync(host.Ids[1]);
        Assert.DoesNotContain(session.Probe.TakeAll(), m => m is MeshProtocol.SendOnTopic);
        session.Move(host.Ids[1], host.Sleepers, channel);
        Assert.Equal(host.FrontierOf(host.Ids[1]), (await session.HearsAsync<SyncMessage.NewFrontier>()).Frontier);
    }

    [Fact]
    public async Task What_comes_while_an_object_falls_asleep_is_answered_by_its_successor()
    {
        await using var host = await new SleepingHost(1, Hasty).StartedAsync();
        var id = host.Ids[0];
        var keeper = host.Keep(id);   // until the session has joined
        var channel = await host.WokenAsync(id);
        var session = new FakeSession(host.System, "session-1");
        session.Join(channel, id);
        await session.HearsAsync<SyncMessage.NewFrontier>();
        host.System.Stop(keeper);
        await host.LeavesAsync(id);

        // It has let go of its topic, and waits for the session. Now a local question and a peer's come.
        var asked = host.Has(id, "element 0");
        host.Keep(id);
        session.Send(channel, id, Question(id, "late"));
        await Task.Yield();
        Assert.False(asked.IsCompleted);
        session.Move(id, channel, host.Sleepers);
        Assert.True(await asked);
        var successor = await host.WokenAsync(id);
        Assert.NotEqual(channel, successor);
        session.Move(id, host.Sleepers, successor);
        Assert.Equal("late", (await session.HearsAsync<SyncMessage.PayloadResponseMeta>()).RequestId);
    }

    [Fact]
    public async Task What_a_session_sends_to_a_channel_that_is_gone_reaches_the_sleepers()
    {
        await using var host = await new SleepingHost(1, Hasty).StartedAsync();
        var id = host.Ids[0];
        Assert.True(await host.Has(id, "element 1"));
        var channel = await host.WokenAsync(id);
        await host.LeavesAsync(id);
        await Eventually.Holds(async () => await host.FindAsync(id) is null, "the object sleeps");

        // A session that has not heard of it yet.
        var session = new FakeSession(host.System, "session-1");
        session.Join(channel, id);
        session.Send(channel, id, Question(id, "late"));
        session.Move(id, channel, host.Sleepers);
        session.Move(id, host.Sleepers, await host.WokenAsync(id));
        Assert.Equal("late", (await session.HearsAsync<SyncMessage.PayloadResponseMeta>()).RequestId);
    }

    [Fact]
    public async Task An_object_that_somebody_needs_does_not_sleep()
    {
        await using var host = await new SleepingHost(3, Hasty).StartedAsync();
        var subscriber = new Probe(host.System, "subscriber");
        host.Objects.Tell(new ObjectsProtocol.ToObject(host.Ids[0], new ObjectProtocol.Subscribe(new SetMessages.Changes())), subscriber.Ref);
        var follower = new Probe(host.System, "follower");
        host.Objects.Tell(new ObjectsProtocol.Follow(host.Ids[1]), follower.Ref);
        for (int i = 0; i < 10; i++)   // the third sleeps and wakes ten times meanwhile
        {
            Assert.True(await host.Has(host.Ids[2], "element 0"));
            while (await host.Mesh.NextAsync<MeshProtocol.OpenTopic>() is var open && !(open.Topic == host.Ids[2] && open.Channel.Equals(host.Sleepers)))
                Assert.False(open.Topic != host.Ids[2] && open.Channel.Equals(host.Sleepers));
        }
        host.System.Stop(subscriber.Ref);
        await host.LeavesAsync(host.Ids[0]);
        host.System.Stop(follower.Ref);
        await host.LeavesAsync(host.Ids[1]);
    }

    [Fact]
    public async Task Beyond_the_number_the_least_recently_used_sleep_first()
    {
        await using var host = await new SleepingHost(6, Patient with { ActiveMax = 3 }).StartedAsync();
        foreach (int i in new[] { 0, 1, 2, 0 }) Assert.True(await host.Has(host.Ids[i], "element 0"));
        Assert.True(await host.Has(host.Ids[3], "element 0"));   // what is used here wakes at once
        await host.LeavesAsync(host.Ids[1]);
        Assert.True(await host.Has(host.Ids[4], "element 0"));
        await host.LeavesAsync(host.Ids[2]);
    }

    [Fact]
    public async Task One_peer_cannot_wake_everything()
    {
        await using var host = await new SleepingHost(300, Patient with { WakesPerPeerMax = 10 }).StartedAsync();
        var session = new FakeSession(host.System, "session-1");
        foreach (var id in host.Ids)
        {
            session.Join(host.Sleepers, id);
            session.Announce(host.Sleepers, id, Unknown);
        }
        session.Send(host.Sleepers, host.Ids[299], Question(host.Ids[299], "q"));
        var woken = new List<ContentHash>();
        while (woken.Count < 11) woken.Add((await host.Mesh.NextAsync<MeshProtocol.OpenTopic>()).Topic);
        Assert.Equal(host.Ids.Take(10).Append(host.Ids[299]).Order(), woken.Order());   // they wake side by side

        // The next ones wake when those before have got what was announced: here, by a write of our own.
        Assert.IsType<ObjectProtocol.Applied>(await host.Say(host.Ids[0], new ObjectProtocol.Apply(new SetMessages.Add("x"))));
        Assert.Equal(host.Ids[10], (await host.Mesh.NextAsync<MeshProtocol.OpenTopic>()).Topic);
    }

    [Fact]
    public async Task Whoever_wakes_an_object_in_vain_is_charged()
    {
        await using var host = await new SleepingHost(1, Hasty).StartedAsync();
        var id = host.Ids[0];
        var session = new FakeSession(host.System, "session-1");
        session.Join(host.Sleepers, id);
        session.Announce(host.Sleepers, id, Unknown);
        var keeper = host.Keep(id);
        var channel = await host.WokenAsync(id);
        session.Move(id, host.Sleepers, channel);
        var asked = await session.HearsAsync<SyncMessage.HeaderRequest>();
        host.System.Stop(keeper);
        session.Send(channel, id, new SyncMessage.HeaderResponseMeta(asked.RequestId, 0, true, 0));
        await host.LeavesAsync(id);
        session.Move(id, channel, host.Sleepers);
        while (!(await session.Probe.NextAsync<MeshProtocol.Charge>()).Why.Detail.Contains("never supplied", StringComparison.Ordinal)) { }
    }

    [Fact]
    public async Task Peers_wake_no_more_objects_than_may_be_awake()
    {
        await using var host = await new SleepingHost(100, Patient with { ActiveMax = 8 }).StartedAsync();
        for (int p = 0; p < 5; p++)
        {
            var session = new FakeSession(host.System, $"session-{p}");
            foreach (var id in host.Ids)
            {
                session.Join(host.Sleepers, id);
                session.Announce(host.Sleepers, id, Unknown);
            }
        }
        Assert.True(await host.Has(host.Ids[99], "element 0"));
        var asker = new FakeSession(host.System, "session-9");
        for (int i = 90; i < 99; i++) asker.Send(host.Sleepers, host.Ids[i], Question(host.Ids[i], "q"));
        for (int i = 0; i < 8; i++) await host.Mesh.NextAsync<MeshProtocol.OpenTopic>();
        Assert.True(await host.Has(host.Ids[99], "element 0"));   // the registry has dealt with all before
        Assert.InRange(await AwakeAsync(host), 6, 8);
    }

    [Fact]
    public async Task A_session_that_ends_frees_what_it_had_woken_and_held()
    {
        await using var host = await new SleepingHost(30, Patient with { WakesPerPeerMax = 2 }).StartedAsync();
        var session = new FakeSession(host.System, "session-1");
        foreach (var id in host.Ids)
        {
            session.Join(host.Sleepers, id);
            session.Announce(host.Sleepers, id, Unknown);
        }
        for (int i = 0; i < 2; i++) await host.Mesh.NextAsync<MeshProtocol.OpenTopic>();
        foreach (var id in host.Ids) session.Leave(host.Sleepers, id);
        host.System.Stop(session.Probe.Ref);
        var other = new FakeSession(host.System, "session-2");
        other.Join(host.Sleepers, host.Ids[29]);
        other.Announce(host.Sleepers, host.Ids[29], Unknown);
        Assert.Equal(host.Ids[29], (await host.Mesh.NextAsync<MeshProtocol.OpenTopic>()).Topic);
    }

    [Fact]
    public async Task A_sleeping_object_is_dropped_without_being_woken_and_can_be_made_again()
    {
        await using var host = await new SleepingHost(2, Patient).StartedAsync();
        var (id, other) = (host.Ids[0], host.Ids[1]);
        var session = new FakeSession(host.System, "session-1");
        session.Join(host.Sleepers, id);
        await session.HearsAsync<SyncMessage.NewFrontier>();
        Assert.Equal(new ObjectsProtocol.Dropped(id), await host.Objects.Ask(new ObjectsProtocol.Drop(id), Eventually.Patience, TestContext.Current.CancellationToken));
        Assert.False(host.Stores(id));
        var closed = await host.Mesh.NextAsync<MeshProtocol.CloseTopic>();
        Assert.Equal((id, host.Sleepers), (closed.Topic, closed.Channel));
        Assert.IsType<ObjectProtocol.Refused>(await host.Say(id, ObjectProtocol.GetStatus.Instance));

        // What a session says before it has heard of that wakes nothing, nor answers anything.
        session.Send(host.Sleepers, id, Question(id, "late"));
        session.Leave(host.Sleepers, id);
        await Eventually.Holds(() => session.Released == 1, "its message is released");
        Assert.True(await host.Has(other, "element 0"));
        Assert.DoesNotContain(host.Mesh.TakeAll(), m => m is MeshProtocol.OpenTopic open && open.Topic == id);
        Assert.DoesNotContain(session.Probe.TakeAll(), m => m is MeshProtocol.SendOnTopic);
        Assert.True(host.Stores(other));

        var made = await host.Objects.Ask(new ObjectsProtocol.Create((Literal.Map)SetPayloads.Create(new SetOptions { Seed = "set 0" })), Eventually.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(new ObjectProtocol.Applied(id), made);
        Assert.Equal(1, Assert.IsType<ObjectProtocol.Status>(await host.Say(id, ObjectProtocol.GetStatus.Instance)).Entries);
    }

    private static SyncMessage Question(ContentHash id, string requestId) => new SyncMessage.PayloadRequest(requestId, id, [id]);

    private static ContentHash CanonicalHash(string text) => CanonicalJson.Hash(text);

    private static async Task<int> AwakeAsync(SleepingHost host)
    {
        int found = 0;
        foreach (var id in host.Ids) if (await host.FindAsync(id) is not null) found++;
        return found;
    }
}
