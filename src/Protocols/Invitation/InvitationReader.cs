using System.Buffers.Binary;
using System.Text;
using Hhs.Model.Hashing;

namespace Hhs.Protocols.Invitation;

/// <summary>Reads the body of an invitation of version 1, behind the version; every read says null past the end.</summary>
internal ref struct InvitationReader(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    /// <summary>The invitation; null when the bytes are none. That it would be written the same is for the caller to check.</summary>
    public ObjectInvitation? Read()
    {
        if (Hash() is not { } id || Text() is not { } type || Peers() is not { } peers || Trackers() is not { } trackers) return null;
        return _rest.Length < 3 ? new(id, type, peers, trackers) : null;
    }

    private List<InvitedPeer>? Peers()
    {
        if (Byte() is not { } count || count > InvitationCodec.PeersMax) return null;
        var peers = new List<InvitedPeer>();
        for (int i = 0; i < count; i++)
        {
            if (Hash() is not { } key || Byte() is not { } endpoints || endpoints > InvitationCodec.EndpointsMax) return null;
            var of = new List<InvitedEndpoint>();
            for (int j = 0; j < endpoints; j++)
            {
                if (Endpoint() is not { } endpoint) return null;
                of.Add(endpoint);
            }
            peers.Add(new(key, of));
        }
        return peers;
    }

    private List<InvitedTracker>? Trackers()
    {
        if (Byte() is not { } count || count > InvitationCodec.PeersMax) return null;
        var trackers = new List<InvitedTracker>();
        for (int i = 0; i < count; i++)
        {
            if (Byte() is not { } named || named > 1) return null;
            ContentHash? key = named == 1 ? Hash() : null;
            if ((named == 1 && key is null) || Endpoint() is not { } endpoint) return null;
            trackers.Add(new(key, endpoint));
        }
        return trackers;
    }

    private InvitedEndpoint? Endpoint()
    {
        if (Byte() is not { } scheme || scheme >= InvitedEndpoint.Schemes.Count || Host() is not { } host || Take(2) is not { Length: 2 } port || Text() is not { } path) return null;
        string text = $"{InvitedEndpoint.Schemes[scheme]}://{host}:{BinaryPrimitives.ReadUInt16BigEndian(port)}{path}";
        return InvitedEndpoint.TryParse(text, out var endpoint, out _) && endpoint.ToString() == text ? endpoint : null;
    }

    private string? Host()
    {
        if (_rest.Length == 0 || _rest[0] != 0) return Text();
        return Take(5) is { Length: 5 } address ? $"{address[1]}.{address[2]}.{address[3]}.{address[4]}" : null;
    }

    private string? Text()
    {
        if (Byte() is not { } length) return null;
        var text = Take(length);
        return text.Length == length && !text.ContainsAnyExceptInRange((byte)'!', (byte)'~') ? Encoding.ASCII.GetString(text) : null;
    }

    private ContentHash? Hash() => Take(ContentHash.SizeBytes) is { Length: ContentHash.SizeBytes } digest ? ContentHash.FromDigest(digest) : null;

    private byte? Byte() => Take(1) is [var value] ? value : null;

    // Nothing when there is less: the caller looks at the length.
    private ReadOnlySpan<byte> Take(int count)
    {
        if (_rest.Length < count)
        {
            _rest = [];
            return [];
        }
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
