using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Telemetry;
using Hhs.Actors.Transport;
using Hhs.Model;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Tracker;

namespace Hhs.Actors.Tracker;

/// <summary>One client of a tracker: the handshake, one request, one answer, the end. What it does wrong ends this connection and nothing else.</summary>
internal sealed class TrackerConnectionActor : TrackerLinkActor
{
    private readonly TrackerSetup _setup;
    private readonly IFrameConnection _connection;
    private readonly IActorRef _tracker;
    private KeyId _remote;
    private bool _asked;

    public static Props Props(TrackerSetup setup, IFrameConnection connection, IActorRef tracker) =>
        Akka.Actor.Props.Create(() => new TrackerConnectionActor(setup, connection, tracker));

    public TrackerConnectionActor(TrackerSetup setup, IFrameConnection connection, IActorRef tracker) =>
        (_setup, _connection, _tracker) = (setup, connection, tracker);

    protected override void PreStart() => Begin(_connection, new ResponderHandshake(_setup.Handshake, _setup.Random), _setup.Settings.HandshakeTimeout);

    protected override void PostStop()
    {
        if (!_asked)
        {
            TrackerMetrics.Fault(Ending?.Code.ToString() ?? "Remote");
            Context.GetLogger().Info("The connection from {0} ended before its request: {1}", _connection.Remote, Ending?.ToString() ?? ClosedBecause);
        }
        base.PostStop();
    }

    protected override void OnSecured(VerifiedPeer remote) => _remote = remote.KeyId;

    protected override void OnMessage(ReadOnlySpan<byte> message)
    {
        if (_asked) return;   // one request a connection
        _asked = true;
        if (TrackerRequest.TryDecode(message, out var request, out var why))
        {
            _tracker.Tell(new TrackerActor.Asked(_remote, SourceAddress.Of(_connection.Remote).Network, request));
            return;
        }
        Context.GetLogger().Info("A request from {0} ({1}) cannot be read: {2}", _connection.Remote, _remote.Short, why);
        TrackerMetrics.Fault(why.Code.ToString());
        TrackerMetrics.Requested("error");
        Answer(Unreadable);
    }

    /// <summary>The place is another's.</summary>
    internal sealed record GiveWay
    {
        public static readonly GiveWay Instance = new();
    }

    protected override void ReceiveMore()
    {
        Receive<TrackerResponse>(Answer);
        Receive<GiveWay>(_ => { if (!_asked) End(new(RejectCode.OverLimit, "all places are taken, and others wait for this one")); });
    }

    private void Answer(TrackerResponse response)
    {
        var text = new JsonBuffer();
        response.Write(text);
        Say(text.Written);
        Close();
    }

    // The original's words.
    private static readonly TrackerResponse.Error Unreadable = new("invalid request");
}
