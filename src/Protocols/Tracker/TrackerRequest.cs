using System.Diagnostics.CodeAnalysis;
using Hhs.Model;
using Hhs.Model.Identity;
using Hhs.Model.Json;

namespace Hhs.Protocols.Tracker;

/// <summary>What a client asks of a tracker: one JSON object in UTF-8 inside the secure channel.</summary>
/// <remarks>Shape: the parameter names are the wire's field names, in the order the original writes them. Source: wire.md section 7, supplement section 9.</remarks>
public abstract record TrackerRequest
{
    private TrackerRequest() { }   // closed: the kinds below are all there are

    /// <summary>The peer can be reached for these topics from now on.</summary>
    /// <param name="Entries">Topics, each with its time; a topic named twice has the last one.</param>
    /// <param name="Peer">Who announces: the key that the handshake proved, or the request is answered by an error.</param>
    public sealed record Announce(IReadOnlyList<AnnouncedTopic> Entries, TrackerPeer Peer) : TrackerRequest;

    /// <summary>The client cannot be reached for these topics any more.</summary>
    public sealed record Leave(IReadOnlyList<string> Topics) : TrackerRequest;

    /// <summary>Who can be reached for these topics?</summary>
    /// <param name="Topics">The topics.</param>
    /// <param name="Schemes">Only peers with an address of one of these; none means no such condition.</param>
    public sealed record Query(IReadOnlyList<string> Topics, IReadOnlyList<string> Schemes) : TrackerRequest;

    /// <summary>Reads a request that a stranger sent. Never throws.</summary>
    /// <remarks>
    /// Fields that it does not know are ignored. Errors: <see cref="RejectCode.Malformed"/>, <see cref="RejectCode.OverLimit"/>,
    /// <see cref="RejectCode.Unsupported"/> for a type that it does not know.
    /// </remarks>
    public static bool TryDecode(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out TrackerRequest? request, out Reject why) =>
        new TrackerRequestReader().TryRead(utf8, out request, out why);

    /// <summary>Appends the JSON text, as the original writes it.</summary>
    public void Write(JsonBuffer to) => TrackerWriter.Write(this, to);
}

/// <summary>A topic and for how long an announcement of it is meant to hold.</summary>
/// <param name="Topic">The topic: an object's id.</param>
/// <param name="Ttl">In seconds; a tracker makes of it what its bounds allow.</param>
public readonly record struct AnnouncedTopic(string Topic, double Ttl);

/// <summary>Somebody who announced a topic, with the addresses to be dialled.</summary>
/// <param name="KeyId">The key.</param>
/// <param name="Addresses">Addresses, each a <see cref="DialAddress"/>.</param>
public sealed record TrackerPeer(KeyId KeyId, IReadOnlyList<string> Addresses);
