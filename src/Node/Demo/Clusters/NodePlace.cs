using System.Net;
using System.Net.Sockets;

namespace Hhs.Node.Demo.Clusters;

/// <summary>Where a node of the demo's cluster is: the same over its lives, so that peers and the others find it again.</summary>
/// <param name="Folder">Its data folder.</param>
/// <param name="ClusterPort">For the other nodes.</param>
/// <param name="PeerPort">For peers.</param>
internal sealed record NodePlace(string Folder, int ClusterPort, int PeerPort)
{
    /// <summary>Places for so many nodes, on ports of 127.0.0.1 that nobody uses at present.</summary>
    public static IReadOnlyList<NodePlace> Choose(string folder, int count)
    {
        // All at once: a port that is free again may be given a second time.
        TcpListener[] held = [.. Enumerable.Range(0, 2 * count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (var listener in held) listener.Start();
        int[] ports = [.. held.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (var listener in held) listener.Dispose();
        return [.. Enumerable.Range(0, count).Select(i => new NodePlace(Path.Combine(folder, $"node-{i + 1}"), ports[2 * i], ports[(2 * i) + 1]))];
    }

    /// <summary>Writes a node's configuration: what docs/operations.md (Clusters) shows, and times that suit a demo.</summary>
    /// <param name="all">All nodes.</param>
    /// <param name="connectionString">Of the database.</param>
    /// <param name="more">The user's own configuration file, which ours goes over; null if there is none.</param>
    public string WriteConfig(IReadOnlyList<NodePlace> all, string connectionString, string? more)
    {
        Directory.CreateDirectory(Folder);
        string file = Path.Combine(Folder, "hhs.conf");
        File.WriteAllText(file, $$"""
            {{(more is null ? "" : File.ReadAllText(more))}}
            hhs {
              data-directory = "{{Folder}}"
              identity-file = "{{Path.Combine(Path.GetDirectoryName(Folder)!, "identity.json")}}"
              listen = ["ws://127.0.0.1:{{PeerPort}}"]
              journal.provider = postgresql
              journal.postgresql.connection-string = "{{connectionString}}"
              cluster {
                listen = "127.0.0.1:{{ClusterPort}}"
                seeds = [{{string.Join(", ", all.Select(node => $"\"127.0.0.1:{node.ClusterPort}\""))}}]
              }
            }
            {{Times}}
            """);
        return file;
    }

    /// <summary>How the times differ from those that operators get, in words.</summary>
    public const string TimesInWords = "a silent node counts as dead after about 6 s (as shipped: about 13 s), and parts are dealt out anew every second (as shipped: every 10 s)";

    private const string Times =
        """
        akka.cluster {
          failure-detector {
            heartbeat-interval = 500ms
            acceptable-heartbeat-pause = 3s
          }
          split-brain-resolver.stable-after = 2s
          down-removal-margin = 1s
          seed-node-timeout = 3s
          sharding.rebalance-interval = 1s
        }
        """;
}
