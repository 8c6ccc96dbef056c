using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.DistributedData;
using Akka.Remote;
using Hhs.Actors.Settings;
using Hhs.Cluster.Remoting;

namespace Hhs.Cluster.Tests;

/// <summary>hocon/cluster.conf says what the code does: each key of ours is read and explained, and each of Akka's is one that Akka has.</summary>
public sealed partial class ClusterConfTests
{
    private static readonly string Text = Repository.Tests.Repository.Read("hocon/cluster.conf");
    private static readonly HoconObject Whole = ConfigurationFactory.ParseString(Text).Root.GetObject();
    private static readonly string[] OwnKeys = [.. Leaves("hhs.cluster", Whole.GetKey("hhs").GetObject().GetKey("cluster"))];

    public static TheoryData<string> Keys => [.. OwnKeys];

    // Who reads it stands in the sources: as the whole key, or as its last part beside the section's name.
    [Theory]
    [MemberData(nameof(Keys))]
    public void A_key_of_ours_is_read(string key)
    {
        string tls = $"{ClusterTlsSettings.Section}.";
        string written = key.StartsWith(tls, StringComparison.Ordinal) ? $"{{Section}}.{key[tls.Length..]}\"" : $"\"{key}\"";
        Assert.Contains(Repository.Tests.Repository.Sources("src/Cluster"), file => Repository.Tests.Repository.Read(file).Contains(written, StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_that_is_read_is_there()
    {
        var read = Repository.Tests.Repository.Sources("src/Cluster").SelectMany(file => Repository.Tests.Repository.Code(file))
            .SelectMany(line => ReadKey().Matches(line.Text).Select(m => m.Groups["key"].Value)
                .Concat(ReadTlsKey().Matches(line.Text).Select(m => $"{ClusterTlsSettings.Section}.{m.Groups["key"].Value}"))).ToHashSet(StringComparer.Ordinal);
        Assert.True(read.Count > 8);
        Assert.Empty(read.Except(OwnKeys));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_key_with_a_letter_more_is_refused_by_its_name(string key)
    {
        var refusal = Assert.Throws<ConfigurationException>(() => ClusterNode.Configure(ConfigurationFactory.ParseString($"{key}x = 1")));
        Assert.Contains($"{key}x is not a setting: cluster.conf", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hhs.cluster.number-of-shards = 0", "hhs.cluster.number-of-shards")]
    [InlineData("hhs.cluster.look-again = 0s", "hhs.cluster.look-again")]
    [InlineData("hhs.cluster.lost-after = -1s", "hhs.cluster.lost-after")]
    [InlineData("hhs.cluster.lost-after = soon", "hhs.cluster.lost-after")]
    public void Nonsense_is_refused_by_the_name_of_the_key_before_a_system_starts(string text, string key) =>
        Assert.Contains(key, Assert.Throws<ConfigurationException>(() => ClusterNode.Configure(ConfigurationFactory.ParseString(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_key_of_Akka_is_one_that_Akka_has()
    {
        Assert.Empty(UnknownToAkka(Text));
        Assert.Equal(["akka.cluster.sharding.remember-entites", "akka.clustr"], UnknownToAkka("akka { cluster.sharding.remember-entites = on, clustr.x = 1 }").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_key_is_explained()
    {
        string[] lines = Text.Split('\n');
        int keys = 0;
        var bare = new List<string>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (!KeyLine().IsMatch(lines[i])) continue;
            keys++;
            // Above it, above the keys that it follows, or above the block that it is the first of.
            int above = i - 1;
            while (above >= 0 && (KeyLine().IsMatch(lines[above]) || BlockLine().IsMatch(lines[above]))) above--;
            if (above < 0 || !lines[above].TrimStart().StartsWith('#')) bare.Add($"{i + 1}: {lines[i].Trim()}");
        }
        Assert.True(keys > 30);
        Assert.Empty(bare);
    }

    [Fact]
    public void The_key_of_each_of_ours_has_its_own_comment()
    {
        string[] lines = Text.Split('\n');
        foreach (string key in OwnKeys)
        {
            int at = Array.FindIndex(lines, line => line.TrimStart().StartsWith($"{key.Split('.')[^1]} =", StringComparison.Ordinal));
            Assert.True(at > 0 && lines[at - 1].TrimStart().StartsWith('#'), key);
        }
    }

    /// <summary>Keys of Akka in a text that none of its packages has a default for.</summary>
    internal static IEnumerable<string> UnknownToAkka(string hocon)
    {
        var root = ConfigurationFactory.ParseString(hocon).Root.GetObject();
        return root.Items.TryGetValue("akka", out var akka) ? Unknown("akka", akka.GetObject(), AkkasOwn.Root.GetObject().GetKey("akka").GetObject()) : [];
    }

    private static IEnumerable<string> Unknown(string path, HoconObject given, HoconObject known)
    {
        foreach (var (key, value) in given.Items)
        {
            string full = $"{path}.{key}";
            if (NamedByUs.Contains(full) || (path.StartsWith(Phases, StringComparison.Ordinal) && OfAPhase.Contains(key))) continue;
            if (!known.Items.TryGetValue(key, out var expected)) yield return full;
            else if (value.IsObject() && expected.IsObject()) foreach (string inner in Unknown(full, value.GetObject(), expected.GetObject())) yield return inner;
        }
    }

    private static IEnumerable<string> Leaves(string path, HoconValue value) => value.IsObject()
        ? value.GetObject().Items.SelectMany(item => Leaves($"{path}.{item.Key}", item.Value))
        : [path];

    private static readonly Config AkkasOwn = ConfigurationFactory.Default()
        .WithFallback(ConfigurationFactory.FromResource<RemoteActorRefProvider>("Akka.Remote.Configuration.Remote.conf"))
        .WithFallback(ConfigurationFactory.FromResource<Akka.Cluster.Cluster>("Akka.Cluster.Configuration.Cluster.conf"))
        .WithFallback(ClusterSharding.DefaultConfig()).WithFallback(ClusterSingleton.DefaultConfig()).WithFallback(DistributedPubSub.DefaultConfig())
        .WithFallback(DistributedData.DefaultConfig()).WithFallback(Akka.Persistence.Persistence.DefaultConfig());

    // Below these stand names that whoever configures gives.
    private static readonly HashSet<string> NamedByUs = new(StringComparer.Ordinal)
    {
        "akka.actor.serializers", "akka.actor.serialization-bindings", "akka.actor.serialization-identifiers", "akka.persistence.journal.hhs", "akka.persistence.snapshot-store.hhs",
    };

    // Akka's own file gives only depends-on to a phase; its documentation names these.
    private const string Phases = "akka.coordinated-shutdown.phases.";
    private static readonly string[] OfAPhase = ["timeout", "recover", "enabled"];

    [GeneratedRegex(@"^\s*(""[^""]+""|[a-z][a-z0-9.-]*)\s*=")]
    private static partial Regex KeyLine();

    [GeneratedRegex(@"^\s*[a-z][a-z0-9.-]*\s*\{\s*$")]
    private static partial Regex BlockLine();

    [GeneratedRegex(@"\.(Get\w+|Bytes|Choice|Count|Flag|Path|Time)(<\w+>)?\(""(?<key>hhs\.cluster[a-z.-]*[a-z])""")]
    private static partial Regex ReadKey();

    [GeneratedRegex(@"\{Section\}\.(?<key>[a-z-]+)""")]
    private static partial Regex ReadTlsKey();
}
