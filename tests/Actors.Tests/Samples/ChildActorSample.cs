using Akka.Actor;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Settings;
using Hhs.Model.Hashing;
using Hhs.Model.Types.Set;

namespace Hhs.Actors.Tests.Samples;

/// <summary>The README's second sample: a node as a child of an app's own actor, by messages.</summary>
public sealed class ChildActorSample
{
    [Fact(Timeout = 60_000)]
    public async Task An_actor_keeps_its_list_in_a_node_of_its_own()
    {
        var system = ActorSystem.Create("app", HhsSettings.Reference);     // Akka's configuration, with ours below it
        try
        {
            var shopping = system.ActorOf(Props.Create(() => new ShoppingActor(new HhsSettings())), "shopping");
            Assert.Equal("wrote bread", await shopping.Ask<string>("bread", TestContext.Current.CancellationToken));
            Assert.Equal("wrote milk", await shopping.Ask<string>("milk", TestContext.Current.CancellationToken));
        }
        finally
        {
            await system.Terminate();
        }
    }

    private sealed class ShoppingActor : ReceiveActor, IWithUnboundedStash
    {
        private readonly IActorRef _hhs;
        private ContentHash _list;

        public ShoppingActor(HhsSettings settings)
        {
            _hhs = Context.ActorOf(HhsNode.Props(settings), "hhs");
            _hhs.Tell(new ObjectsProtocol.Create(SetPayloads.Create(new SetOptions { Seed = "shopping" })));
            Receive<ObjectProtocol.Applied>(created =>
            {
                _list = created.Entry;                           // an object's id is the hash of its first entry
                Become(Open);
                Stash.UnstashAll();
            });
            Receive<Status.Failure>(failure => throw failure.Cause);   // the node could not start; the message says why
            ReceiveAny(_ => Stash.Stash());
        }

        public IStash Stash { get; set; } = null!;

        private void Open()
        {
            Receive<string>(item =>
            {
                var asker = Sender;
                _hhs.Ask(new ObjectsProtocol.ToObject(_list, new ObjectProtocol.Apply(new SetMessages.Add(item))))
                    .PipeTo(asker, success: answer => answer is ObjectProtocol.Applied ? $"wrote {item}" : $"{answer}");
            });
        }
    }
}
