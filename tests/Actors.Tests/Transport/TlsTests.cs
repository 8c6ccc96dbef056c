using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Akka.Actor;
using Hhs.Actors.Transport;
using Hhs.Tests.Contracts;

namespace Hhs.Actors.Tests.Transport;

public sealed class TlsTransportTests : TransportContract, IClassFixture<TestCertificates>
{
    private readonly TestCertificates _certificates;

    public TlsTransportTests(TestCertificates certificates) => _certificates = certificates;

    protected override (Uri Free, Uri Nobody) Addresses { get; } = (new("wss://127.0.0.1:0"), new("wss://127.0.0.1:1"));

    protected override ITransport Create(ConnectionLimits limits) => new WebSocketTransport(limits, _certificates.Tls);

    [Fact]
    public async Task A_server_that_signed_its_own_certificate_is_refused_with_what_to_do()
    {
        await using var server = await Listen(_certificates.SelfSigned("own"));
        string message = await Refusal(server, new TlsSettings());
        Assert.Contains("self-signed", message, StringComparison.Ordinal);
        Assert.Contains("--tls-ca", message, StringComparison.Ordinal);
        Assert.Contains("self-signed", await Refusal(server, _certificates.Tls), StringComparison.Ordinal);   // another authority does not help
    }

    [Fact]
    public async Task A_certificate_that_signed_itself_is_trusted_when_it_is_named()
    {
        var tls = _certificates.SelfSigned("named");
        await using var server = await Listen(tls);
        await Connects(server, tls with { Ca = tls.Certificate });
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused()
    {
        await using var server = await Listen(_certificates.Issue("elsewhere", day: 0, IPAddress.Parse("192.0.2.7")));
        Assert.Contains("another name than 127.0.0.1", await Refusal(server, _certificates.Tls), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_certificate_is_refused()
    {
        await using var server = await Listen(_certificates.Issue("old", day: -5, IPAddress.Loopback));
        Assert.Contains("expired", await Refusal(server, _certificates.Tls), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_without_a_restart()
    {
        var tls = _certificates.Issue("renewed", day: -5, IPAddress.Loopback);
        await using var server = await Listen(tls);
        await Refusal(server, _certificates.Tls);
        _certificates.Issue("renewed", day: 0, IPAddress.Loopback);
        File.SetLastWriteTimeUtc(tls.Certificate!, DateTime.UtcNow.AddMinutes(1));   // file systems keep coarse times
        await Connects(server, _certificates.Tls);
    }

    [Fact]
    public async Task A_renewal_that_is_half_written_leaves_the_old_certificate_in_use()
    {
        var tls = _certificates.Issue("half", day: 0, IPAddress.Loopback);
        await using var server = await Listen(tls);
        File.Copy(_certificates.Tls.Certificate!, tls.Certificate!, overwrite: true);
        File.SetLastWriteTimeUtc(tls.Certificate!, DateTime.UtcNow.AddMinutes(1));
        await Connects(server, _certificates.Tls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_certificate_that_fits_its_key_nobody_listens(bool given)
    {
        var tls = given ? _certificates.Tls with { Key = _certificates.SelfSigned("other").Key } : new();
        var failure = await Assert.ThrowsAsync<TransportException>(() => Listen(tls));
        Assert.Contains(given ? "belong together" : "--tls-cert", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_authorities_that_is_none_is_said()
    {
        await using var server = await Listen(_certificates.Tls);
        Assert.Contains("hhs.transport.tls.ca", await Refusal(server, new() { Ca = _certificates.Ca + ".none" }), StringComparison.Ordinal);
        Assert.Contains("no certificate", await Refusal(server, new() { Ca = _certificates.Tls.Key }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_connects_and_begins_no_TLS_is_let_go_in_time()
    {
        await using var server = await new WebSocketTransport(new() { RequestTimeout = TimeSpan.FromMilliseconds(300) }, _certificates.Tls).ListenAsync(Addresses.Free, _ => { });
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, server.Address.Port, TestContext.Current.CancellationToken);
        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken));

        using var mute = new TcpClient();
        await mute.ConnectAsync(IPAddress.Loopback, server.Address.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(mute.GetStream(), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("127.0.0.1");   // and then asks for nothing
        Assert.Equal(0, await tls.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken));
    }

    private Task<ITransportListener> Listen(TlsSettings tls) =>
        new WebSocketTransport(new(), tls).ListenAsync(Addresses.Free, connection => connection.Start(ActorRefs.Nobody));

    private static async Task<string> Refusal(ITransportListener server, TlsSettings tls) =>
        (await Assert.ThrowsAsync<TransportException>(() => new WebSocketTransport(new(), tls).DialAsync(server.Address, CancellationToken.None))).Message;

    private static async Task Connects(ITransportListener server, TlsSettings tls)
    {
        var connection = await new WebSocketTransport(new(), tls).DialAsync(server.Address, CancellationToken.None);
        connection.Start(ActorRefs.Nobody);
        connection.Close("done");
    }
}
