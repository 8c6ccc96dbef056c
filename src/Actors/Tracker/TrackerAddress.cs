using Hhs.Actors.Mesh;
using Hhs.Model.Identity;

namespace Hhs.Actors.Tracker;

/// <summary>Where a tracker is: <c>keyId@ws://host:port</c>, or <c>ws://host:port</c> whose key is learnt at the first contact and held to from then on.</summary>
/// <param name="KeyId">The key that it must prove; null for the one that was met first.</param>
/// <param name="Endpoint">The address to dial.</param>
public sealed record TrackerAddress(KeyId? KeyId, Uri Endpoint)
{
    /// <summary>Reads what a person typed; false and the reason when it is not an address.</summary>
    public static bool TryParse(string text, out TrackerAddress address, out string why)
    {
        address = null!;
        why = "";
        if (text.Contains('@', StringComparison.Ordinal))
        {
            if (!PeerAddress.TryParse(text, out var pinned, out why)) return false;
            address = new(new KeyId(pinned.KeyId), pinned.Endpoint);
        }
        else if (Uri.TryCreate(text, UriKind.Absolute, out var endpoint)) address = new(null, endpoint);
        else why = $"'{text}' is not a tracker's address: expected KEYID@ws://HOST:PORT, or ws://HOST:PORT";
        return why.Length == 0;
    }

    /// <inheritdoc/>
    public override string ToString() => KeyId is { } key ? $"{key}@{Endpoint.OriginalString}" : Endpoint.OriginalString;
}
