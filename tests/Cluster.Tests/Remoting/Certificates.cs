using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hhs.Cluster.Remoting;

namespace Hhs.Cluster.Tests.Remoting;

/// <summary>An authority with a folder of PEM files, which is gone when the test is over.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly X509Certificate2 _authority;
    private readonly string _folder = Directory.CreateTempSubdirectory("hhs-certificates").FullName;

    public Certificates(string name = "cluster")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _authority = request.CreateSelfSigned(Now.AddDays(-400), Now.AddDays(400));
        File.WriteAllText(Ca, _authority.ExportCertificatePem());
    }

    public string Ca => Path.Combine(_folder, "ca.pem");

    /// <summary>Makes a node's certificate; answers the settings that name its files.</summary>
    public ClusterTlsSettings For(
        string file, string[]? names = null, byte serial = 7, (int From, int To)? days = null, string[]? uses = null, string? fetchFrom = null, Certificates? by = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={file}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names ?? ["node.hhs.example"])
        {
            if (IPAddress.TryParse(name, out var address)) alternatives.AddIpAddress(address);
            else alternatives.AddDnsName(name);
        }
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        if (uses is not null) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. uses.Select(u => new Oid(u))], critical: false));
        if (fetchFrom is not null) request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([$"{fetchFrom}/ocsp"], [$"{fetchFrom}/ca.der"]));
        var (from, to) = days ?? (-1, 100);
        using var certificate = request.Create((by ?? this)._authority, Now.AddDays(from), Now.AddDays(to), [serial]);
        string pem = Path.Combine(_folder, $"{file}.pem"), pemOfKey = Path.Combine(_folder, $"{file}.key");
        File.WriteAllText(pem, certificate.ExportCertificatePem());
        File.WriteAllText(pemOfKey, key.ExportPkcs8PrivateKeyPem());
        return new(pem, pemOfKey, Ca, [], new HashSet<string>());
    }

    /// <summary>What a stranger shows, who minds no check.</summary>
    public static X509Certificate2 Load(ClusterTlsSettings tls) => X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key);

    public static string Hocon(ClusterTlsSettings tls) => $$"""hhs.cluster.tls { certificate = "{{tls.Certificate}}", key = "{{tls.Key}}", ca = "{{tls.Ca}}" }""";

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
}
