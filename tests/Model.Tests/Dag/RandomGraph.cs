using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Model.Tests.Dag;

/// <summary>A log and its naive twin, grown from one seed.</summary>
internal sealed class RandomGraph
{
    private static readonly string[] TagNames = ["elmts", "barrier", "ref"];
    private readonly Random _random;
    private readonly Shape _shape;

    public RandomGraph(int seed)
    {
        _random = new Random(seed);
        _shape = (Shape)_random.Next(7);
        int count = 1 + _random.Next(_random.Next(4) == 0 ? 120 : 24);
        while (Log.Count < count) Grow();
    }

    public DagLog Log { get; } = new();

    public NaiveGraph Naive { get; } = new();

    public List<Tag[]> Tags { get; } = [];

    /// <summary>Any entries at all: repeated, not minimal, or none.</summary>
    public int[] Position() => [.. Enumerable.Range(0, _random.Next(5)).Select(_ => Entry())];

    public int Entry() => _random.Next(Log.Count);

    public bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    public TagFilter Filter() => _random.Next(6) switch
    {
        0 => TagFilter.Any,
        1 => TagFilter.OfKeys("barrier"),
        2 => TagFilter.Of(AnyTag(), AnyTag()),
        3 => TagFilter.Of(AnyTag()).WithKey(TagNames[_random.Next(3)]),
        _ => TagFilter.Of(AnyTag()),
    };

    public Func<int, bool> Predicate()
    {
        int salt = _random.Next(), oneIn = 1 + _random.Next(4);
        return entry => oneIn == 1 || ((entry * 7919) ^ salt) % oneIn != 0;
    }

    private Tag AnyTag()
    {
        string name = TagNames[_random.Next(3)];
        int value = _random.Next(4);
        return value == 3 ? new Tag(name, ContentHash.Of([1, 2, 3])) : new Tag(name, $"v{value}");
    }

    private void Grow()
    {
        var frontier = Log.FrontierVersion.Tips.ToArray();
        int[] prev = Log.Count == 0 || Chance(60) ? [] : _shape switch
        {
            Shape.Linear => frontier,
            Shape.Wide => [Recent(3)],
            Shape.Branches => Chance(8) ? frontier : [frontier[_random.Next(frontier.Length)]],
            Shape.ForkAndJoin => Chance(2) ? frontier : [Log.Count - 1],
            Shape.Star => Chance(10) ? [.. frontier.Take(1 + _random.Next(30))] : [_random.Next(Math.Min(3, Log.Count))],
            Shape.Merges => Naive.MinimalCover(Enumerable.Range(0, 1 + _random.Next(4)).Select(_ => Recent(12))),
            _ => [.. Enumerable.Range(0, 1 + _random.Next(4)).Select(_ => Entry()).Distinct()],   // not minimal
        };
        if (_shape == Shape.Branches && Log.Count > 0 && Chance(4)) prev = [Entry()];
        Tag[] tags = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => AnyTag())];
        var payload = ContentHash.Of(BitConverter.GetBytes(_random.NextInt64()));
        var header = new Header(payload, Position(prev));
        Assert.Equal(Log.Count, Log.Append(header, tags));
        Naive.Append(header.Hash, prev, tags);
        Tags.Add(tags);
    }

    private Position Position(int[] entries) => Hhs.Model.Dag.Position.Of([.. entries.Select(Log.HashOf)]);

    private int Recent(int window) => Math.Max(0, Log.Count - 1 - _random.Next(window));

    private enum Shape { Linear, Wide, Branches, ForkAndJoin, Star, Merges, Anything }
}
