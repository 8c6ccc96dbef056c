namespace Hhs.Simulation.Tests.Gossip;

/// <summary>Who is connected with whom, as pairs of node numbers.</summary>
internal static class Topology
{
    /// <summary>A connected random graph: half as many rings through all nodes as there are links a node, each in random order.</summary>
    public static List<(int One, int Other)> Random(int seed, int nodes, int degree)
    {
        var random = new Random(seed);
        int[] ring = [.. Enumerable.Range(0, nodes)];
        var links = new HashSet<(int, int)>();
        for (int rings = degree / 2; rings > 0; rings--)
        {
            random.Shuffle(ring);
            for (int i = 0; i < nodes; i++) links.Add(Pair(ring[i], ring[(i + 1) % nodes]));
        }
        return [.. links.Order()];
    }

    /// <summary>Node 0 in the middle.</summary>
    public static List<(int One, int Other)> Star(int nodes) => [.. Enumerable.Range(1, nodes - 1).Select(i => (0, i))];

    /// <summary>Everybody with everybody.</summary>
    public static List<(int One, int Other)> Mesh(int nodes) => [.. Enumerable.Range(0, nodes).SelectMany(i => Enumerable.Range(i + 1, nodes - i - 1).Select(j => (i, j)))];

    private static (int, int) Pair(int one, int other) => one < other ? (one, other) : (other, one);
}
