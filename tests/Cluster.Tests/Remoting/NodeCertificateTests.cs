using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Akka.Configuration;
using Hhs.Cluster.Remoting;

namespace Hhs.Cluster.Tests.Remoting;

/// <summary>Who is let in, at both ends of a connection, and which files are refused before there is one.</summary>
public sealed class NodeCertificateTests : IDisposable
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1", ForClients = "1.3.6.1.5.5.7.3.2";
    private readonly Certificates _ours = new(), _others = new("other");

    [Fact]
    public async Task Nodes_of_one_authority_let_one_another_in_and_speak_no_old_TLS()
    {
        var (server, client, protocol) = await MeetAsync(new(_ours.For("one")), new(_ours.For("two", uses: [ForServers, ForClients])));
        Assert.Null(server);
        Assert.Null(client);
        Assert.Equal(SslProtocols.Tls13, protocol);
    }

    [Theory]
    [InlineData("another authority", "is not one of our authorities")]
    [InlineData("expired", "has expired")]
    [InlineData("not yet valid", "is not valid yet")]
    [InlineData("for one end only", "is not one of our authorities for this use")]
    [InlineData("revoked", "is revoked")]
    [InlineData("another name", "has none of the names")]
    [InlineData("no certificate", "shows no certificate")]
    public async Task A_stranger_is_refused_at_either_end(string what, string why)
    {
        var mine = _ours.For("mine", names: ["127.0.0.1"]) with { Names = ["127.0.0.1", "node.hhs.example"], Revoked = new HashSet<string> { "2A" } };
        var (calls, called) = (Certificate(ForClients), Certificate(ForServers));
        Assert.Contains(why, await RefusalAsync(mine, calls, called: true), StringComparison.Ordinal);
        if (called is not null) Assert.Contains(why, await RefusalAsync(mine, called, called: false), StringComparison.Ordinal);

        X509Certificate2? Certificate(string wrongIn) => what switch
        {
            "another authority" => Certificates.Load(_others.For("theirs")),
            "expired" => Certificates.Load(_ours.For("old", days: (-30, -1))),
            "not yet valid" => Certificates.Load(_ours.For("new", days: (1, 30))),
            "for one end only" => Certificates.Load(_ours.For("one-end", uses: [wrongIn == ForClients ? ForServers : ForClients])),
            "revoked" => Certificates.Load(_ours.For("stolen", serial: 0x2A)),
            "another name" => Certificates.Load(_ours.For("guest", names: ["guest.hhs.example", "127.0.0.2"])),
            _ => null,
        };
    }

    [Fact]
    public async Task Nothing_that_a_certificate_names_is_fetched()
    {
        using var trap = new TcpListener(IPAddress.Loopback, 0);
        trap.Start();
        string address = $"http://127.0.0.1:{((IPEndPoint)trap.LocalEndpoint).Port}";
        var mine = _ours.For("mine");
        var stranger = Certificates.Load(_others.For("trap", fetchFrom: address));
        Assert.NotNull(await RefusalAsync(mine, stranger, called: true));
        Assert.NotNull(await RefusalAsync(mine, stranger, called: false));
        Assert.False(trap.Pending(), "the node has called where a stranger's certificate told it to");
    }

    [Fact]
    public void A_certificate_that_others_would_refuse_and_files_that_do_not_fit_are_refused_at_start()
    {
        var good = _ours.For("good");
        Refused(good with { Certificate = "nowhere.pem", Key = "nowhere.pem" }, "hhs.cluster.tls.certificate: nowhere.pem cannot be read");
        Refused(good with { Key = _ours.For("another").Key }, "hhs.cluster.tls.key:");
        Refused(good with { Key = good.Certificate }, "hhs.cluster.tls.key:");
        Refused(good with { Ca = "nowhere.pem" }, "hhs.cluster.tls.ca: nowhere.pem cannot be read");
        Refused(good with { Ca = good.Key }, "has no certificate in PEM");
        Refused(good with { Ca = good.Certificate }, "which is not an authority");
        Refused(good with { Ca = _others.Ca }, "is not one of our authorities");
        Refused(_ours.For("old", days: (-30, -1)), "has expired");
        Refused(_ours.For("server", uses: [ForServers]), "is not one of our authorities for this use");
        Refused(good with { Names = ["other.hhs.example"] }, "has none of the names");
        Refused(_ours.For("stolen", serial: 0x2A) with { Revoked = new HashSet<string> { "2A" } }, "is revoked");
        Assert.True(new NodeCertificate(good).NotAfter > DateTimeOffset.UtcNow.AddDays(90));

        static void Refused(ClusterTlsSettings tls, string why) => Assert.Contains(why, Assert.Throws<ConfigurationException>(() => new NodeCertificate(tls)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_certificate_and_a_second_authority_count_from_the_next_connection_on()
    {
        var node = new NodeCertificate(_ours.For("node", days: (-1, 10)));
        var before = node.NotAfter;
        var tls = _ours.For("node", days: (-1, 90));   // the same files
        Touch(tls);
        Assert.True(node.NotAfter > before.AddDays(70));

        Assert.NotNull(await RefusalAsync(node, Certificates.Load(_others.For("theirs")), called: true));
        File.AppendAllText(_ours.Ca, $"\n{File.ReadAllText(_others.Ca)}");
        Touch(tls, seconds: 20);
        Assert.Null(await RefusalAsync(node, Certificates.Load(_others.For("theirs")), called: true));

        File.WriteAllText(tls.Key, "in the middle of a renewal");
        Touch(tls, seconds: 30);
        Assert.Null(await RefusalAsync(node, Certificates.Load(_ours.For("another")), called: true));

        // Two writes within one tick of a file system's clock are one to it.
        static void Touch(ClusterTlsSettings tls, int seconds = 10)
        {
            foreach (string file in new[] { tls.Certificate, tls.Key, tls.Ca }) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(seconds));
        }
    }

    [Theory]
    [InlineData("""hhs.cluster.tls.key = "node.key" """, "hhs.cluster.tls.certificate is missing")]
    [InlineData("""hhs.cluster.tls.certificate = "node.pem" """, "hhs.cluster.tls.ca is missing")]
    [InlineData("""hhs.cluster.tls.names = ["a.example"]""", "mean nothing without")]
    [InlineData("""hhs.cluster.tls { certificate = "node.pem", ca = "ca.pem", revoked = ["the second"] }""", "'the second' is not a serial number")]
    [InlineData("""hhs.cluster.tls { certificat = "node.pem" }""", "hhs.cluster.tls.certificat is not a setting: cluster.conf")]
    public void Half_a_configuration_is_refused(string text, string why) =>
        Assert.Contains(why, Assert.Throws<ConfigurationException>(() => ClusterNode.Configure(ConfigurationFactory.ParseString(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void Serial_numbers_are_taken_as_they_are_printed_anywhere()
    {
        var read = ClusterTlsSettings.FromConfig(ConfigurationFactory.ParseString("""hhs.cluster.tls { certificate = "node.pem", ca = "ca.pem", revoked = ["00:2a", "0FF", "0"] }"""));
        Assert.Equal(["0", "2A", "FF"], read!.Revoked.Order(StringComparer.Ordinal));
        Assert.Equal("node.pem", read.Key);
    }

    public void Dispose()
    {
        _ours.Dispose();
        _others.Dispose();
    }

    private static Task<string?> RefusalAsync(ClusterTlsSettings mine, X509Certificate2? stranger, bool called) => RefusalAsync(new NodeCertificate(mine), stranger, called);

    // Why a node refuses somebody who shows this, and who lets everybody in.
    private static async Task<string?> RefusalAsync(NodeCertificate mine, X509Certificate2? stranger, bool called)
    {
        string? refusal = null;
        var shown = stranger is null ? null : SslStreamCertificateContext.Create(stranger, null, offline: true);   // or the stranger fetches what it names
        await HandshakeAsync(
            called ? mine.AsServer(why => refusal = why) : new() { ServerCertificateContext = shown, ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, _, _, _) => true },
            called
                ? new() { TargetHost = "node", ClientCertificateContext = shown, RemoteCertificateValidationCallback = (_, _, _, _) => true }
                : mine.AsClient("node", why => refusal = why));
        return refusal;
    }

    private static async Task<(string? AtServer, string? AtClient, SslProtocols Protocol)> MeetAsync(NodeCertificate server, NodeCertificate client)
    {
        string? atServer = null, atClient = null;
        var protocol = await HandshakeAsync(server.AsServer(why => atServer = why), client.AsClient("127.0.0.1", why => atClient = why));
        return (atServer, atClient, protocol);
    }

    private static async Task<SslProtocols> HandshakeAsync(SslServerAuthenticationOptions asServer, SslClientAuthenticationOptions asClient)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var calling = new TcpClient();
        await calling.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var called = await listener.AcceptTcpClientAsync();
        await using var client = new SslStream(calling.GetStream());
        await using var server = new SslStream(called.GetStream());
        var ends = new[] { Quietly(server.AuthenticateAsServerAsync(asServer), called), Quietly(client.AuthenticateAsClientAsync(asClient), calling) };
        await Task.WhenAll(ends).WaitAsync(Actors.Tests.Eventually.Patience);
        return server.IsAuthenticated ? server.SslProtocol : SslProtocols.None;

        // Who refuses hangs up, so that the other end does not wait.
        static async Task Quietly(Task handshake, TcpClient socket)
        {
            try
            {
                await handshake;
            }
            catch (Exception e) when (e is AuthenticationException or IOException)
            {
                socket.Close();
            }
        }
    }
}
