using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Configuration;
using Hhs.Model;

namespace Hhs.Cluster.Remoting;

/// <summary>What a node shows to others and judges them by, from PEM files; a renewal is taken up by the next connection.</summary>
/// <remarks>
/// A node is let in whose certificate chains to an authority of the file alone (the system's count for nothing), is for both ends of a connection, has a
/// name of the list if there is one, and is not revoked. Nothing that a certificate names is fetched.
/// </remarks>
internal sealed class NodeCertificate
{
    private readonly ClusterTlsSettings _tls;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private (DateTime, DateTime, DateTime) _written;
    private Files _files;

    /// <exception cref="ConfigurationException">A file is missing or not what it should be; the message says which and why.</exception>
    public NodeCertificate(ClusterTlsSettings tls, TimeProvider? clock = null)
    {
        (_tls, _clock) = (tls, clock ?? TimeProvider.System);
        _written = Written();
        _files = Read();
    }

    /// <summary>Until when the certificate is good that is in use now.</summary>
    public DateTimeOffset NotAfter => Current().Own.TargetCertificate.NotAfter;

    /// <summary>For a connection that begins now, at the end that was called.</summary>
    /// <param name="refused">Told why, where the other is refused.</param>
    public SslServerAuthenticationOptions AsServer(Action<string> refused)
    {
        var files = Current();
        return new()
        {
            ServerCertificateContext = files.Own,
            ClientCertificateRequired = true,
            EnabledSslProtocols = Protocols,
            CertificateChainPolicy = PolicyFor(files, ClientAuthentication),
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsLetIn(certificate as X509Certificate2, chain, errors, refused),
            AllowRenegotiation = false,
            AllowTlsResume = false,   // who was revoked since does not come back by an old session
        };
    }

    /// <summary>For a connection that begins now, at the end that calls.</summary>
    /// <param name="host">Whom.</param>
    /// <param name="refused">Told why, where the other is refused.</param>
    public SslClientAuthenticationOptions AsClient(string host, Action<string> refused)
    {
        var files = Current();
        return new()
        {
            TargetHost = host,
            ClientCertificateContext = files.Own,
            EnabledSslProtocols = Protocols,
            CertificateChainPolicy = PolicyFor(files, ServerAuthentication),
            // Nodes are equal, and each is what it says by the authority's word: at which address it was found matters to nobody.
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsLetIn(certificate as X509Certificate2, chain, errors & ~SslPolicyErrors.RemoteCertificateNameMismatch, refused),
            AllowRenegotiation = false,
            AllowTlsResume = false,
        };
    }

    private bool IsLetIn(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, Action<string> refused)
    {
        if (Refusal(certificate, chain?.ChainStatus ?? [], errors) is not { } why) return true;
        refused(why);
        return false;
    }

    private string? Refusal(X509Certificate2? certificate, X509ChainStatus[] status, SslPolicyErrors errors)
    {
        if (certificate is null) return "it shows no certificate";
        string who = $"its certificate ({OnOneLine(Reject.Excerpt(certificate.Subject))}, serial {certificate.SerialNumber})";
        if (status.Any(s => s.Status == X509ChainStatusFlags.NotTimeValid)) return $"{who} has expired or is not valid yet ({certificate.NotBefore:u} to {certificate.NotAfter:u}), or a clock is wrong";
        if (errors != SslPolicyErrors.None) return $"{who} is not one of our authorities for this use: {Describe(status)}";
        if (_tls.Revoked.Contains(ClusterTlsSettings.SignificantDigits(certificate.SerialNumber))) return $"{who} is revoked by {ClusterTlsSettings.Section}.revoked";
        return HasAName(certificate) ? null : $"{who} has none of the names of {ClusterTlsSettings.Section}.names";
    }

    private bool HasAName(X509Certificate2 certificate)
    {
        if (_tls.Names.Count == 0) return true;
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return names is not null && (names.EnumerateDnsNames().Any(name => _tls.Names.Contains(name, StringComparer.OrdinalIgnoreCase))
            || names.EnumerateIPAddresses().Any(address => _tls.Names.Any(name => IPAddress.TryParse(name, out var mine) && mine.Equals(address))));
    }

