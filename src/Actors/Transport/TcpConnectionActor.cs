using System.Net;
using Akka.Actor;
using Akka.IO;
using Hhs.Actors.Telemetry;
using Hhs.Model;

namespace Hhs.Actors.Transport;

/// <summary>Stands between a connection of ours and Akka.IO's actor of the socket. Phases: Dialling, Connected.</summary>
/// <remarks>Reading is by request: after each piece that arrived the socket waits to be asked again. One write is under way at a time.</remarks>
internal sealed class TcpConnectionActor : ReceiveActor, IWithTimers
{
    private readonly TcpFrameConnection _connection;
    private readonly TimeSpan? _firstWordWithin;
    private IActorRef _socket = ActorRefs.Nobody;

    /// <summary>Of a connection that came in.</summary>
    public TcpConnectionActor(TcpFrameConnection connection, IActorRef socket, ConnectionLimits limits)
    {
        _connection = connection;
        _firstWordWithin = limits.RequestTimeout;
        Connect(socket);
    }

    /// <summary>Of one that is to be opened; whether that succeeded is told.</summary>
    public TcpConnectionActor(TcpFrameConnection connection, EndPoint remote, ConnectionLimits limits, TaskCompletionSource<bool> dialled)
    {
        _connection = connection;
        Context.System.Tcp().Tell(new Tcp.Connect(remote, options: [new ProbeIdle(limits.KeepAlive)], timeout: limits.DialTimeout, pullMode: true));
        Become(() => Dialling(dialled));
    }

    /// <summary>Read once.</summary>
    internal sealed record Pull
    {
        public static readonly Pull Instance = new();
    }

    /// <summary>Write that; <see cref="TcpFrameConnection.Written"/> when it is done.</summary>
    internal sealed record Put(ByteString Bytes);

    /// <summary>Nothing more will be written: tell the remote, and read on until it has ended, too.</summary>
    internal sealed record EndWriting
    {
        public static readonly EndWriting Instance = new();
    }

    /// <summary>The connection is over.</summary>
    internal sealed record Release
    {
        public static readonly Release Instance = new();
    }

    private sealed record FirstWord
    {
        public static readonly FirstWord Instance = new();
    }

    private sealed class Written : Tcp.Event
    {
        public static readonly Written Instance = new();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    // Whoever comes in speaks first.
    protected override void PreStart()
    {
        if (_firstWordWithin is { } time) Timers.StartSingleTimer(FirstWord.Instance, FirstWord.Instance, time);
    }

    protected override void PostStop() => _connection.Ended(new IOException("the connection broke"));   // unless it has ended before

    private void Dialling(TaskCompletionSource<bool> dialled)
    {
        Receive<Tcp.Connected>(_ =>
        {
            Connect(Sender);
            dialled.TrySetResult(true);
        });
        Receive<Tcp.CommandFailed>(_ =>
        {
            dialled.TrySetResult(false);
            Context.Stop(Self);
        });
    }

    private void Connect(IActorRef socket)
    {
        _socket = Context.Watch(socket);
        _socket.Tell(new Tcp.Register(Self, keepOpenOnPeerClosed: false, useResumeWriting: false));
        Become(Connected);
    }

    private void Connected()
    {
        Receive<Tcp.Received>(received =>
        {
            Timers.Cancel(FirstWord.Instance);
            _connection.Arrived(received.Data);
        });
        Receive<Pull>(_ => _socket.Tell(Tcp.ResumeReading.Instance));
        Receive<Put>(put => _socket.Tell(Tcp.Write.Create(put.Bytes, Written.Instance)));
        Receive<Written>(_ => _connection.Written());
        Receive<EndWriting>(_ => _socket.Tell(Tcp.ConfirmedClose.Instance));
        Receive<Release>(_ => _socket.Tell(Tcp.Abort.Instance));
        Receive<FirstWord>(_ => OnSilent());
        Receive<Tcp.ConnectionClosed>(OnClosed);
        Receive<Tcp.CommandFailed>(_ => End(new IOException("the socket took no more bytes")));
        Receive<Terminated>(_ => Context.Stop(Self));
    }

    private void OnSilent()
    {
        SyncMetrics.ConnectionRefused("no frame in time");
        _socket.Tell(Tcp.Abort.Instance);
        End(new FrameFaultException(RejectCode.TimedOut, "connected, and sent nothing in time"));
    }

    private void OnClosed(Tcp.ConnectionClosed closed) =>
        End(closed is Tcp.PeerClosed or Tcp.ConfirmedClosed or Tcp.Closed ? null : new IOException(closed.IsErrorClosed ? closed.Cause : "the connection was broken off"));

    private void End(Exception? why)
    {
        _connection.Ended(why);
        Context.Stop(Self);
    }
}
