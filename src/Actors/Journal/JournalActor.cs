using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Telemetry;

namespace Hhs.Actors.Journal;

/// <summary>Group commit: gathers the batches of many objects into one durable write, then acknowledges each.</summary>
/// <remarks>
/// The first append after a commit sends the actor a <see cref="Flush"/>; what stands in the mailbox before that joins the
/// same commit. So a lone append waits for nothing, and under load a commit's cost is shared by all that came during the last.
/// When the store fails, nothing of that commit is acknowledged and every later write is refused; reads do not pass here.
/// </remarks>
public sealed class JournalActor : ReceiveActor
{
    private readonly IJournal _journal;
    private readonly JournalSettings _settings;
    private readonly Queue<Waiting> _waiting = [];
    private long _waitingBytes;
    private JournalProtocol.JournalFailed? _failed;
    private IActorRef _watcher = ActorRefs.Nobody;

    /// <summary>Props with a thread of the actor's own (dispatcher <c>hhs.journal.dispatcher</c>), since commits block.</summary>
    /// <remarks>The journal stays the caller's to dispose, after the actor has stopped.</remarks>
    public static Props Props(IJournal journal, JournalSettings settings) =>
        Akka.Actor.Props.Create(() => new JournalActor(journal, settings)).WithDispatcher(Dispatcher);

    /// <summary>Makes the actor; use <see cref="Props"/>.</summary>
    public JournalActor(IJournal journal, JournalSettings settings)
    {
        (_journal, _settings) = (journal, settings);
        Become(Writing);
    }

    private sealed record Flush
    {
        internal static readonly Flush Instance = new();
    }

    private readonly record struct Waiting(IActorRef Sender, JournalProtocol.Append Append, long Bytes);

    private void Writing()
    {
        Receive<JournalProtocol.Append>(Take);
        Receive<JournalProtocol.Drop>(OnDrop);
        Receive<JournalProtocol.Drain>(drain =>
        {
            while (_failed is null && _waiting.Count > 0) CommitNext();
            Sender.Tell(new JournalProtocol.Drained(drain.ObjectId));
        });
        Receive<JournalProtocol.Watch>(_ => _watcher = Sender);
        Receive<Flush>(_ =>
        {
            CommitNext();
            if (_failed is null && _waiting.Count > 0) Self.Tell(Flush.Instance);
        });
    }

    private void Failed()
    {
        Receive<JournalProtocol.Append>(append => Sender.Tell(Refusal(append)));
        Receive<JournalProtocol.Drop>(drop => Sender.Tell(new JournalProtocol.DropFailed(drop.ObjectId, _failed!.Reason)));
        Receive<JournalProtocol.Drain>(drain => Sender.Tell(new JournalProtocol.Drained(drain.ObjectId)));
        Receive<JournalProtocol.Watch>(_ => { });   // nothing grows any more
        Receive<Flush>(_ => { });   // was under way when the store failed
    }

    private void Take(JournalProtocol.Append append)
    {
        long bytes = append.Batch.Entries.Sum(e => (long)e.Payload.Length + e.Tags.Length + EntryOverheadBytes);
        if (_waitingBytes + bytes > _settings.PendingBytesMax && _waiting.Count > 0)
        {
            Sender.Tell(new JournalProtocol.AppendFailed(append.Tag, JournalFault.Overloaded, $"{_waitingBytes} bytes are waiting to be written already"));
            return;
        }
        _waiting.Enqueue(new(Sender, append, bytes));
        _waitingBytes += bytes;
        if (_waiting.Count == 1) Self.Tell(Flush.Instance);
    }

    private void OnDrop(JournalProtocol.Drop drop)
    {
        while (_failed is null && _waiting.Count > 0) CommitNext();
        try
        {
            if (_failed is null) _journal.Drop(drop.ObjectId);
        }
        catch (JournalException e) when (e.Fault == JournalFault.Fenced)
        {
            Sender.Tell(new JournalProtocol.DropFailed(drop.ObjectId, e.Message));
            return;
        }
        catch (Exception e)
        {
            Fail([], e);
        }
        Sender.Tell(_failed is null ? new JournalProtocol.Dropped(drop.ObjectId) : new JournalProtocol.DropFailed(drop.ObjectId, _failed.Reason));
    }

    private void CommitNext()
    {
        var group = new List<Waiting>();
        long entries = 0, bytes = 0;
        while (_waiting.TryPeek(out var next))
        {
            int count = next.Append.Batch.Entries.Count;
            if (group.Count > 0 && (entries + count > _settings.CommitEntriesMax || bytes + next.Bytes > _settings.CommitBytesMax)) break;
            group.Add(_waiting.Dequeue());
            (entries, bytes, _waitingBytes) = (entries + count, bytes + next.Bytes, _waitingBytes - next.Bytes);
        }
        if (group.Count > 0) Commit(group, entries, bytes);
    }

    private void Commit(List<Waiting> group, long entries, long bytes)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            _journal.Append([.. group.Select(w => w.Append.Batch)]);
        }
        catch (JournalException e) when (e.Fault is JournalFault.MissingPredecessor or JournalFault.Fenced)
        {
            if (e.Fault == JournalFault.Fenced && group.Count == 1) JournalMetrics.Fenced();
            // What is wrong with one caller must not cost the others their writes: once more, each alone.
            if (group.Count == 1) group[0].Sender.Tell(new JournalProtocol.AppendFailed(group[0].Append.Tag, e.Fault, e.Message));
            else foreach (var one in group) CommitAlone(one);
            return;
        }
        catch (Exception e)
        {
            Fail(group, e);
            return;
        }
        JournalMetrics.Committed(entries, bytes, Stopwatch.GetElapsedTime(started));
        foreach (var one in group) one.Sender.Tell(new JournalProtocol.Appended(one.Append.Tag));
        if (_watcher.IsNobody()) return;
        foreach (var id in group.Select(w => w.Append.Batch.ObjectId).Distinct()) _watcher.Tell(new JournalProtocol.Grew(id, _journal.BytesOf(id)));
    }

    private void CommitAlone(Waiting one)
    {
        if (_failed is null) Commit([one], one.Append.Batch.Entries.Count, one.Bytes);
        else one.Sender.Tell(Refusal(one.Append));
    }

    private void Fail(List<Waiting> group, Exception cause)
    {
        var fault = cause is JournalException known ? known.Fault : JournalFault.InputOutput;
        _failed = new(fault, cause.Message);
        JournalMetrics.Failed();
        Context.GetLogger().Error(cause, "The journal failed ({0}); this node accepts no more writes until it is restarted", fault);
        foreach (var one in group.Concat(_waiting)) one.Sender.Tell(Refusal(one.Append));
        _waiting.Clear();
        _waitingBytes = 0;
        Context.System.EventStream.Publish(_failed);
        Become(Failed);
    }

    private JournalProtocol.AppendFailed Refusal(JournalProtocol.Append append) => new(append.Tag, _failed!.Fault, _failed.Reason);

    /// <summary>Commits what was accepted and still waits.</summary>
    protected override void PostStop()
    {
        while (_failed is null && _waiting.Count > 0) CommitNext();
        base.PostStop();
    }

    private const string Dispatcher = "hhs.journal.dispatcher";
    private const int EntryOverheadBytes = 256;   // header, keys and checksums of a record, roughly
}
