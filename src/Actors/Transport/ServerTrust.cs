using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hhs.Actors.Transport;

/// <summary>Judges the certificate of the server of one dial: by the system's authorities, and by those of a file of ours.</summary>
internal sealed class ServerTrust
{
    private readonly X509Certificate2Collection _authorities = [];
    private readonly string _host;

    /// <exception cref="TransportException">The file of authorities cannot be read.</exception>
    public ServerTrust(string host, string? authorities)
    {
        _host = host;
        if (authorities is null) return;
        try
        {
            _authorities.ImportFromPemFile(authorities);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new TransportException($"the file of hhs.transport.tls.ca cannot be read: {failure.Message}", failure);
        }
        if (_authorities.Count == 0) throw new TransportException($"the file of hhs.transport.tls.ca, {authorities}, has no certificate in PEM");
    }

    /// <summary>Why the certificate was refused and what to do; null when it was not.</summary>
    public string? Refusal { get; private set; }

    public SslClientAuthenticationOptions Options() => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        // A certificate can name addresses to fetch more from: a stranger's must not make us call anywhere.
        CertificateChainPolicy = Policy(),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => (Refusal = Judge(certificate as X509Certificate2, chain, errors)) is null,
    };

    private string? Judge(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return null;
        if (certificate is null) return "the server shows no certificate";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return $"the server's certificate is for another name than {_host}: dial it by a name that the certificate has";
        var status = chain?.ChainStatus ?? [];
        if (_authorities.Count > 0) status = JudgedByOurs(certificate, chain);
        if (status.Length == 0) return null;
        return status.Any(s => s.Status == X509ChainStatusFlags.NotTimeValid)
            ? "the server's certificate has expired, or is not valid yet: it must be renewed, or the clock of this machine is wrong"
            : "the server's certificate is self-signed, or of an authority that this machine does not trust: give that certificate or its authority's as --tls-ca FILE (hhs.transport.tls.ca), "
              + "or have the server use one of a public authority";
    }

    private X509ChainStatus[] JudgedByOurs(X509Certificate2 certificate, X509Chain? shown)
    {
        using var chain = new X509Chain { ChainPolicy = Policy() };
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (shown is not null) chain.ChainPolicy.ExtraStore.AddRange(shown.ChainElements.Select(element => element.Certificate).ToArray());
        return chain.Build(certificate) ? [] : chain.ChainStatus;
    }

    private static X509ChainPolicy Policy() => new() { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
}
