using System.Diagnostics;
using Hhs.Model.Tests.Types.Space;

namespace Hhs.Bench;

/// <summary>Spaces settled by the engine and by the oracle of its tests, over more histories than the tests have time for.</summary>
internal static class HistoriesScenario
{
    /// <summary>Runs histories until all are done or one is settled differently.</summary>
    /// <param name="output">Takes a line of progress every thousand, and the disagreement with its seed.</param>
    /// <param name="count">How many histories.</param>
    /// <param name="first">The first seed; the others follow.</param>
    /// <returns>The exit code: 0 if they agree on all, else 1.</returns>
    public static int Run(TextWriter output, int count, int first)
    {
        output.WriteLine($"seeds {first} to {first + count - 1}");
        var (admitted, refused) = (0L, 0L);
        for (int done = 0; done < count; done++)
        {
            try
            {
                var (taken, left) = SpaceCampaign.Compare(first + done);
                (admitted, refused) = (admitted + taken, refused + left);
            }
            catch (SpaceDisagreement disagreement)
            {
                output.WriteLine($"seed {first + done}: {disagreement.Message}");
                return 1;
            }
            if ((done + 1) % 1000 != 0 && done + 1 != count) continue;
            double seconds = Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;
            output.WriteLine($"{done + 1:N0} histories agree: {admitted:N0} entries admitted, {refused:N0} refused, {seconds:0} s of processor time");
        }
        return 0;
    }
}
