using System.Diagnostics.CodeAnalysis;
using Hhs.Actors.Journal;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Types;

namespace Hhs.Actors.Objects;

/// <summary>Copies of the logs of the objects that one object observes, so that it can judge without asking another actor.</summary>
/// <remarks>
/// A copy is read from the journal and then follows what the observed object makes durable; it holds nothing that the
/// observed object's own type has not admitted. Capability objects are small; their payloads stay in the journal.
/// </remarks>
internal sealed class Mirrors(ObjectServices services) : IForeignObjects
{
    private readonly Dictionary<ContentHash, Replica> _copies = [];

    /// <summary>The objects observed.</summary>
    public IReadOnlyCollection<ContentHash> Observed => _copies.Keys;

    /// <inheritdoc/>
    public bool TryGet(ContentHash id, [NotNullWhen(true)] out ReplicatedObject? obj)
    {
        obj = _copies.TryGetValue(id, out var copy) ? copy.Object : null;
        return obj is not null;
    }

    /// <summary>Whether the object is observed from now on and was not before.</summary>
    public bool Observe(ContentHash id)
    {
        // A set of nested objects that anybody may write to can name any number of objects; what observes one more waits.
        if (_copies.ContainsKey(id) || _copies.Count >= ObservedMax) return false;
        Load(id);
        return true;
    }

    /// <summary>The observed object has so many durable entries, the last of them these; whether the copy grew.</summary>
    public bool Follow(ContentHash id, int count, IReadOnlyList<JournalEntry> last)
    {
        if (!_copies.TryGetValue(id, out var copy) || copy.Log.Count >= count) return false;
        if (copy.Object is null || copy.Log.Count < count - last.Count)
        {
            Load(id);   // something was stored between the first reading and the first message
            return true;
        }
        var keys = new TagCode.KeyPool();
        foreach (var entry in last)
        {
            if (!copy.Log.Contains(entry.Entry)) copy.Log.Append(entry.Header, ObjectActor.DecodeTags(id, entry.Header, entry.Tags, keys));
        }
        return true;
    }

    internal const int ObservedMax = 64;

    private void Load(ContentHash id)
    {
        var keys = new TagCode.KeyPool();
        var payloads = new PayloadStore(id, services.Journal, services.Settings.PayloadCacheBytesMax / 16);
        _copies[id] = Replica.Reopen(id, services.Journal.ReadIndex(id).Select(e => (e.Header, ObjectActor.DecodeTags(id, e.Header, e.Tags, keys))), payloads, services.Types);
    }
}
