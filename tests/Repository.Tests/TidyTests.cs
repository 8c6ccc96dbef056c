using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Hhs.Repository.Tests;

/// <summary>The rules of the house that no compiler checks.</summary>
public sealed partial class TidyTests
{
    [Theory]
    [InlineData("src/Model")]
    [InlineData("src/Protocols")]
    public void The_pure_layers_name_no_clock_randomness_thread_or_input_output(string layer)
    {
        var found = Repository.Sources(layer).SelectMany(file => Repository.Code(file)
            .Where(line => Impure().IsMatch(line.Text))
            .Select(line => $"{file}:{line.Number}: {line.Text.Trim()}"));
        NoneOf(found, $"{layer} is pure: time and randomness come in as arguments, timers and messages go out as effects");
    }

    [Theory]
    [InlineData("using System.Net.Sockets;")]
    [InlineData("var now = DateTimeOffset.UtcNow;")]
    [InlineData("public async Task<int> Read()")]
    [InlineData("var random = new Random(1);")]
    [InlineData("File.ReadAllBytes(path)")]
    public void The_rule_of_purity_finds_what_it_forbids(string line) => Assert.Matches(Impure(), line);

    [Theory]
    [InlineData("effects.Add(new SyncEffect.ArmTimer(timer, after));")]
    [InlineData("TimeSpan now = input.Now;")]
    [InlineData("IRandomSource random")]
    public void The_rule_of_purity_lets_the_injected_ones_pass(string line) => Assert.DoesNotMatch(Impure(), line);

    [Fact]
    public void Tests_wait_for_what_happens_and_not_for_a_time()
    {
        // The helper that looks again and again until something has happened needs a pause; nobody else does.
        var found = Repository.Sources("tests").Where(file => Path.GetFileName(file) != "Eventually.cs").SelectMany(file => Repository.Code(file)
            .Where(line => Sleep().IsMatch(line.Text))
            .Select(line => $"{file}:{line.Number}: {line.Text.Trim()}"));
        NoneOf(found, "a test that sleeps is slow on a fast machine and fails on a slow one");
    }

    [Fact]
    public void No_file_is_longer_than_a_reader_can_hold()
    {
        var found = Code().Select(file => (File: file, Lines: File.ReadLines(Repository.At(file)).Count()))
            .Where(file => file.Lines > LinesMax)
            .Select(file => $"{file.File}: {file.Lines} lines");
        NoneOf(found, $"more than {LinesMax} lines: split it by idea");
    }

    [Fact]
    public void Nothing_is_left_for_later_in_the_code()
    {
        var found = Code().SelectMany(file => File.ReadLines(Repository.At(file))
            .Select((text, index) => (text, index))
            .Where(line => Unfinished().IsMatch(line.text))
            .Select(line => $"{file}:{line.index + 1}: {line.text.Trim()}"));
        NoneOf(found, "finish it, or file an issue");
    }

    [Fact]
    public void Every_silenced_warning_has_its_reason_beside_it()
    {
        var pragmas = Code().SelectMany(file => File.ReadLines(Repository.At(file))
            .Select((text, index) => (text, index))
            .Where(line => line.text.TrimStart().StartsWith(PragmaDisable, StringComparison.Ordinal) && !line.text.Contains("//", StringComparison.Ordinal))
            .Select(line => $"{file}:{line.index + 1}: {line.text.Trim()}"));
        var switches = BuildFiles().SelectMany(file => NoWarnWithoutComment(file).Select(text => $"{file}: {text}"));
        NoneOf(pragmas.Concat(switches), "say why, as a comment on the line of the pragma or on the line above the <NoWarn>");
    }

    [Fact]
    public void Every_address_in_a_file_is_one_that_we_mean_to_name()
    {
        var found = Texts().SelectMany(file => Url().Matches(Repository.Read(file))
            .Where(match => !IsKnown(file, match.Groups["host"].Value))
            .Select(match => $"{file}: {match.Value}"));
        NoneOf(found, "a host that is not on the list of this test; packages come from whatever feed the machine has, so none is named");
    }

