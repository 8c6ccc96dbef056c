using Hhs.Actors.Journal;

namespace Hhs.Cluster.Journal;

/// <summary>The events of an object's second stream, which holds its payloads: the first stream is read whole whenever the object is opened, this one piece by piece.</summary>
/// <remarks>Shape of <c>payloads-1</c>: for each payload its arrival number, its checksum (<see cref="RecordCode.PayloadChecksum"/>), a length, and its JSON text.</remarks>
internal static class PayloadEvents
{
    internal const string Payloads = "payloads-1";

    /// <summary>Payloads are stored together up to so many bytes: reading one reads these.</summary>
    internal const int BytesTogether = 16 << 10;

    internal static void Add(EventWriter to, long number, byte[] hash, ReadOnlySpan<byte> body) => to.Put(number).Put(RecordCode.PayloadChecksum(number, hash, body)).Put(body);

    /// <summary>The payloads of an event, as far as they can be told from one another.</summary>
    internal static Dictionary<long, (long Checksum, byte[] Body)> Read(Numbered e)
    {
        var found = new Dictionary<long, (long, byte[])>();
        if (e.Manifest != Payloads) return found;
        var from = new EventReader(e.Bytes);
        while (!from.IsAtEnd)
        {
            long number = from.Number(), checksum = from.Number();
            byte[] body = from.Bytes().ToArray();
            if (from.Failed) break;
            found[number] = (checksum, body);
        }
        return found;
    }
}
