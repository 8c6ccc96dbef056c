using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Model.Types.Capabilities;

/// <summary>What views need to know of a grant or revoke.</summary>
/// <param name="IsRevoke">Whether it takes the capability away.</param>
/// <param name="Author">Key id of its author.</param>
/// <param name="Origins">The origins of the capability that it names; none for a revoke of the original's type.</param>
internal sealed record CapabilityOperation(bool IsRevoke, string Author, ContentHash[] Origins);

/// <summary>Grants and revokes by entry, and the revokes of each pair of identity and capability; all from the log's tags.</summary>
/// <remarks>
/// Views walk over these entries again and again, so they are decoded once: the index follows the log when it is asked.
/// Revokes are kept in ordinal hash order, in which views ask them: so the work of a question, and with it whether it stays
/// within its limits, is the same on every replica.
/// </remarks>
internal sealed class CapabilityIndex(ObjectScope scope)
{
    private readonly Dictionary<int, CapabilityOperation> _operations = [];
    private readonly Dictionary<string, List<int>> _revokes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _grantees = new(StringComparer.Ordinal);
    private int _read;

    /// <summary>The grant or revoke that is an entry.</summary>
    public CapabilityOperation OperationOf(int entry)
    {
        CatchUp();
        return _operations[entry];
    }

    /// <summary>All revokes of a pair, in ordinal hash order.</summary>
    public IReadOnlyList<int> RevokesOf(string pair)
    {
        CatchUp();
        return _revokes.TryGetValue(pair, out var revokes) ? revokes : [];
    }

    /// <summary>An entry of the log that adds an identity.</summary>
    public bool TryGetIdentity(string keyId, out int entry)
    {
        CatchUp();
        return _keys.TryGetValue(keyId, out entry);
    }

    /// <summary>The grantees that a capability was ever granted to or revoked from.</summary>
    public IReadOnlyCollection<string> GranteesOf(string capName)
    {
        CatchUp();
        return _grantees.TryGetValue(capName, out var grantees) ? grantees : [];
    }

    private void CatchUp()
    {
        for (; _read < scope.Log.Count; _read++) Read(_read);
    }

    private void Read(int entry)
    {
        string? pair = null, author = null, cap = null;
        bool isBarrier = false;
        List<ContentHash>? origins = null;
        foreach (var tag in scope.Log.TagsOf(entry))
        {
            switch (tag.Key)
            {
                case CapabilityTags.Grants: pair = tag.Value; break;
                case CapabilityTags.Author: author = tag.Value; break;
                case CapabilityTags.GrantedCap: cap = tag.Value; break;
                case CapabilityTags.Barrier: isBarrier = true; break;
                case CapabilityTags.Ids: _keys.TryAdd(tag.Value, entry); break;
                case CapabilityTags.Origin when tag.ValueAsHash is { } origin: (origins ??= []).Add(origin); break;
            }
        }
        if (pair is null) return;
        _operations.Add(entry, new(isBarrier, author!, origins?.ToArray() ?? []));
        if (!_grantees.TryGetValue(cap!, out var grantees)) _grantees.Add(cap!, grantees = new(StringComparer.Ordinal));
        grantees.Add(pair[(cap!.Length + 1)..]);
        if (!isBarrier) return;
        if (!_revokes.TryGetValue(pair, out var revokes)) _revokes.Add(pair, revokes = []);
        var hash = scope.Log.HashOf(entry);
        int low = 0, high = revokes.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (scope.Log.HashOf(revokes[middle]).CompareTo(hash) < 0) low = middle + 1; else high = middle;
        }
        revokes.Insert(low, entry);
    }
}
