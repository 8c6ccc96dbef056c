using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hhs.Actors.Transport;

namespace Hhs.Actors.Tests.Transport;

/// <summary>An authority of our own and certificates of it, in a folder that goes with it.</summary>
public sealed class TestCertificates : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hhs-tls-").FullName;
    private readonly X509Certificate2 _authority = Authority();

    public TestCertificates()
    {
        File.WriteAllText(Ca, _authority.ExportCertificatePem());
        Issue("good", day: 0, IPAddress.Loopback);
    }

    public string Ca => Path.Combine(_folder, "ca.pem");

    public TlsSettings Tls => Of("good");

    public TlsSettings Of(string name) => new() { Certificate = In(name, "crt"), Key = In(name, "key"), Ca = Ca };

    /// <summary>A certificate of the authority for an address, good for a day before and after a day from now.</summary>
    public TlsSettings Issue(string name, int day, IPAddress address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request($"CN={name}", key, address);
        var from = DateTimeOffset.UtcNow.AddDays(day - 1);
        using var certificate = request.Create(_authority, from, from.AddDays(2), RandomNumberGenerator.GetBytes(8));
        return Write(name, certificate, key);
    }

    public TlsSettings SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request($"CN={name}", key, IPAddress.Loopback).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return Write(name, certificate, key);
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private TlsSettings Write(string name, X509Certificate2 certificate, ECDsa key)
    {
        File.WriteAllText(In(name, "crt"), certificate.ExportCertificatePem());
        File.WriteAllText(In(name, "key"), key.ExportPkcs8PrivateKeyPem());
        return Of(name);
    }

    private string In(string name, string ending) => Path.Combine(_folder, $"{name}.{ending}");

    private static CertificateRequest Request(string subject, ECDsa key, IPAddress address)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority of a test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(10));
    }
}
