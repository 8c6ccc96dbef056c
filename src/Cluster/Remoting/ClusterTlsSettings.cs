using Akka.Configuration;

namespace Hhs.Cluster.Remoting;

/// <summary>How the nodes of a cluster know one another by certificates. HOCON: <c>hhs.cluster.tls</c>; cluster.conf explains each key.</summary>
/// <param name="Certificate">PEM file of the node's certificate, followed by those of the authorities between it and <paramref name="Ca"/>'s.</param>
/// <param name="Key">PEM file of its private key, not encrypted.</param>
/// <param name="Ca">PEM file of the authorities whose nodes are let in, and of no others.</param>
/// <param name="Names">Names and IP addresses of the nodes that are let in; none: whatever the authorities vouch for.</param>
/// <param name="Revoked">Serial numbers, in hexadecimal, of certificates that are refused.</param>
internal sealed record ClusterTlsSettings(string Certificate, string Key, string Ca, IReadOnlyList<string> Names, IReadOnlySet<string> Revoked)
{
    /// <summary>Reads the section; null when it names no file.</summary>
    /// <exception cref="ConfigurationException">Only a part of what is needed is given, or a serial number is none.</exception>
    public static ClusterTlsSettings? FromConfig(Config config)
    {
        string certificate = config.GetString($"{Section}.certificate", ""), key = config.GetString($"{Section}.key", ""), ca = config.GetString($"{Section}.ca", "");
        var names = config.GetStringList($"{Section}.names", []);
        var revoked = config.GetStringList($"{Section}.revoked", []).Select(Serial).ToHashSet(StringComparer.Ordinal);
        if (certificate.Length == 0 && key.Length == 0 && ca.Length == 0)
            return names.Count == 0 && revoked.Count == 0 ? null : throw new ConfigurationException($"{Section}.names and revoked mean nothing without {Section}.certificate and ca");
        if (certificate.Length == 0) throw new ConfigurationException($"{Section}.certificate is missing: the PEM file of this node's certificate");
        if (ca.Length == 0) throw new ConfigurationException($"{Section}.ca is missing: the PEM file of the authority that makes the certificates of this cluster's nodes, and of nobody else");
        return new(certificate, key.Length == 0 ? certificate : key, ca, [.. names], revoked);
    }

    // As OpenSSL prints it, with or without colons; .NET writes whole bytes.
    private static string Serial(string text)
    {
        string digits = text.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        if (digits.Length == 0 || !digits.All(char.IsAsciiHexDigit)) throw new ConfigurationException($"{Section}.revoked: '{text}' is not a serial number, as 'openssl x509 -noout -serial -in FILE' prints it");
        return SignificantDigits(digits);
    }

    /// <summary>A serial number without zeros in front, in which one spelling differs from another.</summary>
    public static string SignificantDigits(string serial) => serial.TrimStart('0') is { Length: > 0 } digits ? digits : "0";

    public const string Section = "hhs.cluster.tls";
}
