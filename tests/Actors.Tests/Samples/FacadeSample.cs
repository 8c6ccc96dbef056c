using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;

namespace Hhs.Actors.Tests.Samples;

/// <summary>The README's first sample: nodes inside an app, by typed handles.</summary>
public sealed class FacadeSample
{
    [Fact(Timeout = 60_000)]
    public async Task A_list_is_shared_between_two_nodes()
    {
        var folder = Directory.CreateTempSubdirectory("hhs-sample-");
        try
        {
            await ShareAsync(folder.FullName, TestContext.Current.CancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task ShareAsync(string folder, CancellationToken cancel)
    {
        await using var node = await HhsNode.StartAsync(new HhsSettings
        {
            DataDirectory = folder,                              // leave it out to keep everything in memory
            Listen = [new Uri("ws://127.0.0.1:0")],              // port 0: any that is free
        });
        var list = await node.CreateSetAsync(new SetOptions { Seed = "shopping" });
        await list.AddAsync("bread");                            // done when it is on the disk
        var milk = ArrivalOf("milk", list, cancel);

        await using var other = await HhsNode.StartAsync(new HhsSettings { Peers = [node.Address()] });
        var copy = await other.OpenSetAsync(list.Id);            // known by its id alone: fetched from peers
        await copy.AddAsync("milk");

        await milk;
        bool both = await list.ContainsAsync("bread") && await list.ContainsAsync("milk");
        Assert.True(both);
    }

    private static async Task ArrivalOf(Literal element, SetHandle list, CancellationToken cancel)
    {
        await foreach (var change in list.ChangesAsync(cancel))
        {
            if (change.Added.Contains(element)) return;
        }
    }
}
