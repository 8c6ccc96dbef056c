using System.Net;
using Hhs.Protocols.Tracker;

namespace Hhs.Actors.Tracker;

/// <summary>Which addresses a node has itself announced under.</summary>
public static class AnnouncedAddresses
{
    /// <summary>Those that were set, or else those listened on that others can dial: not "all addresses of this machine", and no port 0.</summary>
    /// <param name="announce">The setting <c>hhs.announce</c>.</param>
    /// <param name="listening">The addresses really bound.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<Uri> announce, IReadOnlyList<Uri> listening) =>
        [.. (announce.Count > 0 ? announce : listening.Where(IsOneAddress)).Select(a => a.OriginalString.TrimEnd('/')).Where(DialAddress.IsValid).Distinct(StringComparer.Ordinal).Take(TrackerLimits.AddressesMax)];

    private static bool IsOneAddress(Uri address) =>
        !IPAddress.TryParse(address.DnsSafeHost, out var ip) || !(ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any));
}
