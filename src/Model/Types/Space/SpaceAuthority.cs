using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Capabilities;

namespace Hhs.Model.Types.Space;

/// <summary>The capability object of a space, open on the space's own log: so a use of a right has its place among what is said about rights.</summary>
/// <remarks>Its operations are plain and never settled: who may do what never depends on the settled order.</remarks>
internal sealed class SpaceAuthority : IPayloadSource
{
    private readonly Literal.Map _create;
    private readonly SpaceEntryReader _reader;
    private readonly DagLog _log;
    private readonly Dictionary<string, List<(int Entry, string Capability)>> _grants = new(StringComparer.Ordinal);

    public SpaceAuthority(ObjectScope space, SpaceEntryReader reader, Literal.Map create)
    {
        (_log, _reader, _create) = (space.Log, reader, create);
        Capabilities = (ReplicatedCapabilities)CapabilityType.Ours.Open(new ObjectScope(space.Id, space.Log, this, space.Types, NoForeignObjects.Instance), create);
    }

    public ReplicatedCapabilities Capabilities { get; }

    public Literal.Map PayloadOf(ContentHash entry) =>
        _log.TryIndex(entry, out int number) && _reader.EntryAt(number) is SpaceEntry.Capability operation ? operation.Payload : _create;

    /// <summary>Takes up an entry that was admitted. From its tags: whoever reopens a space reads no payload for it.</summary>
    public void Append(int entry)
    {
        string? pair = null, capability = null;
        foreach (var tag in _log.TagsOf(entry))
        {
            if (tag.Key == CapabilityTags.Barrier) return;
            if (tag.Key == CapabilityTags.Grants) pair = tag.Value;
            if (tag.Key == CapabilityTags.GrantedCap) capability = tag.Value;
        }
        if (pair is null) return;
        string grantee = pair[(capability!.Length + 1)..];
        if (!_grants.TryGetValue(grantee, out var grants)) _grants.Add(grantee, grants = []);
        grants.Add((entry, capability));
    }

    public bool Has(string keyId, string capability, DagVersion at, DagVersion from) => Capabilities.View(at, from).HasCapability(keyId, capability);

    /// <summary>The grants to somebody in a history, of capabilities held there.</summary>
    public IEnumerable<int> GrantsHeld(string keyId, DagVersion at)
    {
        foreach (var (entry, capability) in _grants.GetValueOrDefault(keyId) ?? [])
        {
            if (_log.Includes(at, entry) && Has(keyId, capability, at, at)) yield return entry;
        }
    }

    /// <summary>The entries that take a capability away from somebody, as far as a version knows.</summary>
    public IEnumerable<int> BarriersAgainst(string keyId, string capability, DagVersion from) => _log.EntriesBetween(DagVersion.Empty, from, Barrier).Where(entry =>
    {
        var payload = PayloadOf(_log.HashOf(entry));
        return payload.Text("capName") == capability && (payload.Text("action") == "delete-cap" || payload.Text("grantee") == keyId);
    });

    private static readonly TagFilter Barrier = TagFilter.OfKeys(CapabilityTags.Barrier);
}
