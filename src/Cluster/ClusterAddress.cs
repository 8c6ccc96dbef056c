using System.Globalization;
using Akka.Configuration;

namespace Hhs.Cluster;

/// <summary>Where a node of the cluster is, for the others: <c>HOST:PORT</c>, or <c>[IPv6]:PORT</c>.</summary>
/// <param name="Host">A name or an address that the other nodes reach it by.</param>
/// <param name="Port">0 takes a free one.</param>
internal readonly record struct ClusterAddress(string Host, int Port)
{
    /// <exception cref="ConfigurationException">It is not of that form; the message names the key.</exception>
    public static ClusterAddress Parse(string text, string key)
    {
        int colon = text.LastIndexOf(':');
        string host = colon > 0 ? text[..colon] : "";
        if (host is ['[', .., ']']) host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal)) host = "";
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            throw new ConfigurationException($"{key}: '{text}' is not HOST:PORT, such as 10.0.0.1:4053 or [fd00::1]:4053");
        return new(host, port);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
