using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hhs.Actors.Transport;

/// <summary>The certificate that a listener shows, from PEM files; a renewal is taken up by the next connection.</summary>
internal sealed class ServerCertificate
{
    private readonly string _certificate, _key;
    private readonly Lock _lock = new();
    private (DateTime, DateTime) _written;
    private SslServerAuthenticationOptions _options;

    /// <exception cref="TransportException">There is no certificate, or it cannot be used.</exception>
    public ServerCertificate(TlsSettings tls)
    {
        _certificate = tls.Certificate ?? throw new TransportException(
            "cannot listen on wss:// without a certificate: give --tls-cert FILE and --tls-key FILE (PEM), or set hhs.transport.tls.certificate and key");
        _key = tls.Key ?? _certificate;
        _written = Written();
        _options = Read();
    }

    /// <summary>What TLS needs for a connection that begins now.</summary>
    public SslServerAuthenticationOptions Current()
    {
        lock (_lock)
        {
            var written = Written();
            if (written == _written) return _options;
            _written = written;
            try
            {
                _options = Read();
            }
            catch (TransportException)
            {
                // In the middle of a renewal the two files do not fit: the old pair serves until they change again.
            }
            return _options;
        }
    }

    private (DateTime, DateTime) Written() => (File.GetLastWriteTimeUtc(_certificate), File.GetLastWriteTimeUtc(_key));

    private SslServerAuthenticationOptions Read()
    {
        try
        {
            var own = X509Certificate2.CreateFromPemFile(_certificate, _key);
            // Windows cannot use a key that lives in memory only.
            if (OperatingSystem.IsWindows()) own = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(_certificate);
            return new()
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(own, chain, offline: true),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new TransportException($"the certificate for wss:// cannot be used ({_certificate}, key {_key}): {failure.Message} Both must be PEM, the key not encrypted, and belong together.", failure);
        }
    }
}
