using Hhs.Actors.Journal;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Node.Demo.Clusters;

/// <summary>Judges the cluster's logs, as they are in its database.</summary>
internal static class ClusterLogs
{
    /// <summary>Reads every log.</summary>
    /// <param name="journal">The database.</param>
    /// <param name="ids">The objects.</param>
    /// <param name="ofPeers">Every entry that a peer wrote. All others, but the first of each log, were written by nodes of the cluster, acknowledged or not.</param>
    /// <param name="ofCluster">Every entry that a node of the cluster acknowledged.</param>
    public static ClusterLogsVerdict Check(IJournal journal, IReadOnlyList<string> ids, ICollection<string> ofPeers, ICollection<string> ofCluster)
    {
        var peers = ofPeers.Select(e => ContentHash.Parse(e)).ToHashSet();
        var all = new HashSet<ContentHash>();
        var logs = new Dictionary<string, SurveyedObject>(StringComparer.Ordinal);
        int forks = 0, written = 0;
        foreach (string id in ids)
        {
            Header[] log = [.. journal.ReadIndex(ContentHash.Parse(id)).Select(e => e.Header)];
            var (line, byCluster) = Line(log, peers);
            forks += line;
            written += byCluster;
            all.UnionWith(log.Select(e => e.Hash));
            var frontier = Position.Of([.. log.Select(e => e.Hash).Except(log.SelectMany(e => e.PrevEntryHashes))]);
            logs[id] = new(id, log.Length, FrontierHash(frontier));
        }
        return new(logs, peers.Count(e => !all.Contains(e)), ofCluster.Count(e => !all.Contains(ContentHash.Parse(e))), forks, written, journal.Quarantine.Count);
    }

    /// <summary>How the objects stand, as each commit says it; one whose frontier is too wide for that is left out.</summary>
    public static IReadOnlyDictionary<string, string> Frontiers(IJournal journal) =>
        journal.Objects.Where(o => o.Frontier is not null).ToDictionary(o => o.ObjectId.ToString(), o => FrontierHash(o.Frontier!), StringComparer.Ordinal);

    /// <summary>Whether the cluster's own entries form one line: each builds, directly or not, on all that the cluster wrote before it.</summary>
    /// <remarks>
    /// A node that took an object up writes upon all that nodes before it wrote and acknowledged. Two that both believed to have it
    /// would write past each other: entries neither of which is in the history of the other. In arrival order, which is a
    /// topological order, it is enough that each has its predecessor of the cluster in its history: the rest follows by induction.
    /// </remarks>
    /// <returns>The number of entries at which the line forks, and how many the cluster wrote.</returns>
    internal static (int Forks, int Written) Line(IReadOnlyList<Header> log, IReadOnlySet<ContentHash> peers)
    {
        // Of each entry: how many of the cluster's, counted in arrival order without a gap, are in its history, itself included.
        var reach = new Dictionary<ContentHash, int>();
        int forks = 0, written = 0;
        foreach (var entry in log)
        {
            int below = entry.PrevEntryHashes.Select(p => reach.GetValueOrDefault(p)).DefaultIfEmpty().Max();
            bool isOurs = entry.PrevEntryHashes.Count > 0 && !peers.Contains(entry.Hash);
            if (isOurs && below < written++) forks++;
            reach[entry.Hash] = isOurs ? written : below;
        }
        return (forks, written);
    }

    private static string FrontierHash(Position frontier) => CanonicalJson.Hash(frontier.ToLiteral()).ToString();
}

/// <summary>What the logs say.</summary>
/// <param name="Logs">Of each object: its entries, and the hash over its frontier.</param>
/// <param name="LostOfPeers">Entries that a peer has, and the cluster has not.</param>
/// <param name="LostOfCluster">Entries that a node of the cluster acknowledged, and that are not in its logs.</param>
/// <param name="Forks">Entries of the cluster that do not build on what it wrote before.</param>
/// <param name="Written">Entries that the cluster wrote, acknowledged or not.</param>
/// <param name="Damaged">Records in quarantine.</param>
internal sealed record ClusterLogsVerdict(IReadOnlyDictionary<string, SurveyedObject> Logs, int LostOfPeers, int LostOfCluster, int Forks, int Written, int Damaged);
