using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Akka.Configuration;
using Hhs.Cluster.Remoting;

namespace Hhs.Cluster.Tests.Remoting;

/// <summary>docs/cookbook/cluster-tls.md: its commands make certificates that a node takes, and its settings exist.</summary>
public sealed partial class CookbookTests
{
    private static readonly string Page = Repository.Tests.Repository.Read("docs/cookbook/cluster-tls.md");

    [Fact(Timeout = 60_000)]
    public async Task Its_commands_make_certificates_that_a_node_takes_and_its_revocation_works()
    {
        string folder = Directory.CreateTempSubdirectory("hhs-cookbook").FullName;
        try
        {
            string output = await RunAsync(string.Join('\n', Blocks("sh")), folder);
            var tls = new ClusterTlsSettings(Path.Combine(folder, "node-1.pem"), Path.Combine(folder, "node-1.key"), Path.Combine(folder, "cluster-ca.pem"), ["10.0.0.1"], new HashSet<string>());
            Assert.True(new NodeCertificate(tls).NotAfter > DateTimeOffset.UtcNow.AddDays(80));
            string serial = Serial().Match(output).Groups[1].Value;
            var revoking = ClusterTlsSettings.FromConfig(ConfigurationFactory.ParseString($$"""hhs.cluster.tls { certificate = "{{tls.Certificate}}", key = "{{tls.Key}}", ca = "{{tls.Ca}}", revoked = ["{{serial}}"] }"""));
            Assert.Contains("is revoked", Assert.Throws<ConfigurationException>(() => new NodeCertificate(revoking!)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Its_settings_are_keys_that_exist()
    {
        string[] blocks = [.. Blocks("hocon")];
        Assert.NotEmpty(blocks);
        foreach (string block in blocks)
        {
            Assert.Empty(ClusterConfTests.UnknownToAkka(block));
            Actors.Settings.UnknownKeys.Refuse(ConfigurationFactory.ParseString(block), ClusterNode.Reference, "hhs.cluster", "cluster.conf");
        }
        foreach (Match key in Key().Matches(Page)) Assert.True(ClusterNode.Reference.HasPath(key.Value), key.Value);
    }

    private static IEnumerable<string> Blocks(string language) => Block().Matches(Page).Where(m => m.Groups["language"].Value == language).Select(m => m.Groups["text"].Value);

    private static async Task<string> RunAsync(string script, string folder)
    {
        var bash = new Process { StartInfo = new("bash", ["-euc", script]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true } };
        using (bash)
        {
            try
            {
                bash.Start();
            }
            catch (Win32Exception)
            {
                Assert.Skip("bash is not installed here");
            }
            var (output, errors) = (bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
            await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.SkipWhen(bash.ExitCode == 127, "openssl is not installed here");
            Assert.True(bash.ExitCode == 0, $"{await output}{await errors}");
            return await output;
        }
    }

    [GeneratedRegex(@"```(?<language>sh|hocon)\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"hhs\.cluster\.[a-z.-]*[a-z]")]
    private static partial Regex Key();

    [GeneratedRegex(@"serial=([0-9A-F]+)")]
    private static partial Regex Serial();
}
