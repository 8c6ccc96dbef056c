using Hhs.Model.Hashing;

namespace Hhs.Actors.Mesh;

/// <summary>Where a peer is to be found and who it must prove to be: <c>keyId@ws://host:port</c>.</summary>
/// <param name="KeyId">The key id that the peer must prove in the handshake.</param>
/// <param name="Endpoint">The address to dial.</param>
public sealed record PeerAddress(ContentHash KeyId, Uri Endpoint)
{
    /// <summary>Reads what a person typed; false and the reason when it is not an address.</summary>
    public static bool TryParse(string text, out PeerAddress address, out string why)
    {
        address = null!;
        why = "";
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at < 0) why = $"'{text}' is not a peer address: expected KEYID@ws://HOST:PORT";
        else if (!ContentHash.TryParse(text.AsSpan(0, at), out var keyId)) why = $"'{text[..at]}' is not a key id: expected 44 characters of Base64, as 'hhs id' shows them";
        else if (!Uri.TryCreate(text[(at + 1)..], UriKind.Absolute, out var endpoint)) why = $"'{text[(at + 1)..]}' is not an address: expected ws://HOST:PORT";
        else address = new(keyId, endpoint);
        return why.Length == 0;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{KeyId}@{Endpoint.OriginalString}";
}
