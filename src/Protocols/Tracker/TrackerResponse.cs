using System.Diagnostics.CodeAnalysis;
using Hhs.Model;
using Hhs.Model.Json;

namespace Hhs.Protocols.Tracker;

/// <summary>What a tracker answers, and the last that it says on a connection.</summary>
/// <remarks>Shape: as for <see cref="TrackerRequest"/>. Source: wire.md section 7.</remarks>
public abstract record TrackerResponse
{
    private TrackerResponse() { }   // closed: the kinds below are all there are

    /// <summary>The announcement was heard.</summary>
    /// <param name="Ttls">For each entry, in its order, the seconds after which it is forgotten unless it is announced again.</param>
    public sealed record AnnounceAck(IReadOnlyList<double> Ttls) : TrackerResponse;

    /// <summary>The request was not carried out.</summary>
    /// <param name="Message">Why, for a log.</param>
    public sealed record Error(string Message) : TrackerResponse;

    /// <summary>The client is forgotten for the topics.</summary>
    public sealed record LeaveAck : TrackerResponse;

    /// <summary>Who announced what.</summary>
    /// <param name="Results">An item for each topic that was asked for.</param>
    public sealed record QueryResponse(IReadOnlyList<TopicPeers> Results) : TrackerResponse;

    /// <summary>Reads what a tracker sent. Never throws.</summary>
    /// <remarks>
    /// A peer that is none is left out, as are addresses and peers beyond the bounds; the rest of the answer counts.
    /// Errors: <see cref="RejectCode.Malformed"/>, <see cref="RejectCode.OverLimit"/>, <see cref="RejectCode.Unsupported"/>.
    /// </remarks>
    public static bool TryDecode(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out TrackerResponse? response, out Reject why) =>
        TrackerResponseReader.TryRead(utf8, out response, out why);

    /// <summary>Appends the JSON text, as the original writes it.</summary>
    public void Write(JsonBuffer to) => TrackerWriter.Write(this, to);
}

/// <summary>A topic and who announced it.</summary>
public sealed record TopicPeers(string Topic, IReadOnlyList<TrackerPeer> Peers);
