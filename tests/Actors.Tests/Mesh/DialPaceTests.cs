using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;

namespace Hhs.Actors.Tests.Mesh;

/// <summary>The bounds on dials, as the mesh keeps them.</summary>
public sealed class DialPaceTests
{
    private static readonly MeshSettings Seldom = new() { RedialMin = TimeSpan.FromMinutes(1), RedialMax = TimeSpan.FromMinutes(1) };

    [Fact(Timeout = 60_000)]
    public async Task So_many_dials_are_under_way_at_a_time_and_the_rest_have_their_turn()
    {
        var transport = new DialRecorder(hold: true);
        await using var node = await StartAsync(transport, Seldom with { DialsMax = 3, DialsPerSecondMax = 1000 }, peers: 8);
        for (int dialled = 3; ; dialled = Math.Min(dialled + 3, 8))
        {
            await Eventually.Holds(() => transport.Dials.Count == dialled, $"{dialled} dials");
            await node.PeersAsync();   // the mesh has answered, and so would have dialled more before
            Assert.Equal(dialled, transport.Dials.Count);
            Assert.InRange(transport.UnderWay, 1, 3);
            if (dialled == 8) break;
            transport.FailAll();
        }
        Assert.Equal(8, transport.Dials.Select(d => d.To).Distinct().Count());
    }

    [Fact(Timeout = 60_000)]
    public async Task So_many_dials_are_begun_in_a_second_and_no_more()
    {
        var transport = new DialRecorder();
        await using var node = await StartAsync(transport, Seldom with { DialsMax = 100, DialsPerSecondMax = 4 }, peers: 10);
        await Eventually.Holds(() => transport.Dials.Count == 10, "all are dialled");
        var times = transport.Dials.Select(d => d.At).ToList();
        // By the mesh's clock these are whole seconds; a dial is noted a little after it was begun.
        for (int i = 4; i < times.Count; i++) Assert.InRange(times[i] - times[i - 4], TimeSpan.FromMilliseconds(700), TimeSpan.MaxValue);
    }

    private static async Task<HhsNode> StartAsync(DialRecorder transport, MeshSettings mesh, int peers)
    {
        var node = await HhsNode.StartAsync(new HhsSettings { Mesh = mesh, ExtraTransports = [transport] }, LogProbe.Config);
        await MeshNet.NewSet(node, "something to talk about");
        for (int i = 0; i < peers; i++) node.AddPeer(new(MeshNet.NewKey().KeyId.Hash, new Uri($"nobody://peer{i}")));
        return node;
    }
}
