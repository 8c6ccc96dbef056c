using Hhs.Model.Types.Capabilities;

namespace Hhs.Model.Tests.Types.Capabilities;

/// <summary>The engine against a literal reading of the rules, on random histories.</summary>
public sealed class CapabilityDifferentialTests
{
    private static readonly string[] KeyIds = [.. RandomCapabilities.People.Select(p => p.KeyId.ToString())];

    [Theory]
    [InlineData(false, 1500)]
    [InlineData(true, 1500)]
    public void Verdicts_and_views_are_those_of_a_literal_reading(bool isOurs, int histories)
    {
        int held = 0, differing = 0;
        for (int seed = 0; seed < histories; seed++)
        {
            try
            {
                var random = new Random(seed);
                var history = new RandomCapabilities(random, isOurs ? CapabilityType.Ours : CapabilityType.Original, 22);
                for (int i = 0; i < 12; i++)
                {
                    ulong at = history.Twin.RandomPosition(random), from = history.Twin.Naive.MinimalCover(at | history.Twin.RandomPosition(random));
                    held += CompareViews(history, at, from);
                    differing += history.Naive.Has(KeyIds[1], "mod", at, at) != history.Naive.Has(KeyIds[1], "mod", at, from) ? 1 : 0;
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }
        }
        // The histories are worth asking about: people do hold capabilities, and later versions do revise.
        Assert.True(held > histories * 10, $"{held} held");
        Assert.True(differing > histories / 20, $"{differing} revised");
    }

    private static int CompareViews(RandomCapabilities history, ulong at, ulong from)
    {
        var view = history.Object.View(history.Twin.Version(at), history.Twin.Version(from));
        int held = 0;
        foreach (string cap in RandomCapabilities.Caps)
        {
            Assert.Equal(history.Naive.SurvivingOrigins(cap, at, from).Select(o => history.Twin.Naive.Hashes[o]), view.SurvivingOrigins(cap));
            if (view.Exists(cap)) Assert.Equal(history.Naive.ManagedBy(cap, at, from).Order(), view.ManagedBy(cap).Order());
            foreach (string who in KeyIds)
            {
                bool expected = history.Naive.Has(who, cap, at, from);
                Assert.True(expected == view.HasCapability(who, cap), $"{who} {cap}: {expected}");
                if (expected) held++;
            }
        }
        return held;
    }
}
