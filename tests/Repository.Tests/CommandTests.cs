using System.Text.RegularExpressions;

namespace Hhs.Repository.Tests;

/// <summary>Commands and options that documents, container files and messages tell people to type are there.</summary>
public sealed partial class CommandTests
{
    private static readonly string Sources = string.Concat(Repository.Sources("src/Node").Select(Repository.Read));
    private static readonly HashSet<string> Commands = [.. Command().Matches(Sources).Select(m => m.Groups[1].Value)];
    private static readonly HashSet<string> Options = [.. Option().Matches(Sources).Select(m => m.Groups[1].Value), "--help", "--version"];

    [Fact]
    public void Every_command_that_is_told_exists()
    {
        var told = Texts().SelectMany(file => Call().Matches(Repository.Read(file)).Select(m => (File: file, Command: m.Groups["command"].Value)))
            .Concat(ContainerCalls().Select(call => (File: "docker-compose.yml, Dockerfile", Command: call[0]))).ToArray();
        Assert.True(told.Length > 10, "commands are told in more places than these");
        Assert.Equal([], told.Where(t => !Commands.Contains(t.Command)).Select(t => $"{t.File}: {t.Command}"));
    }

    [Fact]
    public void Every_option_that_is_told_exists()
    {
        var told = Texts().SelectMany(file => Call().Matches(Repository.Read(file)).SelectMany(m => OptionName().Matches(m.Groups["rest"].Value).Select(o => (File: file, Option: o.Value))))
            .Concat(ContainerCalls().SelectMany(call => call.Where(word => word.StartsWith("--", StringComparison.Ordinal)).Select(word => (File: "docker-compose.yml, Dockerfile", Option: word)))).ToArray();
        Assert.True(told.Length > 10, "options are told in more places than these");
        Assert.Equal([], told.Where(t => !Options.Contains(t.Option)).Select(t => $"{t.File}: {t.Option}"));
    }

    [Fact]
    public void What_the_containers_read_from_the_output_is_written_to_it() => Assert.Contains("[\"keyId\"] = ", Sources, StringComparison.Ordinal);

    private static IEnumerable<string> Texts() => Repository.Files.Where(f =>
        f.EndsWith(".md", StringComparison.Ordinal) || f.EndsWith(".conf", StringComparison.Ordinal) || f is "docker-compose.yml" || (f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal)));

    // CMD ["serve", ...] and command: ["serve", ...].
    private static IEnumerable<string[]> ContainerCalls() =>
        Arguments().Matches(Repository.Read("Dockerfile") + Repository.Read("docker-compose.yml"))
            .Select(m => m.Groups["words"].Value.Split(',').Select(word => word.Trim().Trim('"')).ToArray());

    [GeneratedRegex(@"(?:new Command|WriteCommand\.Make)\(""([a-z][a-z-]*)""")]
    private static partial Regex Command();

    [GeneratedRegex(@"new(?: Option<[^>]*>)?\(""(--[a-z-]+)""")]
    private static partial Regex Option();

    // At the start of a line, in backticks or quotes, after dotnet run, and in a container.
    [GeneratedRegex(@"(?:(?:^|[`'(])hhs |run --project src/Node -- |docker compose (?:run --rm|exec) [a-z]+ (?:hhs )?)(?<command>[a-z][a-z-]*)(?<rest>[^\n`'#;&]*)", RegexOptions.Multiline)]
    private static partial Regex Call();

    [GeneratedRegex(@"(?<=\s)--[a-z][a-z-]*")]
    private static partial Regex OptionName();

    [GeneratedRegex(@"(?:CMD|\bcommand:) \[(?<words>[^\]]*)\]")]
    private static partial Regex Arguments();
}
