using System.Text.Json.Nodes;
using Akka.Configuration;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Model.Hashing;
using Microsoft.AspNetCore.Routing;

namespace Hhs.Node.Clustering;

/// <summary>In the place of Membership where <c>hhs</c> is built without Hhs.Cluster (AkkaFeed=core).</summary>
internal static class Membership
{
    private const string Missing = "this hhs was built without the cluster: build it with AkkaFeed=nuget in the environment (docs/operations.md, Clusters)";

    /// <exception cref="CommandException">This build has no cluster.</exception>
    public static void Require() => throw CommandException.BadInput(Missing);

    /// <exception cref="CommandException">The configuration says that the node is one of a cluster.</exception>
    public static bool IsConfigured(Config config) => string.IsNullOrEmpty(config.GetString("hhs.cluster.listen")) ? false : throw CommandException.BadInput($"hhs.cluster.listen: {Missing}");

    public static Task<HhsNode> StartAsync(HhsSettings settings, Config config) => throw CommandException.BadInput(Missing);

    public static Task<(JsonObject Json, IReadOnlyList<IReadOnlyList<string>> Rows)> DescribeAsync(HhsNode node) => throw CommandException.BadInput(Missing);

    public static Task<IReadOnlyList<ContentHash>> ObjectsAsync(HhsNode node) => throw CommandException.BadInput(Missing);

    public static void Down(HhsNode node, string address) => throw CommandException.BadInput(Missing);

    public static Task RemovedAsync(HhsNode node) => node.System.WhenTerminated;

    public static string? WhyItStopped(HhsNode node) => null;

    public static string? WhyNotReady(HhsNode node) => null;

    public static void Map(IEndpointRouteBuilder routes, HhsNode node)
    {
    }
}