    private Files Current()
    {
        lock (_lock)
        {
            var written = Written();
            if (written == _written) return _files;
            _written = written;
            try
            {
                _files = Read();
            }
            catch (ConfigurationException)
            {
                // In the middle of a renewal the files do not fit: the old ones serve until they change again.
            }
            return _files;
        }
    }

    private (DateTime, DateTime, DateTime) Written() => (File.GetLastWriteTimeUtc(_tls.Certificate), File.GetLastWriteTimeUtc(_tls.Key), File.GetLastWriteTimeUtc(_tls.Ca));

    private Files Read()
    {
        var authorities = Import(_tls.Ca, "ca");
        foreach (var authority in authorities.Where(a => !IsAuthority(a)))
            throw new ConfigurationException($"{ClusterTlsSettings.Section}.ca: {_tls.Ca} holds {authority.Subject}, which is not an authority (basicConstraints CA:TRUE): a node's certificate stands in {ClusterTlsSettings.Section}.certificate");
        X509Certificate2[] roots = [.. authorities.Where(a => a.SubjectName.RawData.AsSpan().SequenceEqual(a.IssuerName.RawData))];
        if (roots.Length == 0) throw new ConfigurationException($"{ClusterTlsSettings.Section}.ca: {_tls.Ca} has authorities between, and no root that has signed itself");

        var shown = Import(_tls.Certificate, "certificate");
        var own = OwnCertificate();
        var files = new Files(SslStreamCertificateContext.Create(own, shown, offline: true), [.. roots], [.. authorities.Except(roots)]);
        foreach (string use in new[] { ServerAuthentication, ClientAuthentication }) RefuseUnlessGood(own, shown, files, use);
        return files;
    }

    // What others would refuse is refused here, where the operator reads it.
    private void RefuseUnlessGood(X509Certificate2 own, X509Certificate2Collection shown, Files files, string use)
    {
        using var chain = new X509Chain { ChainPolicy = PolicyFor(files, use) };
        chain.ChainPolicy.ExtraStore.AddRange(shown);
        chain.ChainPolicy.VerificationTime = _clock.GetUtcNow().UtcDateTime;
        bool good = chain.Build(own);
        if (Refusal(own, chain.ChainStatus, good ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors) is { } why)
            throw new ConfigurationException($"{ClusterTlsSettings.Section}: no node would let this one in ({_tls.Certificate}, by {_tls.Ca}): {why}");
    }

    private X509Certificate2 OwnCertificate()
    {
        try
        {
            using var inMemory = X509Certificate2.CreateFromPemFile(_tls.Certificate, _tls.Key);
            // Windows cannot use a key that lives in memory only.
            return X509CertificateLoader.LoadPkcs12(inMemory.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ConfigurationException($"{ClusterTlsSettings.Section}.key: {_tls.Key} cannot be used with {_tls.Certificate}: {failure.Message} It must be PEM, not encrypted, and the certificate's key.", failure);
        }
    }

    private static X509Certificate2Collection Import(string file, string key)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ConfigurationException($"{ClusterTlsSettings.Section}.{key}: {file} cannot be read: {failure.Message}", failure);
        }
        return found.Count > 0 ? found : throw new ConfigurationException($"{ClusterTlsSettings.Section}.{key}: {file} has no certificate in PEM");
    }

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority)
        && certificate.Extensions.OfType<X509KeyUsageExtension>().All(e => e.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign));

    private static X509ChainPolicy PolicyFor(Files files, string use)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // A certificate can name addresses to fetch more from: a stranger's must not make us call anywhere.
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(files.Roots);
        policy.ExtraStore.AddRange(files.Between);
        policy.ApplicationPolicy.Add(new Oid(use));
        return policy;
    }

    // A stranger's certificate writes no lines of its own into the log.
    private static string OnOneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    private static string Describe(X509ChainStatus[] status) =>
        status.Length == 0 ? "not accepted" : string.Join("; ", status.Select(s => $"{s.Status}: {s.StatusInformation.Trim()}").Distinct(StringComparer.Ordinal));

    private sealed record Files(SslStreamCertificateContext Own, X509Certificate2[] Roots, X509Certificate2[] Between);

    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1", ClientAuthentication = "1.3.6.1.5.5.7.3.2";
}
