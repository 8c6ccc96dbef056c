using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;

namespace Hhs.Model.Tests.Types;

/// <summary>A replica whose payloads are kept in a list.</summary>
internal sealed class MemoryReplica : IPayloadSource
{
    private readonly Dictionary<ContentHash, Literal.Map> _payloads = [];

    private MemoryReplica(Dictionary<ContentHash, Literal.Map> payloads, Func<IPayloadSource, Replica> open)
    {
        _payloads = payloads;
        Replica = open(this);
    }

    public MemoryReplica(ContentHash id, TypeRegistry? types = null, IForeignObjects? foreign = null) =>
        Replica = Replica.Empty(id, this, types ?? TypeRegistry.BuiltIn, foreign);

    public static MemoryReplica Of(Literal.Map create, TypeRegistry? types = null, IForeignObjects? foreign = null)
    {
        var entry = Entry.Make(create, Position.Empty);
        var replica = new MemoryReplica(entry.Hash, types, foreign);
        var judgement = replica.Admit(entry);
        Expect(judgement is Judgement.Admitted, judgement);
        return replica;
    }

    public Replica Replica { get; }

    public DagLog Log => Replica.Log;

    public Literal.Map PayloadOf(ContentHash entry) => _payloads[entry];

    public Judgement Admit(Entry entry)
    {
        var judgement = Replica.Admit(entry);
        if (judgement is Judgement.Admitted) _payloads.Add(entry.Hash, (Literal.Map)entry.Payload);
        return judgement;
    }

    public ContentHash Append(Literal.Map payload, Position at)
    {
        var entry = Entry.Make(payload, at);
        var judgement = Admit(entry);
        Expect(judgement is Judgement.Admitted or Judgement.Known, judgement);
        return entry.Hash;
    }

    /// <summary>As a node that restarts: header and tags from their stored bytes, payloads from the store.</summary>
    public MemoryReplica Reopen(TypeRegistry? types = null, IForeignObjects? foreign = null)
    {
        var keys = new TagCode.KeyPool();
        var index = Enumerable.Range(0, Log.Count).Select(entry =>
        {
            Expect(TagCode.TryDecode(TagCode.Encode(Log.TagsOf(entry)), keys, out var tags), "tags");
            return (Log.HeaderOf(entry), (IReadOnlyList<Tag>)tags);
        });
        var payloads = new Dictionary<ContentHash, Literal.Map>(_payloads);
        return new(payloads, source => Model.Types.Replica.Reopen(Replica.Id, index, source, types ?? TypeRegistry.BuiltIn, foreign));
    }

    /// <summary>The object opened anew, without the entries that are void.</summary>
    public ReplicatedObject SeenThrough(Func<int, bool> isLive, TypeRegistry? types = null, IForeignObjects? foreign = null)
    {
        types ??= TypeRegistry.BuiltIn;
        Expect(types.TryGet(Replica.Object!.TypeId, out var type), "type");
        var scope = new ObjectScope(Replica.Id, Log, this, types, foreign ?? NoForeignObjects.Instance);
        return type!.Open(scope.SeenThrough(isLive), PayloadOf(Replica.Id));
    }

    public ContentHash Append(Literal.Map payload) => Append(payload, Log.Frontier);

    public DagVersion Version(params ReadOnlySpan<ContentHash> hashes)
    {
        Expect(Log.TryVersion(Position.Of(hashes), out var version), "version");
        return version!;
    }

    // The bench uses this too, and has no test library.
    private static void Expect(bool isSo, object otherwise)
    {
        if (!isSo) throw new InvalidOperationException(otherwise.ToString());
    }
}

/// <summary>Objects that another one observes, by id.</summary>
internal sealed class ForeignObjects : Dictionary<ContentHash, ReplicatedObject>, IForeignObjects
{
    public bool TryGet(ContentHash id, [NotNullWhen(true)] out ReplicatedObject? obj) => TryGetValue(id, out obj);

    public static ForeignObjects Of(params ReadOnlySpan<MemoryReplica> replicas)
    {
        var objects = new ForeignObjects();
        foreach (var replica in replicas) objects.Add(replica.Replica.Id, replica.Replica.Object!);
        return objects;
    }
}
