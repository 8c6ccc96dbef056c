using Hhs.Actors.Mesh;
using Hhs.Actors.Tracker;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Invitation;

namespace Hhs.Node.Commands;

/// <summary>Reads and writes invitations as people give them.</summary>
internal static class Invitations
{
    /// <summary>Reads a link or words; what a person should know of a mistake is in the message.</summary>
    public static ObjectInvitation Parse(string text)
    {
        bool link = text.StartsWith(InvitationUri.Prefix, StringComparison.OrdinalIgnoreCase);
        if (!(link ? InvitationUri.TryRead(text, out byte[] bytes, out var why) : InvitationWords.TryRead(text, out bytes, out why))
            || !InvitationCodec.TryRead(bytes, out var invitation, out why))
            throw CommandException.BadInput($"that is no invitation: {why.Detail}");
        return invitation;
    }

    /// <summary>Whether what was typed is meant as an invitation, and not as an object's id.</summary>
    public static bool IsMeant(string text) =>
        text.StartsWith(InvitationUri.Prefix, StringComparison.OrdinalIgnoreCase) || InvitationWords.LooksLike(text)
        || text.Split(' ') is [{ Length: < ContentHash.TextLength }, _, ..];

    /// <summary>The peers of an invitation that can be dialled.</summary>
    public static IReadOnlyList<PeerAddress> PeersOf(ObjectInvitation invitation) =>
        [.. invitation.Peers.SelectMany(peer => peer.Endpoints.Select(endpoint => new PeerAddress(peer.KeyId, endpoint.ToUri())))];

    /// <summary>The first words of an invitation, for comparing.</summary>
    public static string HintOf(ObjectInvitation invitation) => string.Join(' ', InvitationWords.Write(Write(invitation)).Take(InvitationWords.HintWords));

    /// <summary>The invitation to an object, as bytes.</summary>
    /// <param name="addresses">Of those who have it; the same key may come more than once.</param>
    public static byte[] Write(ContentHash id, string typeId, IEnumerable<PeerAddress> addresses, IEnumerable<InvitedTracker> trackers)
    {
        var peers = addresses.GroupBy(a => a.KeyId).Select(of => new InvitedPeer(of.Key, [.. of.Select(a => Endpoint(a.Endpoint.ToString())).Distinct()])).ToList();
        return Write(new(id, TypeName(typeId), peers, [.. trackers]));
    }

    /// <summary>The invitation to an object that only trackers lead to.</summary>
    public static byte[] Write(ContentHash id, string typeId, KeyId owner, IEnumerable<InvitedTracker> trackers) =>
        Write(new(id, TypeName(typeId), [new(owner.Hash, [])], [.. trackers]));

    /// <summary>The trackers that an invitation names.</summary>
    public static IEnumerable<TrackerAddress> TrackersOf(ObjectInvitation invitation) => Trackers.Parse(invitation.Trackers.Select(t => t.ToString()));

    /// <summary>Reads <c>KEYID@ws://HOST:PORT</c>, or the address alone.</summary>
    public static InvitedTracker Tracker(string text)
    {
        int at = text.IndexOf('@', StringComparison.Ordinal);
        ContentHash? key = null;
        if (at == ContentHash.TextLength && ContentHash.TryParse(text.AsSpan(0, at), out var named)) key = named;
        return new(key, Endpoint(key is null ? text : text[(at + 1)..]));
    }

    // Whoever made an object of a type that is not known here chose its name.
    private static string TypeName(string typeId) => typeId.Length <= InvitationCodec.TypeNameCharsMax && typeId.All(c => c is > ' ' and < '\x7f') ? typeId : "";

    private static InvitedEndpoint Endpoint(string text) =>
        InvitedEndpoint.TryParse(text, out var endpoint, out string why) ? endpoint : throw CommandException.BadInput($"'{text}' cannot stand in an invitation: {why}");

    private static byte[] Write(ObjectInvitation invitation) =>
        InvitationCodec.TryWrite(invitation, out byte[] bytes, out var why) ? bytes : throw CommandException.BadInput($"the invitation cannot be written: {why.Detail}");
}
