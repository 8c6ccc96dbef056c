using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Objects;

/// <summary>How what an object has admitted becomes durable: one batch at a time is with the journal, what is admitted meanwhile makes the next.</summary>
public sealed partial class ObjectActor
{
    private Batch _next = new();
    private Batch? _storing;

    /// <summary>Admitted entries that the journal does not have yet, and who waits for them.</summary>
    private sealed class Batch
    {
        public List<JournalEntry> Entries { get; } = [];
        public List<(IActorRef To, ContentHash Entry)> Acks { get; } = [];
    }

    private sealed record StoreAgain
    {
        public static readonly StoreAgain Instance = new();
    }

    /// <summary>The journal refused a write.</summary>
    internal sealed class NotStoredException(JournalProtocol.AppendFailed failed) : Exception(failed.Reason)
    {
        public JournalFault Fault { get; } = failed.Fault;
    }

    private void ReceiveStoring()
    {
        Receive<JournalProtocol.Appended>(stored => { if (stored.Tag == _storing) OnStored(); });   // else an earlier incarnation's
        Receive<StoreAgain>(_ => Append());
        Receive<JournalProtocol.AppendFailed>(OnNotStored);
    }

    private void Store(IReadOnlyList<JournalEntry> entries, IActorRef? ackTo = null, ContentHash ack = default)
    {
        _next.Entries.AddRange(entries);
        if (ackTo is not null) _next.Acks.Add((ackTo, ack));
        if (_storing is null) StoreNext();
    }

    private void StoreNext()
    {
        (_storing, _next) = (_next, new());
        Append();
    }

    private void Append() => _services.JournalActor.Tell(new JournalProtocol.Append(new ObjectBatch(_id, _storing!.Entries, _epoch), Tag: _storing));

    // An entry that is known and not durable yet is acknowledged together with what is being stored.
    private void Acknowledge(IActorRef to, ContentHash entry)
    {
        if (_durable.Contains(entry)) to.Tell(new ObjectProtocol.Applied(entry));
        else (_next.Entries.Count > 0 ? _next : _storing!).Acks.Add((to, entry));
    }

    private void OnStored()
    {
        var done = _storing!;
        _storing = null;
        var stored = new List<ContentHash>(done.Entries.Count);
        foreach (var entry in done.Entries)
        {
            stored.Add(entry.Entry);
            _payloads.Stored(entry.Entry);
        }
        _durable.AdvanceTo(_durable.Count + stored.Count);
        TellGrown();
        if (_next.Entries.Count > 0) StoreNext();
        // Followers first: whoever is told of a grant and then uses it finds that the object it is used on has heard of it.
        foreach (var follower in _followers) follower.Tell(new ObjectProtocol.Grew(_id, _durable.Count, done.Entries));
        foreach (var (to, entry) in done.Acks) to.Tell(new ObjectProtocol.Applied(entry));
        _gossip.Tell(new ObjectProtocol.Judged(stored, [], []));
        foreach (var waiting in _waitingToOpen) waiting.Tell(OnGetStatus());
        _waitingToOpen.Clear();
        if (_subscribers.Count > 0) TellSubscribers();
        StopIfReleased();
    }

    private void OnNotStored(JournalProtocol.AppendFailed failed)
    {
        if (failed.Tag != _storing) return;   // an earlier incarnation's
        if (failed.Fault == JournalFault.Overloaded)
        {
            // Others have filled the journal's queue; what we hold is bounded by what gossip may offer.
            Timers.StartSingleTimer(nameof(StoreAgain), StoreAgain.Instance, StoreAgainAfter);
            return;
        }
        _stopped = $"the journal refused: {failed.Reason}";
        throw new NotStoredException(failed);
    }

    private static readonly TimeSpan StoreAgainAfter = TimeSpan.FromMilliseconds(50);
}
