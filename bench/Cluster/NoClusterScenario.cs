namespace Hhs.Bench.Cluster;

/// <summary>In the place of ClusterScenario where the bench is built without Hhs.Cluster (AkkaFeed=core).</summary>
internal static class ClusterScenario
{
    public static Task RunAsync(TextWriter output) => output.WriteLineAsync(Missing);

    internal const string Missing = "this bench was built without the cluster: run it with AkkaFeed=nuget in the environment (docs/operations.md, Clusters)";
}

/// <summary>In the place of AkkaJournalScenario.</summary>
internal static class AkkaJournalScenario
{
    public static void Run(TextWriter output) => output.WriteLine(ClusterScenario.Missing);
}
