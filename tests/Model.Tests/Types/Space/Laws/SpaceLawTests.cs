using Hhs.Model.Types;

namespace Hhs.Model.Tests.Types.Space.Laws;

/// <summary>The laws over the histories that are compared with the oracle: capabilities, revokes, seals and equivocation, members that are folded.</summary>
public sealed class SpaceLawTests : SpaceLawContract
{
    private static readonly Lazy<SpaceLawHistory[]> All = new(() => [.. Enumerable.Range(20_000, 24).Select(Make)]);

    private protected override IReadOnlyList<SpaceLawHistory> Histories => All.Value;

    private static SpaceLawHistory Make(int seed)
    {
        var history = new SpaceHistories(seed, SpaceShape.Of(seed, 30));
        return new(history.ToString(), history.Writer.Id, TypeRegistry.BuiltIn, [.. history.Admitted]);
    }
}
