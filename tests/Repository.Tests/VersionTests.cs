using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Hhs.Repository.Tests;

/// <summary>A build today and a build next year use the same packages.</summary>
public sealed partial class VersionTests
{
    private static readonly XElement[] Versions = [.. XDocument.Load(Repository.At("Directory.Packages.props")).Descendants("PackageVersion")];

    [Fact]
    public void Every_package_version_is_exact()
    {
        Assert.NotEmpty(Versions);
        Assert.All(Versions, v => Assert.Matches(Exact(), (string?)v.Attribute("Version")));
    }

    [Fact]
    public void No_package_has_two_versions()
    {
        var twice = Versions.GroupBy(v => (string?)v.Attribute("Include")).Where(g => g.Count() > 1).Select(g => g.Key);
        Assert.Empty(twice);
    }

    [Fact]
    public void Versions_are_written_in_the_one_central_place()
    {
        var elsewhere = Projects().SelectMany(file => XDocument.Load(Repository.At(file)).Descendants("PackageReference")
            .Where(r => r.Attribute("Version") is not null || r.Attribute("VersionOverride") is not null)
            .Select(r => $"{file}: {(string?)r.Attribute("Include")}"));
        Assert.Empty(elsewhere);
    }

    [Fact]
    public void Every_package_that_is_used_has_a_version()
    {
        var known = Versions.Select(v => (string?)v.Attribute("Include")).ToHashSet();
        var unknown = Projects().SelectMany(file => XDocument.Load(Repository.At(file)).Descendants("PackageReference")
            .Where(r => !known.Contains((string?)r.Attribute("Include")))
            .Select(r => $"{file}: {(string?)r.Attribute("Include")}"));
        Assert.Empty(unknown);
    }

    [Fact]
    public void The_Akka_binary_is_pinned_by_version_and_by_hash()
    {
        string targets = Repository.Read("build/Akka.targets");
        Assert.Matches(@"<NeoExpressVersion>\d+\.\d+\.\d+</NeoExpressVersion>", targets);
        Assert.Matches("<AkkaDllSha256>[0-9a-f]{64}</AkkaDllSha256>", targets);
    }

    [Fact]
    public void The_sdk_is_pinned() => Assert.Matches("\"version\": \"10\\.0\\.\\d+\"", Repository.Read("global.json"));

    private static IEnumerable<string> Projects() =>
        Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) || f.EndsWith(".targets", StringComparison.Ordinal));

    [GeneratedRegex(@"^\d+(\.\d+){1,3}(-[A-Za-z][\w.-]*)?$")]
    private static partial Regex Exact();
}
