using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Tests;
using Hhs.Actors.Tests.Journal.Postgres;
using Hhs.Model.Identity;
using Hhs.Model.Types.Set;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Cluster.Tests.Journal;

/// <summary>Nodes whose store is in Akka.Persistence, as their configuration says.</summary>
public sealed class AkkaNodesTests : IDisposable
{
    private readonly AkkaSqlite _sqlite = new();

    public void Dispose() => _sqlite.Dispose();

    private HhsSettings Settings => HhsSettings.FromConfig(ConfigurationFactory.ParseString("hhs.journal.provider = akka-persistence").WithFallback(_sqlite.Settings.Config));

    [Fact(Timeout = 60_000)]
    public async Task A_node_of_its_own_keeps_what_it_acknowledged_however_it_is_stopped()
    {
        Model.Hashing.ContentHash id;
        var acknowledged = new List<string>();
        await using (var node = await HhsNode.StartAsync(Settings))
        {
            var set = await node.CreateSetAsync(new SetOptions { Seed = "set" });
            id = set.Id;
            // Stopped in the middle of writing: what was answered is there, what was not may be.
            var stopping = Task.CompletedTask;
            for (int i = 0; i < 200; i++)
            {
                if (i == 20) stopping = node.DisposeAsync().AsTask();
                try
                {
                    await set.AddAsync($"element {i}").WaitAsync(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
                    acknowledged.Add($"element {i}");
                }
                catch (Exception e) when (e is HhsException or TimeoutException)
                {
                    break;
                }
            }
            await stopping;
        }
        Assert.InRange(acknowledged.Count, 20, 199);
        await using var again = await HhsNode.StartAsync(Settings);
        var opened = await again.OpenSetAsync(id);
        foreach (string element in acknowledged) Assert.True(await opened.ContainsAsync(element), element);
    }

    [Fact]
    public void A_file_is_no_store_for_a_cluster()
    {
        var settings = Settings with { Identity = SecretKey.Generate(SystemRandom.Instance) };
        Assert.Contains("one process's alone", Assert.Throws<ConfigurationException>(() => ClusterNode.Join(settings)).Message, StringComparison.Ordinal);
    }

    private sealed class Asker : ReceiveActor
    {
        public Asker(IJournal journal) => Receive<int>(i => Sender.Tell(journal.Contains(ObjectId(i), Entry("first").Entry) && journal.Names(ObjectId(i)).Length == 1));
    }

    [Fact(Timeout = 60_000)]
    public async Task Callers_that_hold_all_threads_of_the_dispatcher_are_answered()
    {
        using var journal = _sqlite.Open();
        journal.Append([.. Enumerable.Range(0, 50).Select(i => new ObjectBatch(ObjectId(i), [Entry("first")]))]);
        using var system = ActorSystem.Create("callers", AkkaPersistenceSettings.Dispatcher);
        var answers = Enumerable.Range(0, 200).Select(i => system.ActorOf(Props.Create(() => new Asker(journal))).Ask<bool>(i % 50, Eventually.Patience));
        Assert.All(await Task.WhenAll(answers), Assert.True);
    }
}
