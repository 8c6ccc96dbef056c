using System.Text.RegularExpressions;

namespace Hhs.Repository.Tests;

/// <summary>The files of this repository, as these tests read them.</summary>
internal static partial class Repository
{
    /// <summary>The folder of the solution file.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file or folder by its path from the root.</summary>
    public static string At(string path) => Path.Combine(Root, path);

    /// <summary>The text of a file by its path from the root.</summary>
    public static string Read(string path) => File.ReadAllText(At(path));

    /// <summary>Paths from the root of all files that belong to the repository: no build output, no tool's folder.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Select(FromRoot).Order(StringComparer.Ordinal)];

    /// <summary>The C# files under a folder.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Files.Where(f => f.StartsWith(folder + "/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>The lines of a C# file without comments, so that a rule about code does not trip over prose.</summary>
    public static IEnumerable<(int Number, string Text)> Code(string path) =>
        File.ReadLines(At(path)).Select((text, index) => (index + 1, Comment().Replace(text, "")));

    private static string FromRoot(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder)) yield return file;
        foreach (string inner in Directory.EnumerateDirectories(folder))
        {
            string name = Path.GetFileName(inner);
            bool ours = name is not ("artifacts" or "bin" or "obj" or "TestResults" or "BenchmarkDotNet.Artifacts" or "node_modules") && !name.EndsWith(".hhs-data", StringComparison.Ordinal) && (name[0] != '.' || name == ".ci");
            if (!ours) continue;
            foreach (string file in Walk(inner)) yield return file;
        }
    }

    // From the folder of the test's assembly, not the working folder: the tests may be run from anywhere.
    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Hhs.Actors.sln"))) return folder;
        throw new InvalidOperationException($"no Hhs.Actors.sln above {AppContext.BaseDirectory}");
    }

    [GeneratedRegex(@"(?<![:""])//.*$|^\s*\*.*$")]
    private static partial Regex Comment();
}
