using Akka.Actor;
using Hhs.Actors.Transport;
using Hhs.Model;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Protocols.Handshake;
using Hhs.Protocols.Tracker;

namespace Hhs.Actors.Tracker;

/// <summary>One request to a tracker, over a connection of its own: dial, handshake, request, answer, the end.</summary>
internal sealed class TrackerExchangeActor : TrackerLinkActor
{
    private readonly TrackerClientSetup _setup;
    private readonly KeyId? _expected;
    private readonly TrackerRequest _request;
    private readonly Action<object> _report;
    private readonly CancellationTokenSource _dialling = new();
    private KeyId _remote;
    private bool _reported;

    /// <summary>Props of an exchange; the report is called once, with <see cref="Answered"/> or <see cref="Failed"/>, from the actor's thread.</summary>
    public static Props Props(TrackerClientSetup setup, KeyId? expected, TrackerRequest request, Action<object> report) =>
        Akka.Actor.Props.Create(() => new TrackerExchangeActor(setup, expected, request, report));

    public TrackerExchangeActor(TrackerClientSetup setup, KeyId? expected, TrackerRequest request, Action<object> report)
    {
        (_setup, _expected, _request, _report) = (setup, expected, request, report);
        Receive<Dialled>(dialled => Begin(dialled.Connection, new InitiatorHandshake(_setup.Handshake, _setup.Random, _expected), _setup.Settings.ExchangeTimeout));
        ReceiveMore();
    }

    /// <summary>The tracker proved its key and answered.</summary>
    public sealed record Answered(KeyId KeyId, TrackerResponse Response);

    /// <summary>There was no answer.</summary>
    public sealed record Failed(Reject? Why, string Detail);

    private sealed record Dialled(IFrameConnection Connection);

    private sealed record DialFailed(string Why);

    private sealed record TooLate
    {
        public static readonly TooLate Instance = new();
    }

    protected override void PreStart()
    {
        var endpoint = _setup.Tracker.Endpoint;
        if (!_setup.Transports.TryGetValue(endpoint.Scheme, out var transport))
        {
            Self.Tell(new DialFailed($"no transport for '{endpoint.Scheme}://', use one of {string.Join(", ", _setup.Transports.Keys.Order(StringComparer.Ordinal).Select(s => s + "://"))}"));
            return;
        }
        // Over all, whatever the handshake and the transport allow for themselves.
        Timers.StartSingleTimer(nameof(TooLate), TooLate.Instance, _setup.Settings.ExchangeTimeout);
        DialAsync(transport, endpoint, _dialling.Token).PipeTo(Self, success: c => new Dialled(c), failure: why => new DialFailed(why.GetBaseException().Message));
    }

    protected override void PostStop()
    {
        _dialling.Cancel();
        if (!_reported) Report(new Failed(Ending, Ending?.Detail ?? ClosedBecause));
        base.PostStop();
    }

    protected override void OnSecured(VerifiedPeer remote)
    {
        _remote = remote.KeyId;
        var text = new JsonBuffer();
        _request.Write(text);
        Say(text.Written);
    }

    protected override void OnMessage(ReadOnlySpan<byte> message)
    {
        if (TrackerResponse.TryDecode(message, out var response, out var why)) Report(new Answered(_remote, response));
        else Report(new Failed(why, why.Detail));
        Close();
    }

    protected override void ReceiveMore()
    {
        Receive<DialFailed>(failed =>
        {
            Report(new Failed(null, failed.Why));
            Close();
        });
        Receive<TooLate>(_ => End(new(RejectCode.TimedOut, $"no answer in {_setup.Settings.ExchangeTimeout.TotalSeconds} s")));
    }

    private void Report(object outcome)
    {
        if (_reported) return;
        _reported = true;
        _report(outcome);
    }

    // What comes too late would be nobody's, and stay open for ever.
    private static async Task<IFrameConnection> DialAsync(ITransport transport, Uri endpoint, CancellationToken stopped)
    {
        var connection = await transport.DialAsync(endpoint, stopped).ConfigureAwait(false);
        if (!stopped.IsCancellationRequested) return connection;
        connection.Start(ActorRefs.Nobody);
        connection.Close("not wanted any more");
        return connection;
    }
}
