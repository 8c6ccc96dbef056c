using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>Who holds what in a space: a capability object on a log with the space's graph, in which only its own operations say anything.</summary>
/// <remarks>
/// The capability type's rules have an oracle of their own, so they are asked here and not written down again. All entries are in the log and
/// a use is asked about at its own entry: of the capability operations alone one could not tell a revoke after a use from one beside it.
/// </remarks>
internal sealed class OracleAuthority : IPayloadSource
{
    private readonly OracleGraph _graph;
    private readonly string[] _creators;
    private readonly DagLog _log = new();
    private readonly Dictionary<ContentHash, Literal.Map> _payloads = [];
    private readonly ContentHash _space;
    private readonly ReplicatedCapabilities? _object;
    private readonly Dictionary<(string KeyId, string Capability, ContentHash At, string From), bool> _held = [];
    private (HashSet<ContentHash> Set, int LogCount, DagVersion Version, string Operations)? _from;

    public OracleAuthority(OracleGraph graph, ContentHash space, Literal.Map create)
    {
        (_graph, _space) = (graph, space);
        _creators = [.. ((Literal.Array)create["creators"]!).Items.ToArray().Select(c => ((Literal.String)c).Value)];
        if (create["capabilities"] is not Literal.Map capabilities) return;
        var projected = Literal.Map.Of(
            ("action", "create"), ("type", "hhs-actors/cap_v1"), ("seed", create["seed"]!),
            ("creators", create["creators"]!), ("creatorKeys", create["creatorKeys"]!), ("initialCaps", capabilities["initialCaps"]!));
        if (capabilities.TryGet("enrollCapability", out var enroll)) projected = projected.With("enrollCapability", enroll);
        _object = (ReplicatedCapabilities)CapabilityType.Ours.Open(
            new ObjectScope(space, _log, this, TypeRegistry.BuiltIn, NoForeignObjects.Instance), projected);
        _payloads.Add(space, projected);
        _log.Append(new Header(CanonicalJson.Hash(projected), Position.Empty, space), [.. _object.TagsOfCreate()]);
    }

    public bool Exists => _object is not null;

    public Literal.Map PayloadOf(ContentHash entry) => _payloads[entry];

    public bool IsCreator(string keyId) => _creators.Contains(keyId);

    public static bool IsOperation(OracleEntry entry) => entry.Action == "op" && entry.Payload.Text("member") == "capabilities";

    /// <summary>Adds an entry of the space; the create entry is there.</summary>
    public void Add(OracleEntry entry)
    {
        if (_object is null || entry.Hash == _space) return;
        var payload = IsOperation(entry) ? Projected(entry) : entry.Payload;
        _payloads.Add(entry.Hash, payload);
        var header = new Header(CanonicalJson.Hash(payload), Position.Of([.. entry.Prev]), entry.Hash);
        _log.Append(header, IsOperation(entry) ? [.. _object.Describe(payload, entry.Hash)] : []);
    }

    /// <summary>Whether the capability object takes an operation on top of its predecessors.</summary>
    public bool Accepts(OracleEntry entry) => _object is not null && _object.CheckAllowed(Projected(entry), Version(entry.Prev)) == Verdict.Valid;

    /// <summary>Whether somebody holds a capability at an entry, as judged from a larger history. One that is not added yet has nothing beside it.</summary>
    public bool Holds(string keyId, string capability, OracleEntry at, HashSet<ContentHash> from) => _log.Contains(at.Hash)
        ? HoldsFrom(keyId, capability, at.Hash, from)
        : _object!.View(Version(at.Prev)).HasCapability(keyId, capability);

    // Of the version that it is judged from only the capability operations say anything, so the same question comes again in most walks.
    private bool HoldsFrom(string keyId, string capability, ContentHash at, HashSet<ContentHash> from)
    {
        if (_from is not { } last || last.Set != from || last.LogCount != _log.Count)
        {
            string operations = string.Join(' ', _graph.Maximal([.. from.Where(e => _log.Contains(e) && IsOperation(_graph[e]))]).Order());
            _from = last = (from, _log.Count, Version(from.Where(_log.Contains)), operations);
        }
        if (!_held.TryGetValue((keyId, capability, at, last.Operations), out bool holds))
            _held.Add((keyId, capability, at, last.Operations), holds = _object!.View(Version([at]), last.Version).HasCapability(keyId, capability));
        return holds;
    }

    /// <summary>The origins that an operation written on top of a version has to name.</summary>
    public IReadOnlyList<ContentHash> Origins(string capability, IEnumerable<ContentHash> at) => _object!.View(Version(at)).SurvivingOrigins(capability);

    /// <summary>0 for creators; else the least size of the history of a grant, in what the entry has seen, of what the author holds there.</summary>
    public long SeniorityOf(OracleEntry entry)
    {
        if (IsCreator(entry.Author) || entry.Hash == _space) return 0;
        long least = 1L << 53;
        if (!Exists) return least;
        var history = _graph.Before(entry.Hash);
        var view = _object!.View(Version(entry.Prev));
        foreach (var hash in history)
        {
            var operation = _graph[hash].Payload["payload"] as Literal.Map;
            if (!IsOperation(_graph[hash]) || operation!.Text("action") != "grant" || operation.Text("grantee") != entry.Author) continue;
            if (view.HasCapability(entry.Author, operation.Text("capName")!)) least = Math.Min(least, _graph.Before(hash).Count + 1);
        }
        return least;
    }

    private static Literal.Map Projected(OracleEntry entry) =>
        ((Literal.Map)entry.Payload["payload"]!).With("author", entry.Author).With("signature", entry.Payload["signature"]!);

    private DagVersion Version(IEnumerable<ContentHash> tips)
    {
        if (!_log.TryVersion(Position.Of([.. tips]), out var version)) throw new InvalidOperationException("no such version");
        return _log.MinimalCover(version);
    }
}
