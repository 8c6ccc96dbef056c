using System.Text.RegularExpressions;
using System.Xml.Linq;
using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Settings;
using Npgsql;

namespace Hhs.Repository.Tests;

/// <summary>Dockerfile and docker-compose.yml agree with each other and with the repository, as far as can be told without a container.</summary>
public sealed partial class ComposeTests
{
    private static readonly string Dockerfile = Repository.Read("Dockerfile");
    private static readonly string Compose = Repository.Read("docker-compose.yml");

    [Fact]
    public void All_that_is_copied_into_the_image_exists_and_is_not_ignored()
    {
        string[] ignored = Repository.Read(".dockerignore").Split('\n');
        string[] sources = [.. CopyLine().Matches(Dockerfile).SelectMany(m => m.Groups["from"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.NotEmpty(sources);
        Assert.All(sources, source => Assert.True(Path.Exists(Repository.At(source)), source));
        Assert.Empty(sources.Intersect(ignored));
    }

    [Fact]
    public void What_the_projects_of_the_image_import_is_copied_into_it()
    {
        var copied = CopyLine().Matches(Dockerfile).SelectMany(m => m.Groups["from"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToHashSet();
        foreach (string project in Repository.Files.Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".csproj", StringComparison.Ordinal)))
        {
            string folder = Path.GetDirectoryName(Repository.At(project))!;
            var xml = XDocument.Load(Repository.At(project));
            var used = xml.Descendants("Import").Select(i => (string)i.Attribute("Project")!)
                .Concat(xml.Descendants("EmbeddedResource").Select(r => (string)r.Attribute("Include")!))
                .Concat(xml.Descendants("ProjectReference").Select(r => (string)r.Attribute("Include")!));
            foreach (string path in used)
                Assert.Contains(Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(folder, path))).Replace('\\', '/').Split('/')[0], copied);
        }
    }

    [Fact]
    public void The_entry_point_is_the_executable_that_is_published()
    {
        string project = Regex.Match(Dockerfile, @"dotnet publish (?<project>\S+) .*-o (?<output>\S+)").Groups["project"].Value;
        string output = Regex.Match(Dockerfile, @"dotnet publish .*-o (?<output>\S+)").Groups["output"].Value;
        string file = Assert.Single(Repository.Files, f => f.StartsWith(project + "/", StringComparison.Ordinal) && f.EndsWith(".csproj", StringComparison.Ordinal));
        string assembly = XDocument.Load(Repository.At(file)).Descendants("AssemblyName").Single().Value;
        Assert.Contains($"ENTRYPOINT [\"{output}/{assembly}\"]", Dockerfile, StringComparison.Ordinal);
        Assert.Contains($"COPY --from=build {output} {output}", Dockerfile, StringComparison.Ordinal);
    }

    [Fact]
    public void The_image_does_not_run_as_root() => Assert.Matches(@"(?m)^USER \$APP_UID$", Dockerfile);

    [Fact]
    public void The_feed_that_the_image_is_built_from_is_one_that_the_build_knows()
    {
        string feed = Regex.Match(Dockerfile, @"ARG AkkaFeed=(\w+)").Groups[1].Value;
        Assert.Contains($"'$(AkkaFeed)' == '{feed}'", Repository.Read("build/Akka.targets"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_port_is_listened_on_exposed_published_and_announced()
    {
        string port = Regex.Match(Dockerfile, @"(?m)^EXPOSE (\d+)$").Groups[1].Value;
        string[] named =
        [
            .. Regex.Matches(Dockerfile + string.Concat(Nodes.Select(n => n.Text)), @"ws://[\w.]+:(\d+)").Select(m => m.Groups[1].Value),
            .. Regex.Matches(Compose, @"""127\.0\.0\.1:\d+:(\d+)""").Select(m => m.Groups[1].Value),
        ];
        Assert.True(named.Length >= 10, "the port is named in fewer places than there are");
        Assert.All(named, other => Assert.Equal(port, other));
    }

    [Fact]
    public void The_port_that_is_checked_is_the_one_that_answers_about_health()
    {
        string[] served = [.. Regex.Matches(Dockerfile + Compose, @"""--health"", ""(\d+)""").Select(m => m.Groups[1].Value)];
        string[] asked = [.. Regex.Matches(Compose, @"/dev/tcp/127\.0\.0\.1/(\d+)").Select(m => m.Groups[1].Value)];
        Assert.Equal(5, served.Length);
        Assert.Equal(served.Distinct(), asked);
    }

    [Fact]
    public void Ports_are_published_on_this_machine_only_and_each_once()
    {
        string[] published = [.. Regex.Matches(Compose, @"(?m)^\s+- ""([\d.:]+)""$").Select(m => m.Groups[1].Value)];
        Assert.Equal(3, published.Length);
        Assert.All(published, p => Assert.StartsWith("127.0.0.1:", p, StringComparison.Ordinal));
        Assert.Equal(published.Length, published.Distinct().Count());
    }

    [Fact]
    public void Every_volume_is_declared_and_mounted_where_the_image_has_a_folder_of_the_user()
    {
        string declared = Compose[Compose.LastIndexOf("\nvolumes:", StringComparison.Ordinal)..];
        string[] owned = Regex.Match(Dockerfile, @"mkdir (?<folders>.*?) && chown \$APP_UID (?<owned>.*)").Groups["owned"].Value.Split(' ');
        var mounts = Services.SelectMany(s => Mount().Matches(s.Text).Select(m => (Service: s.Name, Volume: m.Groups["volume"].Value, Folder: m.Groups["folder"].Value))).ToArray();
        Assert.NotEmpty(mounts);
        Assert.All(mounts, m => Assert.Contains($"\n  {m.Volume}:", declared, StringComparison.Ordinal));
        // Another image has folders of its own; of postgres' it is this one.
        Assert.All(mounts, m => Assert.Contains(m.Folder, m.Service == "db" ? ["/var/lib/postgresql/data"] : owned));
        Assert.All(Regex.Matches(declared, @"(?m)^  ([\w-]+):$").Select(m => m.Groups[1].Value), volume => Assert.Contains(volume, mounts.Select(m => m.Volume)));
        // A volume that only the maker of the identity writes to is everybody's; all others are one service's.
        Assert.All(mounts.Where(m => m.Volume != "identity").GroupBy(m => m.Volume), m => Assert.Single(m));
    }

    [Fact]
    public void Files_that_are_mounted_exist_and_commands_name_the_places_that_they_are_mounted_at()
    {
        foreach (var (name, text) in Services)
        {
            var files = Regex.Matches(text, @"- \./(?<file>\S+):(?<place>/\S+):ro").Select(m => (File: m.Groups["file"].Value, Place: m.Groups["place"].Value)).ToArray();
            Assert.All(files, f => Assert.True(File.Exists(Repository.At(f.File)), f.File));
            var named = Regex.Matches(text, @"""--config"", ""([^""]+)""").Select(m => m.Groups[1].Value).ToArray();
            Assert.True(named.All(files.Select(f => f.Place).Contains), name);
            Assert.Equal(files.Length, named.Length);
        }
    }

    [Fact]
    public void Services_depend_on_services_that_exist_and_all_that_go_on_have_a_health_check()
    {
        string[] names = [.. Services.Select(s => s.Name)];
        Assert.Equal(["identity", "db", "tracker", "one", "two", "three"], names);
        Assert.All(Regex.Matches(Compose, @"(?m)^      (\w+):\n        condition:").Select(m => m.Groups[1].Value), name => Assert.Contains(name, names));
        Assert.Equal(names.Length - 1, Regex.Matches(Compose, "healthcheck:").Count);
        Assert.Equal(names.Length - 1, Regex.Matches(Compose, "restart: unless-stopped").Count);
        Assert.All(Regex.Matches(Compose, @"ws://([a-z]\w*):").Select(m => m.Groups[1].Value), name => Assert.Contains(name, names));
    }

    [Fact]
    public void Each_node_is_in_the_cluster_under_its_own_name_and_the_first_of_the_seeds_is_one_of_them()
    {
        string[] seeds = [.. Shared.GetStringList("hhs.cluster.seeds")];
        string[] places = [.. Nodes.Select(n => Regex.Match(n.Text, @"""--cluster"", ""([^""]+)""").Groups[1].Value)];
        Assert.Equal(Nodes.Select(n => n.Name), places.Select(p => p.Split(':')[0]));
        Assert.Equal(places, seeds);
        Assert.All(Nodes, n => Assert.Contains($"\"--announce\", \"ws://{n.Name}:", n.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_nodes_share_is_a_configuration_that_a_node_takes()
    {
        var settings = HhsSettings.FromConfig(Shared);
        Assert.Equal(JournalProvider.PostgreSql, settings.Journal.Provider);
        Assert.StartsWith("/identity/", settings.IdentityPath, StringComparison.Ordinal);
        var database = new NpgsqlConnectionStringBuilder(settings.Journal.PostgreSql.ConnectionString);
        Assert.Contains(database.Host, Services.Select(s => s.Name));
        Assert.Contains($"POSTGRES_USER: {database.Username}\n", Compose, StringComparison.Ordinal);
        Assert.Contains($"POSTGRES_DB: {database.Database}\n", Compose, StringComparison.Ordinal);
        Assert.Null(database.Password);   // Npgsql takes it from PGPASSWORD
        Assert.Equal(2, Regex.Matches(Compose, @"(?:POSTGRES_PASSWORD|PGPASSWORD): \$\{HHS_DB_PASSWORD:\?").Count);
        var tracker = Assert.Single(settings.Trackers);
        Assert.Contains($"\"ws://0.0.0.0:{tracker.Endpoint.Port}\"", Services.Single(s => s.Name == tracker.Endpoint.Host).Text, StringComparison.Ordinal);
    }

    private static readonly (string Name, string Text)[] Services = ReadServices();

    private static IEnumerable<(string Name, string Text)> Nodes => Services.Where(s => s.Text.Contains("\"serve\"", StringComparison.Ordinal));

    private static Config Shared => ConfigurationFactory.ParseString(Repository.Read("hocon/compose.conf"));

    private static (string Name, string Text)[] ReadServices()
    {
        string services = Compose[Compose.IndexOf("\nservices:", StringComparison.Ordinal)..Compose.LastIndexOf("\nvolumes:", StringComparison.Ordinal)];
        var heads = Regex.Matches(services, @"(?m)^  (\w+):$");
        return [.. heads.Select((head, i) => (head.Groups[1].Value, services[head.Index..(i + 1 < heads.Count ? heads[i + 1].Index : services.Length)]))];
    }

    [GeneratedRegex(@"(?m)^COPY (?!--from)(?<from>.+) \S+$")]
    private static partial Regex CopyLine();

    [GeneratedRegex(@"(?m)^\s+- (?<volume>[a-z][\w-]*):(?<folder>/[\w/]+)(:ro)?$")]
    private static partial Regex Mount();
}
