namespace Hhs.Node.Demo.Clusters;

/// <summary>How the demo ended.</summary>
/// <param name="Logs">What the cluster's logs say.</param>
/// <param name="Differing">Objects that are not the same at every peer and in the cluster.</param>
/// <param name="OfPeers">Writes that are durable at a peer.</param>
/// <param name="OfCluster">Writes that a node of the cluster acknowledged.</param>
/// <param name="Exit">How the drained node ended.</param>
internal sealed record ClusterVerdict(ClusterLogsVerdict Logs, int Differing, int OfPeers, int OfCluster, NodeExit Exit)
{
    public bool Good => Failures.Count == 0;

    public string Text => Good
        ? $"none of {OfPeers} writes at peers and {OfCluster} acknowledged by the cluster is lost; no log of {Logs.Logs.Count} forks; all peers and the cluster agree"
        : string.Join("; ", Failures);

    private IReadOnlyList<string> Failures => [.. Counts, .. Exit.Code == ExitCode.Ok ? (string[])[] : [$"the node that was asked to leave ended with {Exit.Code} after {Exit.Took.TotalSeconds:0.0} s: {Exit.Errors}"]];

    private IEnumerable<string> Counts => new (int Count, string What)[]
    {
        (Logs.LostOfPeers, "writes of peers are LOST"), (Logs.LostOfCluster, "writes that the cluster acknowledged are LOST"), (Logs.Forks, "entries FORK a log"),
        (Differing, "objects DIFFER"), (Logs.Damaged, "records are DAMAGED"),
    }.Where(f => f.Count != 0).Select(f => $"{f.Count} {f.What}");
}
