using System.Text.RegularExpressions;
using System.Xml.Linq;
using Hhs.Actors.Settings;

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
    public void One_port_is_listened_on_exposed_published_and_dialled()
    {
        string port = Regex.Match(Dockerfile, @"(?m)^EXPOSE (\d+)$").Groups[1].Value;
        string[] named =
        [
            .. Regex.Matches(Dockerfile + Compose, @"ws://[\w.]+:(\d+)").Select(m => m.Groups[1].Value),
            .. Regex.Matches(Compose, @"""127\.0\.0\.1:\d+:(\d+)""").Select(m => m.Groups[1].Value),
        ];
        Assert.True(named.Length >= 5, "the port is named in fewer places than there are");
        Assert.All(named, other => Assert.Equal(port, other));
    }

    [Fact]
    public void The_port_that_is_checked_is_the_one_that_answers_about_health()
    {
        string[] served = [.. Regex.Matches(Dockerfile + Compose, @"""--health"", ""(\d+)""").Select(m => m.Groups[1].Value)];
        string[] asked = [.. Regex.Matches(Compose, @"/dev/tcp/127\.0\.0\.1/(\d+)").Select(m => m.Groups[1].Value)];
        Assert.Equal(2, served.Length);
        Assert.Equal(served.Distinct(), asked);
    }

    [Fact]
    public void Ports_are_published_on_this_machine_only_and_each_once()
    {
        string[] published = [.. Regex.Matches(Compose, @"(?m)^\s+- ""([\d.:]+)""$").Select(m => m.Groups[1].Value)];
        Assert.NotEmpty(published);
        Assert.All(published, p => Assert.StartsWith("127.0.0.1:", p, StringComparison.Ordinal));
        Assert.Equal(published.Length, published.Distinct().Count());
    }

    [Fact]
    public void Every_volume_is_declared_and_mounted_where_the_image_has_a_folder_of_the_user()
    {
        var mounts = Mount().Matches(Compose).Select(m => (Volume: m.Groups["volume"].Value, Folder: m.Groups["folder"].Value)).ToArray();
        string declared = Compose[Compose.LastIndexOf("\nvolumes:", StringComparison.Ordinal)..];
        string made = Regex.Match(Dockerfile, @"mkdir (?<folders>.*?) && chown \$APP_UID (?<owned>.*)").Groups["owned"].Value;
        Assert.NotEmpty(mounts);
        Assert.All(mounts, m => Assert.Contains($"\n  {m.Volume}:", declared, StringComparison.Ordinal));
        Assert.All(mounts, m => Assert.Contains(m.Folder, made.Split(' ')));
        Assert.All(Regex.Matches(declared, @"(?m)^  ([\w-]+):$").Select(m => m.Groups[1].Value), volume => Assert.Contains(volume, mounts.Select(m => m.Volume)));
    }

    [Fact]
    public void Services_depend_on_services_that_exist_and_every_node_has_a_health_check()
    {
        var services = Service().Matches(Compose[..Compose.LastIndexOf("\nvolumes:", StringComparison.Ordinal)]).Select(m => m.Groups[1].Value).ToArray();
        Assert.Equal(["introduce", "a", "b"], services);
        Assert.All(Regex.Matches(Compose, @"depends_on:\n\s+(\w+):").Select(m => m.Groups[1].Value), name => Assert.Contains(name, services));
        Assert.Equal(services.Length - 1, Regex.Matches(Compose, "healthcheck:").Count);
        Assert.All(Regex.Matches(Compose, @"ws://([a-z]\w*):").Select(m => m.Groups[1].Value), name => Assert.Contains(name, services));
    }

    [Fact]
    public void Settings_that_the_files_write_are_settings_of_a_node()
    {
        string[] keys = [.. Regex.Matches(Compose, @"\b(hhs\.[a-z.-]+) = ").Select(m => m.Groups[1].Value)];
        Assert.NotEmpty(keys);
        Assert.All(keys, key => Assert.True(HhsSettings.Reference.HasPath(key), key));
    }

    [GeneratedRegex(@"(?m)^COPY (?!--from)(?<from>.+) \S+$")]
    private static partial Regex CopyLine();

    [GeneratedRegex(@"(?m)^\s+- (?<volume>[a-z][\w-]*):(?<folder>/\w+)(:ro)?$")]
    private static partial Regex Mount();

    [GeneratedRegex(@"(?m)^  (\w+):$")]
    private static partial Regex Service();
}
