using Hhs.Actors.Mesh;
using Hhs.Actors.Settings;

namespace Hhs.Actors.Tests.Mesh;

public sealed class DiallingsTests
{
    [Fact]
    public void Pauses_double_from_the_least_to_the_most_and_a_quarter_of_each_is_random()
    {
        var diallings = new Diallings(SystemRandom.Instance, redialMin: TimeSpan.FromSeconds(1), redialMax: TimeSpan.FromSeconds(10));
        foreach (var (failures, whole) in new[] { (0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (6, 10), (10_000, 10) })
        {
            for (int i = 0; i < 100; i++) Assert.InRange(diallings.Backoff(failures).TotalSeconds, whole * 0.75, whole);
        }
    }
}
