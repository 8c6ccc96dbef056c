using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Akka.Actor;
using Hhs.Actors.Objects;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Types;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Node;

/// <summary>An object of any type, nested or not.</summary>
public sealed class ObjectHandle
{
    private readonly IActorRef _node;
    private readonly ActorSystem _system;

    internal ObjectHandle(IActorRef node, ActorSystem system, ContentHash id) => (_node, _system, Id, Root) = (node, system, id, id);

    /// <summary>The object's id: what peers open it by, if it is not nested.</summary>
    public ContentHash Id { get; }

    // Ids from the root's child down to this object; none for a root.
    private IReadOnlyList<ContentHash> Path { get; init; } = [];

    private ContentHash Root { get; init; }

    /// <summary>The id of its type.</summary>
    public string TypeId { get; internal init; } = "";

    /// <summary>Writes an operation; answers the entry's hash once it is durable.</summary>
    /// <exception cref="HhsException">The operation is refused, or could not be stored.</exception>
    public async Task<ContentHash> ApplyAsync(IObjectCommand command) =>
        (await SendAsync<ObjectProtocol.Applied>(new ObjectProtocol.Apply(Path.Reverse().Aggregate(command, (inner, child) => new ObjectMessages.Update(child, inner)))).ConfigureAwait(false)).Entry;

    /// <summary>Asks about the durable state.</summary>
    /// <param name="query">The question.</param>
    /// <param name="at">A version of the past, as entries of the log; null for all that is known.</param>
    /// <exception cref="HhsException">The question does not fit the object, or there is no such version here.</exception>
    public async Task<T> AskAsync<T>(IObjectQuery query, Position? at = null)
    {
        var whole = Path.Reverse().Aggregate(query, (inner, child) => new ObjectMessages.AskNested(child, inner));
        var answer = (await SendAsync<ObjectProtocol.Answered>(new ObjectProtocol.Ask(whole, at)).ConfigureAwait(false)).Value;
        return answer is Reject why ? throw new HhsException(why) : (T)answer;
    }

    /// <summary>An object nested in this one, a set or record, at whatever depth.</summary>
    /// <exception cref="HhsException">There is no such nested object.</exception>
    public async Task<ObjectHandle> NestedAsync(ContentHash child)
    {
        var nested = new ObjectHandle(_node, _system, child) { Root = Root, Path = [.. Path, child] };
        return new(_node, _system, child) { Root = Root, Path = nested.Path, TypeId = await nested.AskAsync<string>(new ObjectMessages.GetTypeId()).ConfigureAwait(false) };
    }

    /// <summary>What concurrent operations disagree about; empty for types in which nothing does.</summary>
    public Task<IReadOnlyList<Conflict>> ConflictsAsync(Position? at = null) => AskAsync<IReadOnlyList<Conflict>>(new ObjectMessages.Conflicts(), at);

    /// <summary>Writes the operation that settles a conflict.</summary>
    /// <param name="conflict">A conflict of <see cref="ConflictsAsync"/>.</param>
    /// <param name="choice">Index of the candidate to keep.</param>
    /// <exception cref="HhsException">There is no such candidate, the conflict has changed, or a capability is missing.</exception>
    public Task<ContentHash> ResolveAsync(Conflict conflict, int choice) => ApplyAsync(new ObjectMessages.Resolve(conflict, choice));

    /// <summary>Makes the state of the object's capability object, as known here, count for this one.</summary>
    public Task<ContentHash> AdvanceReferenceAsync() => ApplyAsync(new CapabilityMessages.AdvanceReference());

    /// <summary>Which entries count, in the order asked: one whose author has lost the right concurrently does not.</summary>
    public Task<IReadOnlyList<bool>> CountingAsync(IReadOnlyList<ContentHash> entries) => AskAsync<IReadOnlyList<bool>>(new ObjectMessages.Counting(entries));

