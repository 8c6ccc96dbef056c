using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Hhs.Model;
using Hhs.Model.Hashing;

namespace Hhs.Protocols.Invitation;

/// <summary>An invitation as bytes, which <see cref="InvitationUri"/> and <see cref="InvitationWords"/> spell.</summary>
/// <remarks>
/// Shape, version 1: version (1 byte), object id (32), type name (length, ASCII), peers (count; each key id and count of endpoints),
/// trackers (count; each 0, or 1 and a key id, then an endpoint), zeros up to a length that three divides, checksum (4). An endpoint is
/// scheme (1), host (0 and four bytes of IPv4, or length and ASCII), port (2, big-endian), path (length, ASCII).
/// The checksum, the first bytes of the SHA-256 of <c>hhs invitation:</c> and all before it, is the same in every version, so that a
/// mistyped invitation is not taken for one of another version. It finds mistakes; it proves nothing.
/// One invitation has one spelling. Errors: every fault of the bytes is a <see cref="Reject"/>.
/// </remarks>
public static class InvitationCodec
{
    /// <summary>Longest invitation, in bytes: still a QR code that a telephone reads.</summary>
    public const int BytesMax = 1023;

    /// <summary>Shortest invitation, in bytes.</summary>
    public const int BytesMin = 42;

    /// <summary>Most peers, and most trackers.</summary>
    public const int PeersMax = 8;

    /// <summary>Most endpoints of one peer.</summary>
    public const int EndpointsMax = 4;

    /// <summary>Longest name of a type, in characters.</summary>
    public const int TypeNameCharsMax = 64;

    /// <summary>The version that is written, and the only one that is read.</summary>
    public const byte Version = 1;

    /// <summary>Writes it; false when it has more than an invitation can hold.</summary>
    public static bool TryWrite(ObjectInvitation invitation, out byte[] bytes, out Reject why)
    {
        bytes = [];
        why = Excess(invitation) is { } excess ? new(RejectCode.OverLimit, excess) : default;
        if (why != default) return false;
        var body = new List<byte> { Version };
        body.AddRange(invitation.Object.ToBytes());
        Text(body, invitation.TypeName);
        body.Add((byte)invitation.Peers.Count);
        foreach (var peer in invitation.Peers)
        {
            body.AddRange(peer.KeyId.ToBytes());
            body.Add((byte)peer.Endpoints.Count);
            foreach (var endpoint in peer.Endpoints) Endpoint(body, endpoint);
        }
        body.Add((byte)invitation.Trackers.Count);
        foreach (var tracker in invitation.Trackers)
        {
            body.Add(tracker.KeyId is null ? (byte)0 : (byte)1);
            if (tracker.KeyId is { } key) body.AddRange(key.ToBytes());
            Endpoint(body, tracker.Endpoint);
        }
        while ((body.Count + ChecksumBytes) % 3 != 0) body.Add(0);
        byte[] written = [.. body, .. Checksum([.. body])];
        if (written.Length > BytesMax)
        {
            why = new(RejectCode.OverLimit, $"the addresses are too long together: an invitation has at most {BytesMax} bytes, this one {written.Length}");
            return false;
        }
        bytes = written;
        return true;
    }

    /// <summary>Reads it; false and the reason when the bytes are no invitation that we know.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ObjectInvitation? invitation, out Reject why)
    {
        invitation = null;
        why = default;
        if (bytes.Length is < BytesMin or > BytesMax || bytes.Length % 3 != 0) why = new(RejectCode.Malformed, $"an invitation is not of {bytes.Length} bytes: it is incomplete, or something else");
        else if (!Checksum(bytes[..^ChecksumBytes]).AsSpan().SequenceEqual(bytes[^ChecksumBytes..])) why = new(RejectCode.HashMismatch, "the invitation is mistyped or incomplete: its checksum does not fit");
        else if (bytes[0] != Version) why = new(RejectCode.Unsupported, $"the invitation is of version {bytes[0]}, and only version {Version} is known here: a newer release may read it");
        else
        {
            var reader = new InvitationReader(bytes[1..^ChecksumBytes]);
            var read = reader.Read();
            // What we would write otherwise has another spelling: that is left to nobody.
            if (read is not null && TryWrite(read, out byte[] again, out _) && again.AsSpan().SequenceEqual(bytes)) invitation = read;
            else why = new(RejectCode.Malformed, "the invitation holds what no invitation of its version holds");
        }
        return invitation is not null;
    }

    private static string? Excess(ObjectInvitation invitation) =>
        invitation.TypeName.Length > TypeNameCharsMax || !invitation.TypeName.All(c => c is > ' ' and < '\x7f') ? $"the name of a type is at most {TypeNameCharsMax} printable characters of ASCII"
        : invitation.Peers.Count > PeersMax || invitation.Trackers.Count > PeersMax ? $"an invitation names at most {PeersMax} peers and {PeersMax} trackers"
        : invitation.Peers.Any(p => p.Endpoints.Count > EndpointsMax) ? $"an invitation names at most {EndpointsMax} addresses of one peer"
        : null;

    private static void Endpoint(List<byte> to, InvitedEndpoint endpoint)
    {
        to.Add((byte)InvitedEndpoint.Schemes.ToList().IndexOf(endpoint.Scheme));
        if (Ipv4(endpoint.Host) is { } address) to.AddRange([0, .. address]);
        else Text(to, endpoint.Host);
        Span<byte> port = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)endpoint.Port);
        to.AddRange(port);
        Text(to, endpoint.Path);
    }

    private static byte[]? Ipv4(string host)
    {
        string[] parts = host.Split('.');
        var bytes = new byte[4];
        if (parts.Length != 4) return null;
        for (int i = 0; i < 4; i++)
        {
            if (!byte.TryParse(parts[i], System.Globalization.NumberStyles.None, null, out bytes[i]) || $"{bytes[i]}" != parts[i]) return null;
        }
        return bytes;
    }

    private static void Text(List<byte> to, string text)
    {
        to.Add((byte)text.Length);
        to.AddRange(Encoding.ASCII.GetBytes(text));
    }

    private static byte[] Checksum(ReadOnlySpan<byte> body) => ContentHash.Of([.. "hhs invitation:"u8, .. body]).ToBytes()[..ChecksumBytes];

    private const int ChecksumBytes = 4;
}
