using System.Globalization;
using System.Text.Json.Nodes;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Cluster;
using Hhs.Cluster.Placement;
using Hhs.Model.Hashing;
using Hhs.Node.Output;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hhs.Node.Clustering;

/// <summary>What <c>hhs</c> asks of Hhs.Cluster; NoMembership.cs answers where it is built without (AkkaFeed=core).</summary>
internal static class Membership
{
    /// <exception cref="CommandException">This build has no cluster.</exception>
    public static void Require()
    {
    }

    /// <summary>Whether a configuration says that the node is one of a cluster.</summary>
    public static bool IsConfigured(Config config) => ClusterNode.IsConfigured(config);

    /// <summary>Starts a node of a cluster; answers once it listens, which can be before it is a member.</summary>
    public static Task<HhsNode> StartAsync(HhsSettings settings, Config config)
    {
        // An identity made here would be another one than that of the other nodes.
        if (IdentityFile.PathOf(settings) is { } file)
            settings = settings with { Identity = IdentityFile.TryLoad(file) ?? throw CommandException.NotFound($"{file} is not there: the nodes of a cluster have one identity between them. Make it once with 'hhs id', and give each node a copy, or its place as hhs.identity-file") };
        return ClusterNode.StartAsync(settings, config);
    }

    /// <summary>How the cluster stands: as Akka.Management's route says it, and as the cells of a table.</summary>
    /// <exception cref="CommandException">The node is none of a cluster.</exception>
    public static async Task<(JsonObject Json, IReadOnlyList<IReadOnlyList<string>> Rows)> DescribeAsync(HhsNode node)
    {
        if (!IsOne(node)) throw NotOne();
        var status = await ClusterStatus.OfAsync(node.System);
        return (Json(status), [.. status.Members.Select(member => (string[])
        [
            $"{member.Address.Host}:{member.Address.Port}", $"{member.Status}", member.Reachable ? "yes" : "NO", Text(member.Shards), Text(member.Objects),
            string.Join(", ", RolesIn(status, member)),
        ])]);
    }

    /// <summary>Ids of the objects that are at the node.</summary>
    /// <exception cref="CommandException">The node is none of a cluster, or did not say in time.</exception>
    public static async Task<IReadOnlyList<ContentHash>> ObjectsAsync(HhsNode node)
    {
        if (!IsOne(node)) throw NotOne();
        try
        {
            return await ClusterStatus.ObjectsHereAsync(node.System);
        }
        catch (AskTimeoutException)
        {
            throw new CommandException(ExitCode.Network, "the node did not say in time what it has: it is not up in its cluster yet ('hhs cluster status'), or has very much to do. Try again");
        }
    }

    /// <summary>Has the cluster go on without a node that is known to be dead.</summary>
    public static void Down(HhsNode node, string address)
    {
        if (!IsOne(node)) throw NotOne();
        var cluster = Akka.Cluster.Cluster.Get(node.System);
        var members = cluster.State.Members;
        var member = members.FirstOrDefault(m => $"{m.Address.Host}:{m.Address.Port}" == address)
            ?? throw CommandException.NotFound($"{address} is no node of the cluster: {string.Join(", ", members.Select(m => $"{m.Address.Host}:{m.Address.Port}"))}");
        cluster.Down(member.Address);
    }

    /// <summary>Done when the node is a member of its cluster no more, or none of a cluster's and has ended.</summary>
    public static Task RemovedAsync(HhsNode node)
    {
        if (!IsOne(node)) return node.System.WhenTerminated;
        var removed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Akka.Cluster.Cluster.Get(node.System).RegisterOnMemberRemoved(removed.SetResult);
        return Task.WhenAny(removed.Task, node.System.WhenTerminated);
    }

    /// <summary>Why the node stopped by itself, if it is of another kind than the others; null if it did not.</summary>
    public static string? WhyItStopped(HhsNode node) => (CoordinatedShutdown.Get(node.System).ShutdownReason as UnlikeMemberReason)?.Text;

    /// <summary>Why peers and hosts had better use another node; null if there is no reason.</summary>
    public static string? WhyNotReady(HhsNode node)
    {
        if (!IsOne(node)) return null;
        var self = Akka.Cluster.Cluster.Get(node.System).SelfMember.Status;
        return self == MemberStatus.Up ? null : $"the node is not up in its cluster ({self})";
    }

    /// <summary>Adds the routes of Akka.Management that tell: nobody is let in or put out over HTTP.</summary>
    public static void Map(IEndpointRouteBuilder routes, HhsNode node)
    {
        if (!IsOne(node)) return;
        routes.MapGet("/cluster/members", async () => Results.Text(JsonLine.Of(Json(await ClusterStatus.OfAsync(node.System))), "application/json"));
    }


    private static bool IsOne(HhsNode node) => node.System.Settings.ProviderClass.Contains("ClusterActorRefProvider", StringComparison.Ordinal);

    private static CommandException NotOne() => CommandException.NotFound("the node that runs here is none of a cluster: give it hhs.cluster.listen and hhs.cluster.seeds");

    private static JsonObject Json(ClusterStatus status) => new()
    {
        ["selfNode"] = $"{status.Self}",
        ["members"] = JsonLine.Array(status.Members, m => new JsonObject
        {
            ["node"] = $"{m.Address}", ["nodeUid"] = m.Uid.ToString(CultureInfo.InvariantCulture), ["status"] = $"{m.Status}", ["roles"] = JsonLine.Array(m.Roles, r => r),
            ["shards"] = m.Shards, ["objects"] = m.Objects,
        }),
        ["unreachable"] = JsonLine.Array(status.Members.Where(m => !m.Reachable), m => new JsonObject { ["node"] = $"{m.Address}", ["observedBy"] = JsonLine.Array([$"{status.Self}"], a => a) }),
        ["leader"] = status.Leader is { } leader ? $"{leader}" : null,
        ["oldest"] = status.Oldest is { } oldest ? $"{oldest}" : null,
    };

    private static IEnumerable<string> RolesIn(ClusterStatus status, ClusterMember member)
    {
        if (member.Address.Equals(status.Self)) yield return "this node";
        if (member.Address.Equals(status.Leader)) yield return "leader";
        if (member.Address.Equals(status.Oldest)) yield return "runs what runs once";
    }

    private static string Text(int? number) => number is { } known ? known.ToString(CultureInfo.InvariantCulture) : "?";
}
