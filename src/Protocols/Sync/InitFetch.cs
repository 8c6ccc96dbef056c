using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Sync;

/// <summary>Fetches the create entry of an object of which only the id is known: asks every peer of the topic until one shows it.</summary>
/// <remarks>
/// Takes <see cref="SyncInput.PeerJoined"/>, <see cref="SyncInput.PeerLeft"/>, <see cref="SyncInput.MessageArrived"/> and
/// <see cref="SyncInput.TimerFired"/>; ends with <see cref="SyncEffect.Found"/> or <see cref="SyncEffect.GaveUp"/>, after which it
/// is silent. A wrong answer ends the fetch in the original; here its sender is charged and the others are still heard.
/// Time runs from the first input. Source: supplement 8.1.
/// </remarks>
/// <param name="id">The object's id.</param>
/// <param name="every">Time between two rounds of asking; the original's is 200 ms.</param>
/// <param name="within">Time after which the fetch is given up; the original's is 10 s.</param>
public sealed class InitFetch(ContentHash id, TimeSpan every, TimeSpan within)
{
    private readonly SortedSet<PeerId> _peers = [];
    private readonly byte[] _request = Encode(new SyncMessage.InitRequest(id));
    private TimeSpan? _deadline;
    private bool _over;

    /// <summary>Takes one input; answers what is to be done, in order.</summary>
    public IReadOnlyList<SyncEffect> Advance(SyncInput input)
    {
        var effects = new List<SyncEffect>();
        if (_over) return effects;
        if (_deadline is null)
        {
            _deadline = input.Now + within;
            effects.Add(new SyncEffect.ArmTimer(Timer, Shorter(every, within)));
        }
        switch (input)
        {
            case SyncInput.MessageArrived i when _peers.Contains(i.Peer): OnMessage(i, effects); break;
            case SyncInput.PeerJoined i when _peers.Count < PeersMax && _peers.Add(i.Peer): effects.Add(new SyncEffect.Send(i.Peer, _request)); break;
            case SyncInput.PeerLeft i: _peers.Remove(i.Peer); break;
            case SyncInput.TimerFired: OnTimer(input.Now, effects); break;
        }
        return effects;
    }

    private void OnMessage(SyncInput.MessageArrived input, List<SyncEffect> effects)
    {
        if (!SyncMessage.TryDecode(input.Message.Span, out var message, out var why))
        {
            Expel(input.Peer, why, Charges.Malformed, effects);
            return;
        }
        if (message is not SyncMessage.InitResponse response || response.ObjectId != id) return;

        var create = Entry.Make(response.CreatePayload, Position.Empty);
        if (create.Hash != id)
        {
            Expel(input.Peer, new(RejectCode.HashMismatch, $"a create payload that is not {id.Short}'s"), Charges.HashMismatch, effects);
            return;
        }
        _over = true;
        effects.Add(new SyncEffect.CancelTimer(Timer));
        // The hash is right, so this is the object, and no other peer can show a better one.
        bool hasType = response.CreatePayload is Literal.Map map && map.Text("type") is not null;
        effects.Add(hasType
            ? new SyncEffect.Found(create)
            : new SyncEffect.GaveUp(new(RejectCode.InvalidOperation, "the object's create payload names no type")));
    }

    private void OnTimer(TimeSpan now, List<SyncEffect> effects)
    {
        if (now >= _deadline)
        {
            _over = true;
            effects.Add(new SyncEffect.GaveUp(new(RejectCode.TimedOut, $"no peer showed the create payload of {id.Short}")));
            return;
        }
        foreach (var peer in _peers) effects.Add(new SyncEffect.Send(peer, _request));
        effects.Add(new SyncEffect.ArmTimer(Timer, Shorter(every, _deadline!.Value - now)));
    }

    private void Expel(PeerId peer, Reject why, int charge, List<SyncEffect> effects)
    {
        _peers.Remove(peer);
        effects.Add(new SyncEffect.Misbehaved(peer, why, charge));
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static byte[] Encode(SyncMessage message)
    {
        var buffer = new JsonBuffer();
        message.Write(buffer);
        return buffer.Written.ToArray();
    }

    private static readonly SyncTimer Timer = new(SyncTimerKind.Fetch);

    private const int PeersMax = 64;
}
