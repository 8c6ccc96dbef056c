using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using Akka.Persistence;
using Hhs.Actors.Journal;
using Hhs.Actors.Journal.Postgres;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Hhs.Cluster.Journal;

/// <summary>An event with its number in its stream.</summary>
internal readonly record struct Numbered(long Sequence, string Manifest, byte[] Bytes);

/// <summary>Events to be appended to one stream, from a number on.</summary>
internal sealed record Addition(string Stream, long Sequence, IReadOnlyList<StoredEvent> Events);

/// <summary>Says to the journal plugin what persistent actors say to it, and waits for the answers.</summary>
/// <remarks>
/// Reading is tried again while the database is away, up to a bound. Writing is not: whether it has taken effect is to be looked up first.
/// A caller waits on its own thread; the plugin has threads of its own (<see cref="JournalSystem"/>), so waiting cannot keep it from answering.
/// </remarks>
internal sealed class Streams(JournalSystem system, TimeSpan giveUpAfter)
{
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Lets whoever waits give up.</summary>
    internal void Close() => _closing.Cancel();

    /// <summary>The number of the last event that a stream ever had; 0 if it had none.</summary>
    internal long Last(string stream) => Read(stream, 1, 0).Last;

    /// <summary>The events of a stream that are there, from one number to another.</summary>
    internal (List<Numbered> Events, long Last) Read(string stream, long from = 1, long to = long.MaxValue) =>
        Patiently(() => Ask<(List<Numbered>, long)>(done => Akka.Actor.Props.Create(() => new Reading(done)), to_ => new ReplayMessages(from, to, to - from == long.MaxValue ? long.MaxValue : Math.Max(0, to - from + 1), stream, to_)));

    /// <summary>Appends to several streams, all or nothing. Null if it is done, else why it is not, or not known to be.</summary>
    internal Exception? Write(IEnumerable<Addition> additions)
    {
        var writes = additions.Select(addition => new AtomicWrite(addition.Events
            .Select((e, i) => (IPersistentRepresentation)new Persistent(e, addition.Sequence + i, addition.Stream, writerGuid: "hhs")).ToImmutableList())).ToArray();
        try
        {
            Ask<bool>(done => Akka.Actor.Props.Create(() => new Writing(done)), to => new WriteMessages(writes, to, 0));
            return null;
        }
        catch (Exception e) when (e is not ObjectDisposedException)
        {
            return e;
        }
    }

    /// <summary>Forgets the events of a stream up to a number; the numbers are not given again.</summary>
    internal void Delete(string stream, long upTo) => Patiently(() => Ask<bool>(done => Akka.Actor.Props.Create(() => new Deleting(done)), to => new DeleteMessagesTo(stream, upTo, to)));

    /// <summary>Pauses before something is tried again; throws what it failed with where that is of no use, or the patience is at its end.</summary>
    internal void Pause(Exception failure, long started, ref TimeSpan pause)
    {
        if (!MayPass(failure) || Stopwatch.GetElapsedTime(started) + pause > giveUpAfter) throw From(failure);
        if (_closing.Token.WaitHandle.WaitOne(pause)) throw new ObjectDisposedException(nameof(AkkaPersistenceJournal));
        pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
    }

    internal static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private T Patiently<T>(Func<T> work)
    {
        long started = Stopwatch.GetTimestamp();
        for (var pause = FirstPause; ;)
        {
            try
            {
                return work();
            }
            catch (Exception e) when (e is not ObjectDisposedException)
            {
                Pause(e, started, ref pause);
            }
        }
    }

    private T Ask<T>(Func<TaskCompletionSource<T>, Props> props, Func<IActorRef, object> message)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(AkkaPersistenceJournal));
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var caller = system.System.ActorOf(props(done));
        system.Plugin.Tell(message(caller), caller);
        try
        {
            done.Task.Wait(_closing.Token);
        }
        catch (OperationCanceledException)
        {
            throw new ObjectDisposedException(nameof(AkkaPersistenceJournal));
        }
        catch (AggregateException)
        {
            // Its cause is thrown below.
        }
        return done.Task.GetAwaiter().GetResult();
    }

    private static bool MayPass(Exception failure) => Causes(failure).All(cause => cause switch
    {
        SqliteException sqlite => (sqlite.SqliteErrorCode & 0xff) is SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED,
        NpgsqlException => PostgresFaults.MayPass(cause),
        _ => true,
    });

    internal JournalException From(Exception failure)
    {
        var cause = Causes(failure).FirstOrDefault(c => c is SqliteException or PostgresException) ?? Causes(failure).Last();
        if (cause is SqliteException sqlite) return JournalFaults.FromSqlite(sqlite.SqliteErrorCode, sqlite.Message, system.Store, failure);
        if (cause is PostgresException) return PostgresFaults.From(cause, system.Store);
        string said = system.LastError is { } error ? $" ({error})" : "";
        return PostgresFaults.Of(JournalFault.InputOutput, system.Store, cause.Message.TrimEnd('.') + said, failure);
    }

    private static IEnumerable<Exception> Causes(Exception? failure)
    {
        for (; failure is not null; failure = failure is AggregateException { InnerExceptions: [var first, ..] } ? first : failure.InnerException) yield return failure;
    }

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Stands where a persistent actor would: takes the plugin's answers to one request.</summary>
    private abstract class Caller<T> : ReceiveActor
    {
        private readonly TaskCompletionSource<T> _done;

        protected Caller(TaskCompletionSource<T> done)
        {
            _done = done;
            SetReceiveTimeout(Patience);
            Receive<ReceiveTimeout>(_ => Fail(new TimeoutException("the journal plugin did not answer")));
        }

        protected void End(T result)
        {
            _done.TrySetResult(result);
            Context.Stop(Self);
        }

        protected void Fail(Exception cause)
        {
            _done.TrySetException(cause);
            Context.Stop(Self);
        }

        protected override void PostStop() => _done.TrySetException(new TimeoutException("the journal plugin has stopped"));

        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    }

    private sealed class Reading : Caller<(List<Numbered>, long)>
    {
        public Reading(TaskCompletionSource<(List<Numbered>, long)> done) : base(done)
        {
            var events = new List<Numbered>();
            Receive<ReplayedMessage>(replayed => events.Add(replayed.Persistent is { Payload: StoredEvent e } ? new(replayed.Persistent.SequenceNr, e.Manifest, e.Bytes) : new(replayed.Persistent.SequenceNr, "", [])));
            Receive<RecoverySuccess>(success => End((events, success.HighestSequenceNr)));
            Receive<ReplayMessagesFailure>(failure => Fail(failure.Cause));
        }
    }

    private sealed class Writing : Caller<bool>
    {
        public Writing(TaskCompletionSource<bool> done) : base(done)
        {
            Receive<WriteMessagesSuccessful>(_ => { });   // an answer for each event follows
            Receive<WriteMessageSuccess>(_ => End(true));   // all are in one transaction
            Receive<WriteMessagesFailed>(failed => Fail(failed.Cause));
            Receive<WriteMessageFailure>(failed => Fail(failed.Cause));
            Receive<WriteMessageRejected>(rejected => Fail(rejected.Cause));
        }
    }

    private sealed class Deleting : Caller<bool>
    {
        public Deleting(TaskCompletionSource<bool> done) : base(done)
        {
            Receive<DeleteMessagesSuccess>(_ => End(true));
            Receive<DeleteMessagesFailure>(failed => Fail(failed.Cause));
        }
    }
}
