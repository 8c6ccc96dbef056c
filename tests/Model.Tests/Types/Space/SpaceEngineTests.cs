namespace Hhs.Model.Tests.Types.Space;

/// <summary>The engine says what the page says: at every few entries, in any order of delivery, at the frontier and at random versions.</summary>
public sealed class SpaceEngineTests
{
    [Theory]
    [MemberData(nameof(Batches))]
    public void The_engine_settles_as_the_oracle_does(int batch)
    {
        int first = batch * HistoriesEach, admitted = 0, refused = 0;
        for (int number = first; number < first + HistoriesEach; number++)
        {
            var (taken, left) = SpaceCampaign.Compare(number);
            (admitted, refused) = (admitted + taken, refused + left);
        }
        TestContext.Current.SendDiagnosticMessage($"seeds {first} to {first + HistoriesEach - 1}: {HistoriesEach} histories, {admitted} entries admitted and {refused} refused");
        Assert.True(admitted > HistoriesEach * 15 && refused > HistoriesEach / 2, $"{admitted} admitted and {refused} refused are too few");
    }

    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 20)];

    private const int HistoriesEach = 100;
}
