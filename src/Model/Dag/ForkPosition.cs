namespace Hhs.Model.Dag;

/// <summary>Where two versions part.</summary>
/// <remarks>Lists hold entry numbers in ordinal order of the hashes. Source: wire.md section 1, fork position.</remarks>
/// <param name="CommonFrontier">Minimal cover of the common history.</param>
/// <param name="Common">Predecessors in the common history of the entries of both forks.</param>
/// <param name="ForkA">Entries of A's history only, without predecessors or with one in the common history.</param>
/// <param name="ForkB">Entries of B's history only, without predecessors or with one in the common history.</param>
public sealed record ForkPosition(
    DagVersion CommonFrontier, IReadOnlyList<int> Common, IReadOnlyList<int> ForkA, IReadOnlyList<int> ForkB);