    /// <summary>How the object stands here; for a nested one, how the root stands.</summary>
    public async Task<ObjectProtocol.Status> StatusAsync() =>
        (await SendAsync<ObjectProtocol.Status>(ObjectProtocol.GetStatus.Instance).ConfigureAwait(false));

    /// <summary>How far the object has come up with its connected peers; for a nested one, how far the root has.</summary>
    public Task<SyncProgress> ProgressAsync() => SendAsync<SyncProgress>(ObjectProtocol.GetProgress.Instance);

    /// <summary>The log's entries in arrival order; a nested object is in its root's log.</summary>
    public async IAsyncEnumerable<Entry> LogAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        for (int from = 0; ;)
        {
            var page = (await SendAsync<ObjectProtocol.Log>(new ObjectProtocol.GetLog(from, LogPage)).WaitAsync(cancel).ConfigureAwait(false));
            foreach (var entry in page.Entries) yield return entry;
            from += page.Entries.Count;
            if (page.Entries.Count == 0 || from >= page.Total) yield break;
        }
    }

    /// <summary>Changes from now on, until cancelled. A reader that lags sees each change, later.</summary>
    /// <exception cref="HhsException">The object has stopped, or it moves to another node, or its node is gone: subscribe again, and read what may have been missed.</exception>
    public IAsyncEnumerable<T> ChangesAsync<T>(IObjectDelta delta, CancellationToken cancel = default) => ChangesAsync<T>(delta, null, cancel);

    // With a question: its answer is among the changes, at its place, so that none is missed between the two.
    internal async IAsyncEnumerable<T> ChangesAsync<T>(IObjectDelta delta, IObjectQuery? first, [EnumeratorCancellation] CancellationToken cancel)
    {
        var changes = Channel.CreateUnbounded<object>();
        var whole = Path.Reverse().Aggregate(delta, (inner, child) => new ObjectMessages.ChangesNested(child, inner));
        var subscriber = _system.ActorOf(Props.Create(() => new Subscriber(_node, Root, whole, first, changes.Writer)));
        try
        {
            await foreach (object change in changes.Reader.ReadAllAsync(cancel).ConfigureAwait(false)) yield return (T)change;
        }
        finally
        {
            _system.Stop(subscriber);
        }
    }

    private Task<T> SendAsync<T>(object message) => HhsNode.AskAsync<T>(_node, new ObjectsProtocol.ToObject(Root, message));

    private sealed class Subscriber : ReceiveActor, IWithTimers
    {
        public Subscriber(IActorRef node, ContentHash id, IObjectDelta delta, IObjectQuery? first, ChannelWriter<object> changes)
        {
            Receive<ObjectProtocol.Subscribed>(_ =>
            {
                Context.Watch(Sender);   // a node that dies tells nobody
                if (first is null) Timers.Cancel(nameof(Late));
                else node.Tell(new ObjectsProtocol.ToObject(id, new ObjectProtocol.Ask(first)), Self);
            });
            Receive<ObjectProtocol.Answered>(answered =>
            {
                Timers.Cancel(nameof(Late));
                changes.TryWrite(answered.Value);
            });
            Receive<ObjectProtocol.Changed>(changed => changes.TryWrite(changed.Delta));
            Receive<ObjectProtocol.Refused>(refused => End(refused.Why));
            Receive<Terminated>(_ => End(new(RejectCode.Declined, "the object's actor or its node is gone: subscribe again")));
            Receive<Late>(_ => End(new(RejectCode.TimedOut, "the object did not answer in time: subscribe again")));
            node.Tell(new ObjectsProtocol.ToObject(id, new ObjectProtocol.Subscribe(delta)), Self);

            void End(Reject why) => changes.TryComplete(new HhsException(why));
        }

        private sealed record Late
        {
            public static readonly Late Instance = new();
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartSingleTimer(nameof(Late), Late.Instance, HhsNode.AnswerWithin);
    }

    private const int LogPage = 1024;
}
