namespace Hhs.Model.Tests.Types.Space;

/// <summary>The engine beside the oracle over as many histories as are wanted: all kinds, mostly short, some long, by number.</summary>
internal static class SpaceCampaign
{
    /// <summary>Compares one history, at its end and at some versions on the way.</summary>
    /// <param name="number">Its number, which is its seed and that of the order of delivery.</param>
    /// <returns>How many entries were admitted, and how many were refused.</returns>
    /// <exception cref="SpaceDisagreement">They say different things, or one of them fails; the message has the seed.</exception>
    public static (int Admitted, int Refused) Compare(int number)
    {
        int length = LengthOf(number);
        try
        {
            var history = new SpaceHistories(number, SpaceShape.Of(number, length));
            SpaceDifferential.Compare(history, h => new SpaceEngine(h.Writer.Id), delivery: number, every: Math.Max(8, length / 4));
            int admitted = history.Admitted.Count();
            return (admitted, history.Offers.Count - admitted);
        }
        catch (Exception failure) when (failure is not SpaceDisagreement)
        {
            throw new SpaceDisagreement($"seed {number}, {SpaceShape.Of(number, length)}: {failure}");
        }
    }

    /// <summary>10 to 40 entries, the fewer the more often; of forty one 100 to 200, of four hundred one 500.</summary>
    public static int LengthOf(int number)
    {
        var random = new Random(number);
        return number % 400 == 399 ? 500 : number % 40 == 17 ? random.Next(100, 201) : 10 + Math.Min(random.Next(31), random.Next(31));
    }
}
