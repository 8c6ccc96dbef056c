using Akka.Configuration;
using FsCheck;
using FsCheck.Fluent;

namespace Hhs.Cluster.Tests;

/// <summary>HOST:PORT, as people write it.</summary>
public sealed class ClusterAddressTests
{
    [Theory]
    [InlineData("10.0.0.1:4053", "10.0.0.1", 4053)]
    [InlineData("one:0", "one", 0)]
    [InlineData("[fd00::1]:65535", "fd00::1", 65535)]
    public void It_is_read_and_written(string text, string host, int port)
    {
        var address = ClusterAddress.Parse(text, "key");
        Assert.Equal((host, port), (address.Host, address.Port));
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("host")]
    [InlineData(":4053")]
    [InlineData("host:")]
    [InlineData("host:-1")]
    [InlineData("host:65536")]
    [InlineData("host: 1")]
    [InlineData("fd00::1:4053")]
    [InlineData("[fd00::1]")]
    [InlineData("ws://host:1")]
    [InlineData("two words:1")]
    [InlineData("a\"b:1")]
    public void Anything_else_is_refused_by_the_name_of_the_key(string text) =>
        Assert.Contains("some.key", Assert.Throws<ConfigurationException>(() => ClusterAddress.Parse(text, "some.key")).Message, StringComparison.Ordinal);

    [Fact]
    public void Rubbish_is_refused_or_read_and_nothing_else() => Prop.ForAll<string>(text =>
    {
        try
        {
            var address = ClusterAddress.Parse(text ?? "", "some.key");
            return ClusterAddress.Parse(address.ToString(), "some.key") == address;
        }
        catch (ConfigurationException)
        {
            return true;
        }
    }).QuickCheckThrowOnFailure();
}
