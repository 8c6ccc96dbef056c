using Hhs.Actors.Journal;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Journal;

/// <summary>How an object stands after an event of its stream. Every event carries it, so the last one tells all without the others.</summary>
/// <param name="Epoch">The number of the event that acquired the object last: whoever wrote that is its writer.</param>
/// <param name="Entries">Its usable entries.</param>
/// <param name="Next">The arrival number that its next entry gets.</param>
/// <param name="Bytes">What it takes in the store.</param>
/// <param name="Payloads">The number of the last event in its stream of payloads.</param>
/// <param name="Frontier">Its frontier, if narrow enough to be kept.</param>
/// <param name="Mark">Random; by it a writer knows its own event again.</param>
internal sealed record Head(long Epoch, long Entries, long Next, long Bytes, long Payloads, Position? Frontier, long Mark)
{
    internal static Head Of(long payloads) => new(0, 0, 0, 0, payloads, Position.Empty, 0);
}

/// <summary>An index record with the number of the event that has its payload.</summary>
internal sealed class IndexRecord(long number, byte[] hash, byte[] payloadHash, byte[] prev, byte[] tags, long checksum, long payload) : IIndexRow
{
    public long Place => number;
    public ReadOnlySpan<byte> Hash => hash;
    public ReadOnlySpan<byte> PayloadHash => payloadHash;
    public ReadOnlySpan<byte> Prev => prev;
    public ReadOnlySpan<byte> Tags => tags;
    public long Checksum => checksum;
    public long Payload => payload;
}

/// <summary>The events of an object's own stream: bytes of the manifests <c>acquired-1</c>, <c>entries-1</c>, <c>condemned-1</c>, <c>dropped-1</c>.</summary>
/// <remarks>
/// Shape: the head, sealed by a checksum; then, of entries, records with a length in front and a checksum (<see cref="RecordCode"/>) each, so that one damaged record
/// costs no other; of condemned, arrival numbers and a checksum. A change of a shape is a new manifest, read one release before it is written.
/// </remarks>
internal static class IndexEvents
{
    internal const string Acquired = "acquired-1", Entries = "entries-1", Condemned = "condemned-1", Dropped = "dropped-1";

    internal static StoredEvent Write(ContentHash objectId, EventPlace place, Head head, IReadOnlyList<IndexRecord>? entries = null, IReadOnlyCollection<long>? condemned = null)
    {
        var to = new EventWriter().Put(head.Epoch).Put(head.Entries).Put(head.Next).Put(head.Bytes).Put(head.Payloads).Put(head.Mark)
            .Put(FrontierCode.Write(objectId, head.Entries, head.Frontier)).Seal(place);
        foreach (var row in entries ?? [])
        {
            byte[] record = new EventWriter().Put(row.Place).Put(row.Payload).Put(row.Hash).Put(row.PayloadHash).Put(row.Prev).Put(row.Tags).Put(row.Checksum).ToArray();
            to.Put(record);
        }
        if (condemned is null) return new(place.Manifest, to.ToArray());
        to.Put(condemned.Count);
        foreach (long number in condemned) to.Put(number);
        return new(place.Manifest, to.Seal(place).ToArray());
    }

    /// <summary>The head of an event; null if it is not to be trusted.</summary>
    internal static Head? ReadHead(ContentHash objectId, string stream, Numbered e) => ReadHead(objectId, stream, e, out _);

    private static Head? ReadHead(ContentHash objectId, string stream, Numbered e, out int length)
    {
        var from = new EventReader(e.Bytes);
        long epoch = from.Number(), entries = from.Number(), next = from.Number(), bytes = from.Number(), payloads = from.Number(), mark = from.Number();
        var frontier = from.Bytes();
        bool isTrusted = from.IsSealed(new(stream, e.Sequence, e.Manifest)) && FrontierCode.TryRead(objectId, entries, frontier, out _);
        length = from.Position;
        if (!isTrusted || e.Manifest is not (Acquired or Entries or Condemned or Dropped)) return null;
        FrontierCode.TryRead(objectId, entries, frontier, out var known);
        return new(epoch, entries, next, bytes, payloads, known, mark);
    }

    /// <summary>Takes the events of a stream into an object's log.</summary>
    internal static void ReadInto(IndexLog log, string stream, Numbered e)
    {
        var head = ReadHead(log.ObjectId, stream, e, out int length);
        log.Took(e, head);
        if (e.Manifest == Entries)
        {
            // The head is of a known length only where it is whole; its fixed part tells, or nothing of the event can be read.
            var from = new EventReader(e.Bytes.AsSpan(Math.Min(length, e.Bytes.Length)));
            while (!from.IsAtEnd && !from.Failed) if (ReadRecord(from.Bytes()) is { } record) log.Rows.Add(record);
        }
        if (e.Manifest == Condemned && head is not null)
        {
            var from = new EventReader(e.Bytes);
            from.Skip(length);
            var numbers = new List<long>();
            for (long left = from.Number(); left > 0 && !from.Failed; left--) numbers.Add(from.Number());
            if (from.IsSealed(new(stream, e.Sequence, e.Manifest))) log.Condemned.UnionWith(numbers);
        }
    }

    private static IndexRecord? ReadRecord(ReadOnlySpan<byte> bytes)
    {
        var from = new EventReader(bytes);
        long number = from.Number(), payload = from.Number();
        byte[] hash = from.Bytes().ToArray(), payloadHash = from.Bytes().ToArray(), prev = from.Bytes().ToArray(), tags = from.Bytes().ToArray();
        long checksum = from.Number();
        // Numbers count the entries of a memory-resident list: one that is out of all proportion is no number.
        return from.Failed || !from.IsAtEnd || number is < 0 or >= RecordCode.NumbersMax ? null : new(number, hash, payloadHash, prev, tags, checksum, payload);
    }
}
