using System.Text.RegularExpressions;
using Hhs.Actors.Settings;
using Hhs.Actors.Telemetry;

namespace Hhs.Repository.Tests;

/// <summary>What the documents say about the repository is so.</summary>
public sealed partial class DocumentTests
{
    [Theory]
    [InlineData("README.md", 3)]
    [InlineData("docs/custom-type.md", 11)]
    public void Every_line_of_a_sample_stands_in_the_test_that_runs_it(string document, int count)
    {
        var samples = Sample().Matches(Repository.Read(document));
        Assert.Equal(count, samples.Count);
        foreach (Match sample in samples)
        {
            var tested = File.ReadLines(Repository.At(sample.Groups["file"].Value)).Select(Bare).ToHashSet(StringComparer.Ordinal);
            Assert.DoesNotContain(sample.Groups["code"].Value.Split('\n').Select(Bare), line => line.Length > 0 && !tested.Contains(line));
        }
    }

    [Fact]
    public void The_type_of_the_tutorial_takes_fewer_than_150_lines()
    {
        int lines = ((string[])["PollType.cs", "PollMessages.cs"]).Sum(file => File.ReadLines(Repository.At($"tests/Actors.Tests/Samples/{file}")).Count());
        Assert.InRange(lines, 1, 149);
    }

    [Fact]
    public void Every_link_between_documents_leads_somewhere()
    {
        var broken = Markdown().SelectMany(file => Link().Matches(Repository.Read(file))
            .Select(match => match.Groups["to"].Value)
            .Where(to => !to.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Path.GetDirectoryName(Repository.At(file))!, to)))
            .Select(to => $"{file}: {to}"));
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_file_that_a_document_names_exists()
    {
        var gone = Markdown().SelectMany(file => NamedFile().Matches(Repository.Read(file))
            .Select(match => match.Groups["path"].Value)
            .Where(path => !Path.Exists(Repository.At(path)))
            .Select(path => $"{file}: {path}"));
        Assert.Empty(gone);
    }

    [Fact]
    public void Every_setting_that_a_document_names_exists()
    {
        var unknown = Markdown().SelectMany(file => Setting().Matches(Repository.Read(file))
            .Select(match => match.Groups["key"].Value)
            .Where(key => !HhsSettings.Reference.HasPath(key) && !HhsSettings.Reference.HasPath("hhs." + key))
            .Select(key => $"{file}: {key}"));
        Assert.Empty(unknown);
    }

    [Fact]
    public void The_metrics_that_are_documented_are_the_metrics_that_there_are()
    {
        var made = Repository.Sources("src").SelectMany(file => Instrument().Matches(Repository.Read(file))).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal);
        var documented = Regex.Matches(Repository.Read("docs/operations.md"), @"(?m)^\| `(hhs\.[a-z._]+)` \|").Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal);
        Assert.Equal(made, documented);
        Assert.Contains($"`{HhsMeter.Name}`", Repository.Read("docs/operations.md"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Markdown() => Repository.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal));

    // A document shows code at its own indent, and a method of the sample as a local function.
    private static string Bare(string line) => line.Trim().Replace("private static", "static", StringComparison.Ordinal);

    [GeneratedRegex(@"<!-- sample: (?<file>\S+) -->\n```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"\]\((?<to>[^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<path>(src|tests|docs|hocon|bench|build)/[\w./-]*[\w/])`")]
    private static partial Regex NamedFile();

    [GeneratedRegex(@"`(?<key>(hhs\.)?(journal|objects|transport|mesh|sync)\.[a-z]+(-[a-z]+)+)( = \w+)?`")]
    private static partial Regex Setting();

    [GeneratedRegex(@"Create(?:Counter|UpDownCounter|Histogram|ObservableGauge|Gauge)<\w+>\(\s*""([^""]+)""")]
    private static partial Regex Instrument();
}
