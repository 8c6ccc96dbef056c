using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Space;

namespace Hhs.Model.Tests.Types.Space.Laws;

/// <summary>The admitted entries of a space, predecessors first.</summary>
internal sealed record SpaceLawHistory(string Name, ContentHash Space, TypeRegistry Types, IReadOnlyList<Entry> Entries)
{
    /// <summary>A replica that knows nothing but which space it is.</summary>
    public MemoryReplica Open() => new(Space, Types);

    /// <summary>The entries in a random order that has predecessors first.</summary>
    public IEnumerable<Entry> Shuffled(Random random)
    {
        var left = Entries.ToList();
        var known = new HashSet<ContentHash>();
        while (left.Count > 0)
        {
            var entry = left[random.Next(left.Count)];
            if (!entry.Header.PrevEntryHashes.All(known.Contains)) continue;
            known.Add(entry.Hash);
            left.Remove(entry);
            yield return entry;
        }
    }

    /// <summary>Its name, with the seed, and its entries as lines that a person can read: what a failure is to say.</summary>
    public override string ToString() => _story.Value;

    private readonly Lazy<string> _story = new(() => $"{Name}\n{string.Join('\n', Entries.Select(Line))}\n");

    private static string Line(Entry entry)
    {
        var payload = (Literal.Map)entry.Payload;
        string said = payload.Without("signature").Without("publicKey").Without("nonce").ToString();
        return $"{entry.Hash.Short} on {string.Join(' ', entry.Header.PrevEntryHashes.Select(p => p.Short))}: {said}";
    }
}

internal static class SpaceReplicas
{
    public static Settlement Now(this MemoryReplica replica) => replica.Settle(replica.Log.FrontierVersion);

    public static Settlement Settle(this MemoryReplica replica, DagVersion at) => ((ReplicatedSpace)replica.Replica.Object!).Settle(at);
}
