using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Opaque;

namespace Hhs.Model.Types;

/// <summary>One object as one replica holds it: a log in which every entry has passed the rules of the object's type.</summary>
/// <remarks>
/// Admission, in order: the payload within the bounds of any; predecessors present, else wait; the type accepts the payload at
/// that version. That the payload and the header hash to their names is proved by <see cref="Entry"/>. Source: wire.md section 6.
/// </remarks>
public sealed class Replica
{
    private readonly ObjectScope _scope;
    private readonly TypeRegistry _types;

    private Replica(ContentHash id, DagLog log, IPayloadSource payloads, TypeRegistry types, IForeignObjects? foreign)
    {
        (Log, _types) = (log, types);
        _scope = new(id, log, payloads, types, foreign ?? NoForeignObjects.Instance);
    }

    /// <summary>The admitted entries.</summary>
    public DagLog Log { get; }

    /// <summary>The object's id: its topic, and the hash of its create entry.</summary>
    public ContentHash Id => _scope.Id;

    /// <summary>The object under its type's rules; null until the create entry has been admitted.</summary>
    public ReplicatedObject? Object { get; private set; }

    /// <summary>An object of which nothing is known but its id.</summary>
    public static Replica Empty(ContentHash id, IPayloadSource payloads, TypeRegistry types, IForeignObjects? foreign = null) =>
        new(id, new DagLog(), payloads, types, foreign);

    /// <summary>Ids of the root objects that this one, or anything nested in it, observes; grows as nested objects are added.</summary>
    public IEnumerable<ContentHash> References => Log.TagValues(ReplicatedObject.ObservesKey).Select(tag => tag.ValueAsHash!.Value);

    /// <summary>Takes up an object again from the index that a journal kept; nothing is judged anew.</summary>
    /// <param name="id">The object's id.</param>
    /// <param name="index">Header and tags of each entry, in the order in which they were admitted.</param>
    /// <param name="payloads">Where payloads are read from.</param>
    /// <param name="types">The types known here.</param>
    /// <param name="foreign">The other objects known here; null for none.</param>
    /// <exception cref="ArgumentException">The index is not that of an object of a known type.</exception>
    public static Replica Reopen(ContentHash id, IEnumerable<(Header Header, IReadOnlyList<Tag> Tags)> index, IPayloadSource payloads, TypeRegistry types, IForeignObjects? foreign = null)
    {
        var replica = Empty(id, payloads, types, foreign);
        foreach (var (header, tags) in index) replica.Log.Append(header, tags);
        if (replica.Log.Count == 0) return replica;
        var create = payloads.PayloadOf(id);
        string typeId = create.Text("type") ?? "";
        // What was stored unread stays so: its entries were never judged by the type's rules.
        IReplicatedType? type = replica.Log.TagsOf(0).Contains(OpaqueObject.Mark) ? new OpaqueType(typeId) : null;
        if (type is null && !types.TryGet(typeId, out type)) throw new ArgumentException("the type of the object is not known", nameof(index));
        replica.Object = type.Open(replica._scope, create);
        return replica;
    }

    /// <summary>Judges an entry and, if it is valid, appends it.</summary>
    public Judgement Admit(Entry entry)
    {
        if (Log.Contains(entry.Hash)) return new Judgement.Known();
        if (PayloadBounds.Check(entry.Payload) is { } outOfBounds) return new Judgement.Refused(outOfBounds);
        if (Log.MissingOf(entry.Header.PrevEntryHashes) is { Count: > 0 } missing) return WaitFor(missing);
        if (Object is null) return AdmitCreate(entry);
        if (!Log.TryVersion(entry.Header.PrevEntryHashes, out var at)) return WaitFor(entry.Header.PrevEntryHashes);
        switch (Object.Check(entry.Payload, at))
        {
            case Verdict.Refused(var why): return new Judgement.Refused(why);
            case Verdict.Waiting(var on): return new Judgement.Waiting([on]);
            default: return Append(entry, [.. Object.Describe((Literal.Map)entry.Payload, entry.Hash)]);
        }
    }

    // supplement section 2: the object's id is the hash of its create entry at the empty position.
    private Judgement AdmitCreate(Entry entry)
    {
        if (entry.Hash != Id) return new Judgement.Refused(new(RejectCode.InvalidOperation, "the first entry of an object must be the create entry that its id names"));
        if (entry.Payload is not Literal.Map create || create.Text("action") != "create" || create.Text("type") is not { } typeId)
            return new Judgement.Refused(new(RejectCode.InvalidOperation, "a create payload has an action 'create' and a type"));
        if (_types.ForRoot(typeId) is not { } type) return new Judgement.Refused(new(RejectCode.Unsupported, $"unknown type '{Reject.Excerpt(typeId)}'"));
        if (type.CheckCreate(create, _types, null) is { } why) return new Judgement.Refused(why);
        Object = type.Open(_scope, create);
        return Append(entry, [.. Object.TagsOfCreate()]);
    }

    private static Judgement.Waiting WaitFor(Position missing) => new([.. missing.Select(Dependency.OnEntry)]);

    private Judgement.Admitted Append(Entry entry, Tag[] tags) => new(Log.Append(entry.Header, tags), tags);
}

/// <summary>The fates of a received entry. <see cref="Waiting"/> is not a fault of the sender.</summary>
public abstract record Judgement
{
    private Judgement() { }   // closed: nobody outside adds a fate

    /// <summary>Appended to the log as entry number <paramref name="Number"/>, with index keys.</summary>
    public sealed record Admitted(int Number, IReadOnlyList<Tag> Tags) : Judgement;

    /// <summary>In the log already.</summary>
    public sealed record Known : Judgement;

    /// <summary>Never to be admitted, and nothing that builds on it either.</summary>
    public sealed record Refused(Reject Why) : Judgement;

    /// <summary>Not to be judged before all of these are here: entries of the own log, or growth of other objects.</summary>
    public sealed record Waiting(IReadOnlyCollection<Dependency> On) : Judgement;
}