    [Fact]
    public void No_file_names_a_folder_of_somebodys_machine()
    {
        var found = Texts().SelectMany(file => MachinePath().Matches(Repository.Read(file)).Select(match => $"{file}: {match.Value}"));
        NoneOf(found, "write it relative to the repository, or under a neutral name such as /data");
    }

    [Fact]
    public void References_between_projects_only_point_down()
    {
        var found = new List<string>();
        foreach (var (project, allowed) in Layers)
        {
            var references = XDocument.Load(Repository.At($"src/{project}/{(project == "Node" ? "Hhs.Node" : "Hhs." + project)}.csproj"))
                .Descendants("ProjectReference").Select(r => ((string)r.Attribute("Include")!).Replace('\\', '/').Split('/')[1]);
            found.AddRange(references.Except(allowed).Select(extra => $"src/{project} refers to {extra}"));
        }
        NoneOf(found, "Model knows nobody, Protocols knows Model, Actors knows both, Cluster knows Actors, Node knows them all");
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = Repository.Read("Hhs.Actors.sln").Replace('\\', '/');
        NoneOf(Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains(f, StringComparison.Ordinal) && !BuiltApart.Contains(f)),
            "dotnet build and dotnet test at the root would pass it by: dotnet sln add");
    }

    [Theory]
    [InlineData("Model")]
    [InlineData("Protocols")]
    [InlineData("Actors")]
    public void Every_folder_of_sources_has_its_folder_of_tests(string project)
    {
        string prefix = $"src/{project}/";
        var folders = Repository.Sources($"src/{project}")
            .Select(f => Path.GetDirectoryName(f)!.Replace('\\', '/')[(prefix.Length - 1)..].TrimStart('/'))
            .Where(folder => folder.Length > 0).Distinct();
        var found = new List<string>();
        foreach (string folder in folders)
        {
            string tests = CoveredElsewhere.GetValueOrDefault($"{project}/{folder}", $"tests/{project}.Tests/{folder}");
            if (!Repository.Sources(tests).Any()) found.Add($"src/{project}/{folder}: no tests in {tests}");
        }
        NoneOf(found, "tests mirror the sources, folder for folder");
    }

    private static IEnumerable<string> NoWarnWithoutComment(string file)
    {
        string[] lines = File.ReadAllLines(Repository.At(file));
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].Contains("<NoWarn", StringComparison.Ordinal) && !lines[i].Contains("<WarningsNotAsErrors", StringComparison.Ordinal)) continue;
            if (i == 0 || !lines[i - 1].Contains("-->", StringComparison.Ordinal)) yield return lines[i].Trim();
        }
    }

    private static IEnumerable<string> Code() => Repository.Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal));

    private static IEnumerable<string> BuildFiles() =>
        Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) || f.EndsWith(".props", StringComparison.Ordinal) || f.EndsWith(".targets", StringComparison.Ordinal));

    // Vectors and crashers are data from elsewhere: what they say is not ours.
    private static IEnumerable<string> Texts() => Repository.Files.Where(f =>
        !(f.StartsWith("tests/Vectors/", StringComparison.Ordinal) || f.StartsWith("tests/Crashers/", StringComparison.Ordinal)) && TextEndings.Contains(Path.GetExtension(f)));

    private static bool IsKnown(string file, string host) =>
        Hosts.Contains(host) || host.EndsWith(".example", StringComparison.Ordinal)
        || (file.StartsWith("tests/", StringComparison.Ordinal) && (!host.Contains('.', StringComparison.Ordinal) || PrivateAddress().IsMatch(host)));

    private static void NoneOf(IEnumerable<string> found, string rule)
    {
        string[] all = [.. found];
        Assert.True(all.Length == 0, $"{rule}:\n{string.Join('\n', all)}");
    }

    private static readonly (string Project, string[] Allowed)[] Layers =
    [
        ("Model", []),
        ("Protocols", ["Model"]),
        ("Actors", ["Model", "Protocols"]),
        ("Node", ["Model", "Protocols", "Actors", "Cluster"]),
        ("Cluster", ["Actors"]),
    ];

    // What takes Akka's own packages, which not every feed has: .ci/run builds and tests it where they restore.
    private static readonly HashSet<string> BuiltApart = new(StringComparer.Ordinal) { "src/Cluster/Hhs.Cluster.csproj", "tests/Cluster.Tests/Hhs.Cluster.Tests.csproj" };

    // Folders whose code is tested through another's tests, with the reason.
    private static readonly Dictionary<string, string> CoveredElsewhere = new(StringComparer.Ordinal)
    {
        ["Model/Identity/Providers"] = "tests/Model.Tests/Identity",      // every provider against the same vectors
        ["Model/Types/Set"] = "tests/Model.Tests/Types",                  // one folder of vector suites for all types
        ["Protocols/Sync"] = "tests/Simulation.Tests",                    // a machine for two sides is tested as a swarm
        ["Actors/Gossip"] = "tests/Actors.Tests/Node",                    // carries out what Protocols/Sync decides
        ["Actors/Objects"] = "tests/Actors.Tests/Node",                   // seen through the facade
        ["Actors/Mesh"] = "tests/Actors.Tests/Hostile",                   // what peers can do to it
        ["Actors/Transport"] = "tests/Actors.Tests/Hostile",              // down to raw sockets
        ["Actors/Telemetry"] = "tests/Actors.Tests/Journal",              // instruments only; what counts is tested where it happens
        ["Actors/Settings"] = "tests/Repository.Tests",                   // ReferenceConfTests
    };

    // Hosts that documents may name: this machine, all addresses of a container, and the sources of facts.
    private static readonly HashSet<string> Hosts = new(StringComparer.OrdinalIgnoreCase)
    {
        "127.0.0.1", "192.0.2.7", "0.0.0.0", "localhost", "host", "h", "a", "b", "one", "two", "three", "tracker", "github.com", "zips.z.cash", "www.rfc-editor.org",
    };

    private static readonly HashSet<string> TextEndings = new(StringComparer.Ordinal)
    {
        ".cs", ".csproj", ".props", ".targets", ".md", ".conf", ".yml", ".json", ".txt", ".sh", ".sln", "", ".editorconfig", ".gitignore", ".dockerignore",
    };

    // Put together so that this file does not break its own rules.
    private const string PragmaDisable = "#pragma " + "warning disable";
    private const int LinesMax = 600;

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset)\.(Utc)?Now\b|\bRandom\.Shared\b|\bnew Random\(|\bGuid\.NewGuid\b|\bRandomNumberGenerator\b|\bStopwatch\b|\bTask\b|\bValueTask\b|\basync\b|\bawait\b|\bThread\b|\bSystem\.Net\b|\bSystem\.IO\b|\b(File|Directory)\.|\bFileStream\b|\bSocket\b|\bConsole\b|\bAkka\b")]
    private static partial Regex Impure();

    [GeneratedRegex(@"\bThread\.Sleep\(|\bTask\.Delay\(\s*[\d(]|\bTask\.Delay\(\s*TimeSpan\.")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"\bTO" + @"DO\b|\bFIX" + @"ME\b|\bHA" + @"CK\b|NotImplemented" + @"Exception")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\b(https?|wss?|ftp)://(?<host>[A-Za-z0-9._-]+)")]
    private static partial Regex Url();

    [GeneratedRegex(@"(?<![\w.$}])/(root|work|home/\w+|Users/\w+)/|[A-Z]:\\Users\\")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"^(10|127|192\.168|172\.(1[6-9]|2\d|3[01]))\.")]
    private static partial Regex PrivateAddress();
}
