using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests;
using Hhs.Cluster.Remoting;
using Hhs.Model.Types.Set;

namespace Hhs.Cluster.Tests.Remoting;

/// <summary>Nodes whose port is under TLS, and who knocks at it.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly Certificates _ours = new(), _others = new("other");

    [Fact(Timeout = 60_000)]
    public async Task Two_nodes_join_under_TLS_and_use_each_others_objects_and_nobody_else_gets_anything()
    {
        await using var cluster = new TestCluster();
        await cluster.AddAsync(config: Heard(_ours.For("one")));
        await cluster.AddAsync(config: Certificates.Hocon(_ours.For("two")));
        var address = Akka.Cluster.Cluster.Get(cluster[0].System).SelfAddress;
        Assert.Equal("akka.ssl.tcp", address.Protocol);
        for (int i = 0; i < 6; i++)
        {
            var made = await cluster[0].CreateSetAsync(new SetOptions { Seed = $"set {i}" });
            await made.AddAsync(new string('x', 300_000));   // many records of TLS
            var opened = await cluster[1].OpenSetAsync(made.Id);
            await opened.AddAsync("of the second");
            Assert.Equal((await made.ContentsAsync()).Hash, (await opened.ContentsAsync()).Hash);
        }

        var log = new LogProbe(cluster[0].System);
        // A node whose certificate is of another authority, and one that speaks plain akka.tcp, ask to join.
        await AskToJoinAsync(Certificates.Hocon(_others.For("theirs")), address, log, "its certificate (CN=theirs, serial 07) is not one of our authorities");
        await AskToJoinAsync("", address.WithProtocol("akka.tcp"), log, "it does not speak TLS");
        // Strangers of the network.
        await KnockAsync(address, new() { TargetHost = "node", ClientCertificates = [Certificates.Load(_ours.For("old", days: (-30, -1)))] });
        await log.Says("is not let in: its certificate (CN=old, serial 07) has expired");
        await KnockAsync(address, new() { TargetHost = "node" });
        await log.Says("is not let in: it shows no certificate");
        Assert.Equal(2, TestCluster.MembersUp(cluster[0]));
        Assert.Equal(2, Akka.Cluster.Cluster.Get(cluster[0].System).State.Members.Count);

        byte[] answer = await SayPlainAsync(address, "GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.True(answer.Length == 0 || (answer[0] == TlsAlert && answer.Length < 16), $"a plain question was answered: {Convert.ToHexString(answer)}");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_that_is_called_with_a_bad_certificate_does_not_bring_down_the_one_that_calls()
    {
        await using var cluster = new TestCluster();
        await cluster.AddAsync(config: Heard(_ours.For("one")));
        using var impostor = new TcpListener(IPAddress.Loopback, 0);
        impostor.Start();
        var theirs = Certificates.Load(_others.For("theirs"));
        int port = ((IPEndPoint)impostor.LocalEndpoint).Port;
        var log = new LogProbe(cluster[0].System);
        cluster[0].System.ActorSelection($"akka.ssl.tcp://hhs@127.0.0.1:{port}/user/x").Tell("hello");
        using (var called = await impostor.AcceptTcpClientAsync(TestContext.Current.CancellationToken))
        await using (var stream = new SslStream(called.GetStream()))
        {
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await stream.AuthenticateAsServerAsync(theirs);
                await stream.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
            });
        }
        await log.Says("is not one of our authorities");
        var set = await cluster[0].CreateSetAsync(new SetOptions { Seed = "still here" });
        await set.AddAsync("yes");
        Assert.False(cluster[0].System.WhenTerminated.IsCompleted);
    }

    [Fact(Timeout = 60_000)]
    public async Task Strangers_who_say_nothing_hold_so_many_places_and_nodes_get_in_when_they_are_gone()
    {
        await using var cluster = new TestCluster();
        await cluster.AddAsync(config: Heard(_ours.For("one")));
        int port = Akka.Cluster.Cluster.Get(cluster[0].System).SelfAddress.Port!.Value;
        var silent = new List<TcpClient>();
        try
        {
            for (int i = 0; i <= TlsTransport.GreetingMax; i++)
            {
                silent.Add(new());
                await silent[^1].ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
            }
            // They are taken in the order in which they came: the last is one too many, and is closed, while the others are listened to.
            await Eventually.Holds(() => IsClosed(silent[^1]), "one too many is closed");
            Assert.False(IsClosed(silent[0]));
        }
        finally
        {
            foreach (var one in silent) one.Dispose();
        }
        await cluster.AddAsync(config: Certificates.Hocon(_ours.For("two")));

        static bool IsClosed(TcpClient client) => client.Client.Poll(0, SelectMode.SelectRead);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_that_lost_its_connection_is_found_again()
    {
        await using var cluster = new TestCluster();
        await cluster.AddAsync(config: Heard(_ours.For("one")));
        var second = await cluster.AddAsync(config: Certificates.Hocon(_ours.For("two")));
        await cluster.LeaveAsync(second);
        await Eventually.Holds(() => TestCluster.MembersUp(cluster[0]) == 1, "the second has left");
        await cluster.AddAsync(config: Certificates.Hocon(_ours.For("three")));
        Assert.Equal(2, TestCluster.MembersUp(cluster[0]));
    }

    [Theory]
    [InlineData(true, "akka.tcp://hhs@10.0.0.1:4053", "'akka.tcp://hhs@10.0.0.1:4053' must be 'akka.ssl.tcp://hhs@10.0.0.1:4053', since hhs.cluster.tls is set")]
    [InlineData(false, "akka.ssl.tcp://hhs@10.0.0.1:4053", "'akka.ssl.tcp://hhs@10.0.0.1:4053' must be 'akka.tcp://hhs@10.0.0.1:4053', since hhs.cluster.tls is not set")]
    [InlineData(false, "10.0.0.1:4053", "must be 'akka.tcp://SYSTEM@HOST:PORT'")]
    [InlineData(false, "akka.tcp://hhs@10.0.0.1", "is not an address")]
    [InlineData(true, "akka.ssl.tcp://10.0.0.1:4053", "is not an address")]
    public async Task A_seed_node_of_the_other_scheme_is_refused_at_start_with_the_right_form(bool tls, string seed, string why)
    {
        var config = ConfigurationFactory.ParseString($"akka.cluster.seed-nodes = [\"{seed}\"]\n{(tls ? Certificates.Hocon(_ours.For("one")) : "")}").WithFallback(TestCluster.Hasty);
        var settings = new HhsSettings { Store = new SharedStore().Open(), Identity = Model.Identity.SecretKey.Generate(SystemRandom.Instance) };
        Assert.Contains(why, (await Assert.ThrowsAsync<ConfigurationException>(() => ClusterNode.StartAsync(settings, config))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "akka.ssl.tcp://shop@10.0.0.2:4053")]
    [InlineData(false, "akka.tcp://shop@10.0.0.2:4053")]
    public void Seeds_of_ours_get_the_right_scheme_by_themselves(bool tls, string seed)
    {
        var config = ClusterNode.Configure(ConfigurationFactory.ParseString($"hhs.cluster {{ listen = \"10.0.0.1:4053\", seeds = [\"10.0.0.2:4053\"] }}\n{(tls ? Certificates.Hocon(_ours.For("one")) : "")}"), "shop");
        Assert.Equal([seed], config.GetStringList("akka.cluster.seed-nodes"));
        Assert.Equal("10.0.0.1", config.GetString("akka.remote.dot-netty.tcp.hostname"));
    }

    [Theory]
    [InlineData("akka.remote.dot-netty.tcp.enable-ssl = on", "akka.remote.dot-netty.tcp.enable-ssl")]
    [InlineData("akka.remote.enabled-transports = [\"akka.remote.other\"]", "akka.remote.enabled-transports")]
    public void Another_way_to_the_port_is_refused(string text, string key) =>
        Assert.Contains(key, Assert.Throws<ConfigurationException>(() => ClusterNode.Configure(ConfigurationFactory.ParseString(text))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10.0.0.1", false, "it listens on 10.0.0.1 without TLS")]
    [InlineData("", false, "it listens on every address without TLS")]
    [InlineData("0.0.0.0", false, "it listens on 0.0.0.0 without TLS")]
    [InlineData("127.0.0.1", false, null)]
    [InlineData("::1", false, null)]
    [InlineData("localhost", false, null)]
    [InlineData("10.0.0.1", true, null)]
    public async Task An_open_port_is_said_loudly(string host, bool tls, string? said)
    {
        // A system without a port, so that nothing is opened for this.
        string text = $"akka {{ actor.provider = local, loglevel = OFF, stdout-loglevel = OFF }}\nakka.remote.dot-netty.tcp.hostname = \"{host}\"\n{(tls ? Certificates.Hocon(_ours.For("one")) : "")}";
        using var system = ActorSystem.Create("exposure", ClusterNode.Configure(ConfigurationFactory.ParseString(text)));
        string? exposure = ClusterConfiguration.Exposure(system);
        if (said is null) Assert.Null(exposure);
        else Assert.Contains(said, exposure, StringComparison.Ordinal);
        await system.Terminate();
    }

    private static string Heard(ClusterTlsSettings tls) => $"{Certificates.Hocon(tls)}\nakka {{ loglevel = INFO, loggers = [] }}";

    public void Dispose()
    {
        _ours.Dispose();
        _others.Dispose();
    }

    private static async Task AskToJoinAsync(string tls, Address address, LogProbe log, string why)
    {
        var stranger = ActorSystem.Create("hhs", ClusterNode.Configure(ConfigurationFactory.ParseString(tls).WithFallback(TestCluster.Hasty)));
        try
        {
            Akka.Cluster.Cluster.Get(stranger).Join(address);
            await log.Says($"is not let in: {why}");
            Assert.Empty(Akka.Cluster.Cluster.Get(stranger).State.Members);
        }
        finally
        {
            ((ExtendedActorSystem)stranger).Abort();
            await stranger.WhenTerminated;
        }
    }

    private static async Task KnockAsync(Address address, SslClientAuthenticationOptions options)
    {
        options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host!, address.Port!.Value);
        await using var stream = new SslStream(socket.GetStream());
        byte[] got = new byte[1];
        var failure = await Record.ExceptionAsync(async () =>
        {
            await stream.AuthenticateAsClientAsync(options);
            if (await stream.ReadAsync(got) > 0) Assert.Fail("a stranger was told something");
        });
        Assert.True(failure is null or AuthenticationException or IOException, $"{failure}");
    }

    private static async Task<byte[]> SayPlainAsync(Address address, byte[] said)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host!, address.Port!.Value);
        await socket.GetStream().WriteAsync(said);
        using var answer = new MemoryStream();
        try
        {
            await socket.GetStream().CopyToAsync(answer);
        }
        catch (IOException)
        {
            // A connection that is torn off has no more to say either.
        }
        return answer.ToArray();
    }

    private const byte TlsAlert = 0x15;
}
