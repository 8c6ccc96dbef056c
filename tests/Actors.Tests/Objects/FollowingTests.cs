using System.Threading.Channels;
using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests.Sleepers;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Types;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Tests.Objects;

/// <summary>An object that is judged by another one follows it; the registry above it is the test.</summary>
public sealed class FollowingTests
{
    [Fact(Timeout = 60_000)]
    public async Task One_that_ends_without_a_word_is_followed_anew()
    {
        using var journal = new MemoryJournal();
        ContentHash judged, by;
        await using (var node = await HhsNode.StartAsync(new() { Store = journal }, LogProbe.Config))
        {
            var caps = await node.CreateCapabilitiesAsync("caps", new Dictionary<string, string[]> { ["vote"] = ["creator"] });
            (by, judged) = (caps.Object.Id, (await node.CreateCounterAsync("counter", authority: caps.Require(("add", "vote")))).Object.Id);
        }
        var system = ActorSystem.Create("following", LogProbe.Config.WithFallback(HhsSettings.Reference));
        try
        {
            var services = new ObjectServices(journal, system.DeadLetters, system.DeadLetters, SecretKey.Generate(SystemRandom.Instance), TypeRegistry.BuiltIn, SystemRandom.Instance, SyncSettings.Default, new());
            var said = Channel.CreateUnbounded<(object Message, IActorRef By)>();
            system.ActorOf(Props.Create(() => new Above(ObjectActor.Props(judged, services), said.Writer)));
            var observed = new Probe(system, "observed");
            var first = await FollowAsync(said.Reader);
            Assert.Equal(by, ((ObjectsProtocol.Follow)first.Message).Id);
            first.By.Tell(new ObjectProtocol.Grew(by, 1, []), observed.Ref);

            system.Stop(observed.Ref);   // as Akka says it of an actor whose node is gone
            Assert.Equal(first, await FollowAsync(said.Reader));
        }
        finally
        {
            await system.Terminate();
        }
    }

    private static async Task<(object Message, IActorRef By)> FollowAsync(ChannelReader<(object Message, IActorRef By)> said)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Eventually.Patience);
        while (true)
        {
            var next = await said.ReadAsync(patience.Token);
            if (next.Message is ObjectsProtocol.Follow) return next;
        }
    }

    private sealed class Above : ReceiveActor
    {
        public Above(Props child, ChannelWriter<(object Message, IActorRef By)> said)
        {
            Context.ActorOf(child);
            ReceiveAny(message => said.TryWrite((message, Sender)));
        }
    }
}
