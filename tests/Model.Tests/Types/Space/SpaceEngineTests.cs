namespace Hhs.Model.Tests.Types.Space;

/// <summary>The engine says what the page says: at every few entries, in any order of delivery, at the frontier and at random versions.</summary>
public sealed class SpaceEngineTests
{
    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_engine_settles_as_the_oracle_does(int seed)
    {
        for (int i = 0; i < HistoriesEach; i++)
        {
            int number = (seed * HistoriesEach) + i;
            var history = new SpaceHistories(number, SpaceShape.Of(number, number % 12 == 11 ? 90 : 20 + (number % 5 * 6)));
            SpaceDifferential.Compare(history, h => new SpaceEngine(h), delivery: number);
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 10)];

    private const int HistoriesEach = 6;
}
