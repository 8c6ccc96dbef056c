namespace Hhs.Simulation.Tests.Fetching;

/// <summary>A log of 5,000 entries fetched from 1 to 8 sources of unequal speed, and with a bad one among them.</summary>
public static class FetchScenario
{
    /// <summary>Runs everything, and writes a table in Markdown.</summary>
    public static void Run(TextWriter to)
    {
        to.WriteLine("| sources | seconds | payloads received | charged to the bad one, to others |");
        to.WriteLine("|---|---|---|---|");
        foreach (int count in new[] { 1, 2, 4, 8 }) Line(to, $"{count}", Source.Unequal.Take(count));
        foreach (var kind in new[] { SourceKind.stalls, SourceKind.lies, SourceKind.trickles })
        {
            Line(to, $"3 honest, and one that {kind}", [.. Source.Unequal.Take(3), new(300, 10, kind)]);
        }
        Line(to, "1 honest, and 3 that have half of it", [Source.Unequal[0], .. Source.Unequal.Skip(1).Take(3).Select(s => s with { Share = 0.5 })]);
    }

    private static void Line(TextWriter to, string name, IEnumerable<Source> sources)
    {
        var run = new FetchRun(1, 5_000, sources);
        var seconds = run.Fetch();
        var bad = run.Sources.Where(s => s is BadSource).Sum(run.ChargeOf);
        var honest = run.Sources.Where(s => s is not BadSource).Sum(run.ChargeOf);
        to.WriteLine(FormattableString.Invariant(
            $"| {name} | {seconds?.ToString("F1", null) ?? "more than 300"} | {run.Payloads} ({string.Join(", ", run.Sources.Select(s => run.PayloadsOf(s.Name)))}) | {bad}, {honest} |"));
    }
}
