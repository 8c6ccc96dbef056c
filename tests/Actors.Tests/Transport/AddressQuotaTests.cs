using System.Net;
using Hhs.Actors.Transport;

namespace Hhs.Actors.Tests.Transport;

public sealed class AddressQuotaTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::c000:207", "192.0.2.7", false)]
    public void Addresses_share_their_places_when_one_holder_has_both(string one, string other, bool shared)
    {
        var quota = new AddressQuota(new() { InboundPerAddressMax = 1 });
        Assert.True(quota.TryEnter(IPAddress.Parse(one)));
        Assert.Equal(!shared, quota.TryEnter(IPAddress.Parse(other)));
        quota.Leave(IPAddress.Parse(one));
        Assert.True(quota.TryEnter(IPAddress.Parse(one)));
    }

    [Theory]
    [InlineData("127.0.0.1", 64, false, true)]
    [InlineData("127.9.9.9", 64, false, true)]
    [InlineData("::1", 64, false, true)]
    [InlineData("::ffff:127.0.0.1", 64, false, true)]
    [InlineData("127.0.0.1", 64, true, false)]
    [InlineData("::1", 64, true, false)]
    [InlineData("192.0.2.7", 64, false, false)]
    [InlineData("192.0.2.7", 0, false, true)]
    public void Places_are_counted_by_the_settings(string address, int most, bool countsLoopback, bool unlimited)
    {
        var quota = new AddressQuota(new() { InboundPerAddressMax = most, InboundPerAddressCountsLoopback = countsLoopback });
        var remote = IPAddress.Parse(address);
        for (int i = 0; i < 64; i++) Assert.True(quota.TryEnter(remote));
        Assert.Equal(unlimited, quota.TryEnter(remote));
        for (int i = 0; i < 64; i++) quota.Leave(remote);
        Assert.True(quota.TryEnter(remote));
    }
}
