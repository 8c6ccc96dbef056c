using System.Diagnostics;
using Akka.Actor;
using Hhs.Actors.Gossip;
using Hhs.Actors.Journal;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Types;

namespace Hhs.Actors.Objects;

/// <summary>One replicated object: admits entries, has them stored, answers views, publishes deltas.</summary>
/// <remarks>
/// An entry is judged and appended to the log in memory at once, so that the next can be judged on top of it; it counts
/// (is acknowledged, shown, gossiped) when the journal has it. One batch at a time is with the
/// journal; what is admitted meanwhile makes the next. If the journal refuses, the log in memory is ahead of the truth: the
/// actor dies, and its successor starts from what is stored, to be read only if the journal takes no more writes.
/// </remarks>
public sealed partial class ObjectActor : ReceiveActor, IWithTimers, IWithUnboundedStash
{
    private readonly ContentHash _id;
    private readonly ObjectServices _services;
    private readonly PayloadStore _payloads;
    private Epoch _epoch;
    private string? _readOnly;
    private string _stopped = "the object was stopped";
    private readonly Mirrors _mirrors;
    private Replica _replica = null!;
    private DurableReplica _durable = null!;
    private IActorRef _gossip = ActorRefs.Nobody;

    /// <summary>Props of the object with an id.</summary>
    public static Props Props(ContentHash id, ObjectServices services) => Akka.Actor.Props.Create(() => new ObjectActor(id, services));

    /// <summary>Makes the actor; use <see cref="Props"/>.</summary>
    public ObjectActor(ContentHash id, ObjectServices services)
    {
        (_id, _services) = (id, services);
        _payloads = new(id, services.Journal, services.Settings.PayloadCacheBytesMax);
        _mirrors = new(services);
        Become(Opening);
    }

    private void Open()
    {
        ReceiveAdmission();
        ReceiveStoring();
        ReceiveReferences();
        ReceiveAnswers();
        ReceiveSleep();
        Receive<Terminated>(gone =>
        {
            _subscribers.Remove(gone.ActorRef);
            _followers.Remove(gone.ActorRef);
            OnObservedEnded(gone.ActorRef);
        });
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The object's first entry, from this node or fetched from a peer. Answered by <see cref="ObjectProtocol.Applied"/>.</summary>
    internal sealed record CreateWith(Entry Create);

    // A journal that has failed refuses every write until the node is restarted: trying again would only cost us the reads.
    /// <inheritdoc/>
    protected override void PostRestart(Exception reason)
    {
        if (reason is NotStoredException { Fault: not (JournalFault.MissingPredecessor or JournalFault.Fenced) } refusal) _readOnly = refusal.Message;
        base.PostRestart(reason);
    }

    // The asker whose message we fail on is told; what stands behind it is answered by the successor, or as a dead letter.
    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        if (message is ObjectProtocol.Offered || ObjectProtocol.IsQuestion(message)) _lastUsed = Stopwatch.GetTimestamp();
        try
        {
            return base.AroundReceive(receive, message);
        }
        catch (Exception failure)
        {
            if (ObjectProtocol.IsQuestion(message)) Sender.Tell(Refusal(RejectCode.Declined, $"the object failed: {failure.Message}"));
            throw;
        }
    }

    // Whoever still waits must not wait for ever.
    /// <inheritdoc/>
    protected override void PostStop()
    {
        foreach (var (to, _) in (_storing?.Acks ?? []).Concat(_next.Acks)) to.Tell(Refusal(RejectCode.Declined, $"not known to be stored: {_stopped}"));
        foreach (var waiting in _waitingToOpen) waiting.Tell(Refusal(RejectCode.Declined, _stopped));
        foreach (var (asker, _) in _unanswered) asker.Tell(Refusal(RejectCode.Declined, _stopped));
        foreach (var follower in _followers) follower.Tell(ObjectProtocol.FollowLost.Instance);
        foreach (var subscriber in _subscribers.Keys) subscriber.Tell(Refusal(RejectCode.Declined, $"{_stopped}: subscribe again"));
    }

    // A damaged payload that gossip came upon is mended by reading the index again.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(failure => failure is JournalException ? Directive.Escalate : Directive.Restart);

    internal static IReadOnlyList<Tag> DecodeTags(ContentHash id, Header header, ReadOnlyMemory<byte> bytes, TagCode.KeyPool keys) =>
        TagCode.TryDecode(bytes.Span, keys, out var tags)
            ? tags
            : throw new InvalidDataException($"the index keys of entry {header.Hash} of object {id} are damaged: run 'hhs verify'");

    private ObjectProtocol.Refused NotHere() => Refusal(RejectCode.Declined, $"object {_id} is not here");

    // docs/types/opaque.md: kept, served, counted, listed; what it says is for those who know the type.
    private ObjectProtocol.Refused NotInterpreted() =>
        Refusal(RejectCode.Unsupported, $"the type '{Reject.Excerpt(_replica.Object!.TypeId)}' of object {_id} is not known here: it is kept and relayed unread");

    private ObjectProtocol.Refused ReadOnly() => Refusal(RejectCode.Declined, $"the journal takes no more writes: {_readOnly}");

    private static ObjectProtocol.Refused Refusal(RejectCode code, string detail) => new(new(code, detail));
}
