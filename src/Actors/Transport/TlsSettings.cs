namespace Hhs.Actors.Transport;

/// <summary>Certificates of <c>wss://</c>. HOCON: <c>hhs.transport.tls</c>.</summary>
/// <remarks>
/// Who a peer is, the handshake proves inside every connection: TLS is for passing proxies and for hiding metadata from the
/// network, such as that HHS is spoken. A wrong or stolen certificate lets nobody pose as a peer.
/// </remarks>
public sealed record TlsSettings
{
    /// <summary>PEM file of the certificate shown to those who connect, followed by those of the authorities between; null where none listens on <c>wss://</c>.</summary>
    /// <remarks>Read again when it or the key has changed, so that a renewal needs no restart.</remarks>
    public string? Certificate { get; init; }

    /// <summary>PEM file of its private key, not encrypted; null when it stands in the file of the certificate.</summary>
    public string? Key { get; init; }

    /// <summary>PEM file of authorities that are trusted beside the system's when dialling; null for none.</summary>
    public string? Ca { get; init; }
}
