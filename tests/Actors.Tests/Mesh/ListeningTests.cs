using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Actors.Settings;
using Hhs.Actors.Transport;
using Hhs.Protocols.Handshake;

namespace Hhs.Actors.Tests.Mesh;

/// <summary>A mesh that is stopped leaves nobody listening.</summary>
public sealed class ListeningTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_listener_that_comes_when_the_mesh_is_stopping_is_closed_too()
    {
        var transport = new LateListeners();
        var system = ActorSystem.Create("listening", LogProbe.Config.WithFallback(HhsSettings.Reference));
        try
        {
            var mesh = system.ActorOf(MeshActor.Props(new(
                HandshakeSettings.For(MeshNet.NewKey(), refuseOriginal: false), SystemRandom.Instance, new Dictionary<string, ITransport> { [transport.Scheme] = transport }, new())));
            var first = await mesh.Ask(new MeshActor.Listen(new("late://first")), Eventually.Patience, TestContext.Current.CancellationToken);
            Assert.Equal(new("late://first"), Assert.IsType<MeshActor.Listening>(first).Address);
            mesh.Tell(new MeshActor.Listen(new("late://second")), ActorRefs.NoSender);
            var peers = await mesh.Ask<MeshProtocol.Peers>(MeshProtocol.GetPeers.Instance, Eventually.Patience, TestContext.Current.CancellationToken);
            Assert.Equal([new("late://first")], peers.Listening);

            Assert.True(await mesh.GracefulStop(Eventually.Patience));   // which ends the first, with which the second begins
            await Eventually.Holds(() => transport.Open == 0, "both are closed");
            Assert.Equal(2, transport.Closed);
        }
        finally
        {
            await system.Terminate();
        }
    }

    /// <summary>Listens at the second address when the listener at the first is closed.</summary>
    private sealed class LateListeners : ITransport
    {
        private readonly TaskCompletionSource<ITransportListener> _second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _open, _closed;

        public string Scheme => "late";
        public int Open => Volatile.Read(ref _open);
        public int Closed => Volatile.Read(ref _closed);

        public Task<ITransportListener> ListenAsync(Uri address, Action<IFrameConnection> accepted) =>
            address.Host == "first" ? Task.FromResult<ITransportListener>(new Listener(this, address)) : _second.Task;

        public Task<IFrameConnection> DialAsync(Uri address, CancellationToken cancel) => Task.FromException<IFrameConnection>(new TransportException("nobody is there"));

        private sealed class Listener : ITransportListener
        {
            private readonly LateListeners _of;

            public Listener(LateListeners of, Uri address)
            {
                (_of, Address) = (of, address);
                Interlocked.Increment(ref of._open);
            }

            public Uri Address { get; }

            public ValueTask DisposeAsync()
            {
                if (Address.Host == "first") _of._second.SetResult(new Listener(_of, new("late://second")));
                Interlocked.Decrement(ref _of._open);
                Interlocked.Increment(ref _of._closed);
                return ValueTask.CompletedTask;
            }
        }
    }
}
