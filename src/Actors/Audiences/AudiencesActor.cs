using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Journal;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Audiences;

/// <summary>Keeps to whom each object is offered, over restarts, and tells the mesh.</summary>
internal sealed class AudiencesActor : ReceiveActor
{
    private readonly IJournal _journal;
    private readonly IActorRef _mesh;
    private readonly Dictionary<ContentHash, IActorRef> _followers = [];
    private readonly Dictionary<ContentHash, byte[]> _applied = [];
    private IActorRef _objects = ActorRefs.Nobody;

    // It asks the store itself, which may block: a thread of its own.
    public static Props Props(IJournal journal, IActorRef mesh) => Akka.Actor.Props.Create(() => new AudiencesActor(journal, mesh)).WithDispatcher("hhs.journal.dispatcher");

    public AudiencesActor(IJournal journal, IActorRef mesh)
    {
        (_journal, _mesh) = (journal, mesh);
        Receive<Follow>(follow =>
        {
            _objects = follow.Objects;
            foreach (var (id, text) in Texts(journal)) Apply(id, text);
        });
        Receive<Set>(set =>
        {
            ReadOnlyMemory<byte>? text = null;
            if (set.Audience is not Audience.Everyone) text = set.Audience.Write();
            _journal.PutSetting(Prefix + set.Object, text);
            Apply(set.Object, text);
            Context.System.EventStream.Publish(NodeProtocol.SettingsChanged.Instance);
            Sender.Tell(new Status.Success(null));
        });
        Receive<NodeProtocol.ReadSettings>(_ => Reload());
        Receive<Get>(get => Sender.Tell(_journal.TryGetSetting(Prefix + get.Object, out var text) ? Audience.Read(text.Span) ?? new Audience.Keys([]) : new Audience.Everyone()));
    }

    /// <summary>Offer the object to these. Answered by <see cref="Status.Success"/> once that is kept.</summary>
    internal sealed record Set(ContentHash Object, Audience Audience);

    /// <summary>To whom is it offered? Answered by an <see cref="Audience"/>.</summary>
    internal sealed record Get(ContentHash Object);

    /// <summary>The objects run: those that audiences depend on can be asked.</summary>
    internal sealed record Follow(IActorRef Objects);

    /// <summary>What the mesh must know before the first object is offered: for those whose audience must be asked for first, nobody.</summary>
    public static IEnumerable<object> Beforehand(IJournal journal, ILoggingAdapter log)
    {
        foreach (var (id, audience) in Stored(journal))
        {
            yield return new MeshProtocol.SetPolicy(id, audience is Audience.Keys(var keys) ? new([.. keys]) : TopicPolicy.Nobody);
            if (audience is Audience.Keys { KeyIds.Count: 0 }) log.Warning("Object {0} is offered to nobody: its stored audience is empty, or cannot be read", id);
        }
    }

    private static IEnumerable<(ContentHash Id, Audience Audience)> Stored(IJournal journal) => Texts(journal).Select(stored => (stored.Id, Parse(stored.Text)));

    private static IEnumerable<(ContentHash Id, ReadOnlyMemory<byte> Text)> Texts(IJournal journal)
    {
        foreach (var (name, text) in journal.Settings(Prefix)) if (ContentHash.TryParse(name.AsSpan(Prefix.Length), out var id)) yield return (id, text);
    }

    // What cannot be read is nobody: better an object that is not offered than one that is offered to all.
    private static Audience Parse(ReadOnlyMemory<byte> text) => Audience.Read(text.Span) ?? new Audience.Keys([]);

    // Of a store that is shared, another node may have set some.
    private void Reload()
    {
        var stored = Texts(_journal).ToDictionary(s => s.Id, s => s.Text);
        foreach (var (id, text) in stored) if (!_applied.TryGetValue(id, out byte[]? before) || !text.Span.SequenceEqual(before)) Apply(id, text);
        foreach (var id in _applied.Keys.Where(id => !stored.ContainsKey(id)).ToArray()) Apply(id, null);
    }

    private void Apply(ContentHash id, ReadOnlyMemory<byte>? text)
    {
        if (text is { } bytes) _applied[id] = bytes.ToArray();
        else _applied.Remove(id);
        var audience = text is { } given ? Parse(given) : new Audience.Everyone();
        if (_followers.Remove(id, out var before)) Context.Stop(before);
        switch (audience)
        {
            case Audience.Everyone: _mesh.Tell(new MeshProtocol.SetPolicy(id, TopicPolicy.Everyone)); break;
            case Audience.Keys(var keys): _mesh.Tell(new MeshProtocol.SetPolicy(id, new([.. keys]))); break;
            case Audience.Holders holders:
                _mesh.Tell(new MeshProtocol.SetPolicy(id, TopicPolicy.Nobody));
                _followers.Add(id, Context.ActorOf(HoldersActor.Props(id, holders, _mesh, _objects)));
                break;
        }
    }

    private const string Prefix = "audience/";
}
