using Hhs.Actors.Journal;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Journal;

/// <summary>What reading an object's stream from its beginning gives: the records that stand in it, none of them checked yet.</summary>
internal sealed class IndexLog(ContentHash objectId, long payloads)
{
    private static readonly Dictionary<long, string> NoneKnown = [];

    internal ContentHash ObjectId => objectId;

    /// <summary>The last event; 0 if there never was one.</summary>
    internal long Last { get; set; }

    /// <summary>How the last event says that the object stands; where it cannot be read, the last one that can.</summary>
    internal Head Head { get; private set; } = Head.Of(payloads);

    /// <summary>Whether <see cref="Head"/> is the last event's.</summary>
    internal bool IsTrusted { get; private set; } = true;

    internal List<IndexRecord> Rows { get; } = [];

    internal HashSet<long> Condemned { get; } = [];

    internal void Took(Numbered e, Head? head)
    {
        IsTrusted = head is not null;
        Head = head ?? Head;
        if (e.Manifest != IndexEvents.Dropped || head is null) return;
        Rows.Clear();
        Condemned.Clear();
    }

    internal IEnumerable<IndexRecord> Usable => Rows.Where(row => !Condemned.Contains(row.Place));

    /// <summary>A walk that lets the intact records through.</summary>
    internal IndexScan Scan(IReadOnlyDictionary<long, string>? damaged = null) =>
        new(objectId, new(Head.Entries, Math.Max(Head.Next, Rows.Count == 0 ? 0 : Rows[^1].Place + 1), IsTrusted, Head.Frontier), damaged ?? NoneKnown);
}
