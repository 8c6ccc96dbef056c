using System.Reflection;

namespace Hhs.Repository.Tests;

/// <summary>The public surface of each library is a file that a reviewer reads: it changes on purpose or not at all.</summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Libraries => ["Hhs.Model", "Hhs.Protocols", "Hhs.Actors"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_public_surface_is_the_approved_one(string library)
    {
        string approved = Repository.At($"tests/Repository.Tests/Approved/{library}.txt");
        string[] now = [.. PublicApi.Of(Assembly.Load(library))];
        if (Environment.GetEnvironmentVariable("HHS_APPROVE") == "1") File.WriteAllText(approved, string.Join('\n', now) + "\n");

        string[] before = File.Exists(approved) ? File.ReadAllLines(approved) : [];
        var gone = before.Except(now).Select(line => "- " + line);
        var came = now.Except(before).Select(line => "+ " + line);
        Assert.True(before.SequenceEqual(now),
            $"The public surface of {library} has changed:\n{string.Join('\n', gone.Concat(came))}\n"
            + "If that is meant, approve it and commit the file:\n  HHS_APPROVE=1 dotnet test tests/Repository.Tests");
    }
}
