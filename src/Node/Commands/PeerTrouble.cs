using System.Collections.Concurrent;
using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Relay;
using Hhs.Actors.Tracker;
using Hhs.Model;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary>Tells, on standard error, why a peer that was named cannot be talked to; each reason of each peer once.</summary>
internal sealed class PeerTrouble
{
    private readonly ConcurrentDictionary<PeerAddress, MeshProtocol.PeerFailed> _last = [];

    private readonly ConcurrentDictionary<TrackerAddress, string> _trackers = [];

    public static PeerTrouble Watch(HhsNode node, bool json)
    {
        var trouble = new PeerTrouble();
        var listener = node.System.ActorOf(Props.Create(() => new Listener(trouble, json)));
        node.System.EventStream.Subscribe(listener, typeof(MeshProtocol.PeerFailed));
        node.System.EventStream.Subscribe(listener, typeof(TrackerProtocol.TrackerFailed));
        node.System.EventStream.Subscribe(listener, typeof(RelayProtocol.Stopped));
        return trouble;
    }

    /// <summary>Why none of these peers can ever be right: each has proved another key than the one named. Null while there is hope.</summary>
    public string? Hopeless(IReadOnlyList<PeerAddress> peers) =>
        peers.Count > 0 && peers.All(p => _last.TryGetValue(p, out var failed) && IsWrongKey(failed)) ? Text(_last[peers[0]]) : null;

    /// <summary>Whether a peer proved who it is, and said that it has not what it was asked for.</summary>
    public bool Declined { get; private set; }

    /// <summary>The last failure of any peer or tracker, for a person; null if there was none.</summary>
    public string? Any => _last.Values.Select(Text).Concat(_trackers.Values).FirstOrDefault();

    private void Note(MeshProtocol.PeerFailed failed, bool json)
    {
        if (failed.Why?.Code == RejectCode.Declined)
        {
            Declined = true;   // it can have it later, and is asked again
            return;
        }
        bool news = !_last.TryGetValue(failed.Address, out var before) || before.Detail != failed.Detail;
        _last[failed.Address] = failed;
        if (news) Output.Failure.Warn(Console.Error, json, Text(failed));
    }

    private void Note(TrackerProtocol.TrackerFailed failed, bool json)
    {
        string text = $"tracker {failed.Tracker}: {Report.Visible(failed.Detail)}";
        bool news = _trackers.GetValueOrDefault(failed.Tracker) != text;
        _trackers[failed.Tracker] = text;
        if (news) Output.Failure.Warn(Console.Error, json, text);
    }

    private static bool IsWrongKey(MeshProtocol.PeerFailed failed) => failed.Why?.Code == RejectCode.UnexpectedRemote;

    private static string Text(MeshProtocol.PeerFailed failed) => IsWrongKey(failed)
        ? $"the peer at {failed.Address.Endpoint.OriginalString} proved another key than {failed.Address.KeyId}: ask its owner for the address that 'hhs serve' prints there"
        : $"peer {failed.Address}: {Report.Visible(failed.Detail)}";

    private sealed class Listener : ReceiveActor
    {
        public Listener(PeerTrouble trouble, bool json)
        {
            Receive<MeshProtocol.PeerFailed>(failed => trouble.Note(failed, json));
            Receive<TrackerProtocol.TrackerFailed>(failed => trouble.Note(failed, json));
            Receive<RelayProtocol.Stopped>(stopped => Output.Failure.Warn(Console.Error, json, $"carried no more: {stopped.Why.Detail}"));
        }
    }
}
