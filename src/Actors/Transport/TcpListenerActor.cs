using System.Net;
using Akka.Actor;
using Akka.Event;
using Akka.IO;
using Hhs.Actors.Telemetry;

namespace Hhs.Actors.Transport;

/// <summary>Accepts TCP connections; each is a child, and ends with the listener.</summary>
internal sealed class TcpListenerActor : ReceiveActor
{
    private readonly Uri _address;
    private readonly EndPoint _local;
    private readonly ConnectionLimits _limits;
    private readonly Action<IFrameConnection> _accepted;
    private readonly TaskCompletionSource<ITransportListener> _listening;
    private IActorRef _socket = ActorRefs.Nobody;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AddressQuota _quota;
    private readonly Dictionary<IActorRef, IPAddress> _open = [];

    public TcpListenerActor(Uri address, EndPoint local, ConnectionLimits limits, Action<IFrameConnection> accepted, TaskCompletionSource<ITransportListener> listening)
    {
        _quota = new(limits);
        (_address, _local, _limits, _accepted, _listening) = (address, local, limits, accepted, listening);
        Receive<Tcp.CommandFailed>(OnFailed);
        Receive<Tcp.Bound>(bound => bound.LocalAddress is not null, OnBound);   // a failed one is followed by a bound nothing
        Receive<Tcp.Connected>(connected => OnConnected((IPEndPoint)connected.RemoteAddress));
        Receive<Terminated>(ended => ended.ActorRef.Equals(_socket), _ => OnSocketLost());
        Receive<Terminated>(OnConnectionEnded);
        Receive<Stop>(_ => OnStop());
        Receive<Tcp.ConnectionClosed>(_ => { });   // of those that were refused
    }

    /// <summary>Stop listening.</summary>
    private sealed record Stop
    {
        public static readonly Stop Instance = new();
    }

    protected override void PreStart() => Context.System.Tcp().Tell(new Tcp.Bind(Self, _local, Backlog, [new ProbeIdle(_limits.KeepAlive)], pullMode: true));

    protected override void PostStop() => _stopped.TrySetResult();

    // A connection that fails of our own bug goes alone.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private void OnFailed(Tcp.CommandFailed failed)
    {
        string why = failed.Cause is { HasValue: true } cause ? cause.Value.Message : "the address cannot be bound";
        _listening.TrySetException(new TransportException($"cannot listen on {_address}: {why}. The address must be one of this machine's; choose another port or stop the program that uses it."));
        Context.Stop(Self);
    }

    private void OnBound(Tcp.Bound bound)
    {
        _socket = Context.Watch(Sender);
        // In pull mode each of these accepts one connection after the other; nothing is accepted without.
        _socket.Tell(new Tcp.ResumeAccepting(Accepting));
        _listening.TrySetResult(new Listener(Self, _stopped.Task, new UriBuilder(_address) { Port = ((IPEndPoint)bound.LocalAddress).Port }.Uri));
    }

    private void OnConnected(IPEndPoint remote)
    {
        bool full = _open.Count >= _limits.InboundMax;
        if (full || !_quota.TryEnter(remote.Address))
        {
            SyncMetrics.ConnectionRefused(full ? "too many connections" : "too many from one address");
            Sender.Tell(Tcp.Abort.Instance);
            return;
        }
        var (connection, socket) = (new TcpFrameConnection($"{remote}", _limits), Sender);
        var actor = Context.Watch(Context.ActorOf(Props.Create(() => new TcpConnectionActor(connection, socket, _limits))));
        _open[actor] = remote.Address;
        connection.Attach(actor);
        _accepted(connection);
    }

    private void OnConnectionEnded(Terminated ended)
    {
        if (_open.Remove(ended.ActorRef, out var remote)) _quota.Leave(remote);
    }

    private void OnSocketLost()
    {
        Context.GetLogger().Error("No connections are accepted on {0} any more", _address);
        Context.Stop(Self);
    }

    private void OnStop()
    {
        Become(() =>
        {
            Receive<Tcp.Unbound>(_ => Context.Stop(Self));
            Receive<Tcp.Connected>(_ => Sender.Tell(Tcp.Abort.Instance));
            ReceiveAny(_ => { });
        });
        _socket.Tell(Tcp.Unbind.Instance);
    }

    private sealed class Listener(IActorRef actor, Task stopped, Uri address) : ITransportListener
    {
        public Uri Address => address;

        public async ValueTask DisposeAsync()
        {
            actor.Tell(Stop.Instance);
            await stopped.ConfigureAwait(false);
        }
    }

    private const int Backlog = 256;
    private const int Accepting = 16;
}
