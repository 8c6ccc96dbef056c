using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Akka.Actor;
using Hhs.Actors.Objects;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Node;

/// <summary>An object of any type.</summary>
public sealed class ObjectHandle
{
    private readonly IActorRef _node;
    private readonly ActorSystem _system;

    internal ObjectHandle(IActorRef node, ActorSystem system, ContentHash id) => (_node, _system, Id) = (node, system, id);

    /// <summary>The object's id: what peers open it by.</summary>
    public ContentHash Id { get; }

    /// <summary>The id of its type.</summary>
    public string TypeId { get; internal init; } = "";

    /// <summary>Writes an operation; answers the entry's hash once it is durable.</summary>
    /// <exception cref="HhsException">The operation is refused, or could not be stored.</exception>
    public async Task<ContentHash> ApplyAsync(IObjectCommand command) =>
        (await SendAsync<ObjectProtocol.Applied>(new ObjectProtocol.Apply(command)).ConfigureAwait(false)).Entry;

    /// <summary>Asks about the durable state.</summary>
    /// <exception cref="HhsException">The question does not fit the object.</exception>
    public async Task<T> AskAsync<T>(IObjectQuery query)
    {
        var answer = (await SendAsync<ObjectProtocol.Answered>(new ObjectProtocol.Ask(query)).ConfigureAwait(false)).Value;
        return answer is Model.Reject why ? throw new HhsException(why) : (T)answer;
    }

    /// <summary>How the object stands here.</summary>
    public async Task<ObjectProtocol.Status> StatusAsync() =>
        (await SendAsync<ObjectProtocol.Status>(ObjectProtocol.GetStatus.Instance).ConfigureAwait(false));

    /// <summary>The log's entries in arrival order.</summary>
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
    public async IAsyncEnumerable<T> ChangesAsync<T>(IObjectDelta delta, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var changes = Channel.CreateUnbounded<object>();
        var subscriber = _system.ActorOf(Props.Create(() => new Subscriber(_node, Id, delta, changes.Writer)));
        try
        {
            await foreach (object change in changes.Reader.ReadAllAsync(cancel).ConfigureAwait(false)) yield return (T)change;
        }
        finally
        {
            _system.Stop(subscriber);
        }
    }

    private Task<T> SendAsync<T>(object message) => HhsNode.AskAsync<T>(_node, new ObjectsProtocol.ToObject(Id, message));

    private sealed class Subscriber : ReceiveActor
    {
        public Subscriber(IActorRef node, ContentHash id, IObjectDelta delta, ChannelWriter<object> changes)
        {
            Receive<ObjectProtocol.Subscribed>(_ => { });
            Receive<ObjectProtocol.Changed>(changed => changes.TryWrite(changed.Delta));
            Receive<ObjectProtocol.Refused>(refused => changes.TryComplete(new HhsException(refused.Why)));
            node.Tell(new ObjectsProtocol.ToObject(id, new ObjectProtocol.Subscribe(delta)), Self);
        }
    }

    private const int LogPage = 1024;
}
