using Hhs.Model.Dag;
using Hhs.Protocols.Sync;

namespace Hhs.Simulation.Tests;

/// <summary>Whole swarms, each from one seed: slow links that break, partitions, restarts, and a liar among them.</summary>
public class SwarmTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 120)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Replicas_agree_once_every_partition_has_healed(int seed)
    {
        var world = new World(seed);
        var settings = SyncSettings.Default with { NativeStageEntries = world.Random.Next(2) == 0 ? 60 : 32_768, HeadersPerResponseMax = world.Random.Next(2) == 0 ? 50 : 65_536 };
        var nodes = new List<NativeNode>();
        int count = world.Random.Next(2, 6);
        for (int i = 0; i < count; i++) nodes.Add(new(world, $"n{i}", (seed * 100) + i, settings));
        var liar = new LiarNode(world, "liar", (seed * 100) + 99, settings);
        bool withLiar = world.Random.Next(2) == 0;
        var all = withLiar ? [.. nodes, liar] : nodes.ToList<NativeNode>();
        foreach (var node in all) node.Start();
        foreach (var node in all) node.Write(world.Random.Next(200));   // apart, before they meet
        for (int i = 0; i < all.Count; i++) for (int j = i + 1; j < all.Count; j++) world.Link(all[i], all[j]);

        Unrest(world, all);
        world.RunUntil(TimeSpan.FromSeconds(20), () => false);
        foreach (var link in world.Links) { link.IsHeld = false; link.Open(); }
        foreach (var node in all) node.ForeignArrives();

        var end = world.Now + TimeSpan.FromMinutes(1);
        bool agreed = world.RunUntil(end, () => nodes.All(n => n.Replica.Frontier.Equals(nodes[0].Replica.Frontier)));
        Assert.True(agreed, $"seed {seed}: {string.Join(", ", nodes.Select(n => $"{n.Name} has {n.Replica.Count}"))}\n{world.History}");
        Assert.All(nodes, n => Assert.Equal(nodes[0].Replica.Count, n.Replica.Count));

        // Nobody who told the truth was charged for more than the network's faults.
        foreach (var (peer, charge) in nodes.SelectMany(n => n.Charges))
        {
            Assert.True(peer.Text.StartsWith("liar", StringComparison.Ordinal) || charge < 10, $"seed {seed}: {peer} was charged {charge}\n{world.History}");
        }
    }

    [Fact]
    public void A_history_larger_than_one_stage_is_pulled_in_stages_and_never_held_whole()
    {
        var world = new World(1);
        var settings = SyncSettings.Default with { NativeStageEntries = 500 };
        NativeNode full = new(world, "full", 1, settings), empty = new(world, "empty", 2, settings);
        for (int i = 0; i < 5_000; i++) full.Replica.Write($"{i}");
        full.Start();
        empty.Start();
        world.Link(full, empty);
        int held = 0;
        bool agreed = world.RunUntil(TimeSpan.FromSeconds(60), () =>
        {
            held = Math.Max(held, empty.PendingEntries);
            return empty.Replica.Count == 5_001;
        });
        Assert.True(agreed, $"{empty.Replica.Count} after {world.Now.TotalSeconds:F0} s\n{world.History}");
        Assert.InRange(held, 100, 1_000);
        Assert.Empty(empty.Charges);
    }

    [Fact]
    public void Two_copies_with_more_tips_than_a_frontier_can_tell_agree()
    {
        var world = new World(1);
        NativeNode one = new(world, "one", 1, SyncSettings.Default), other = new(world, "other", 2, SyncSettings.Default);
        foreach (var node in new[] { one, other })
        {
            for (int i = 0; i < 5_000; i++) node.Replica.Write($"{node.Name} {i}", Position.Of(node.Replica.Id));
            node.Start();
        }
        world.Link(one, other);
        bool agreed = world.RunUntil(TimeSpan.FromSeconds(60), () => one.Replica.Count == 10_001 && other.Replica.Count == 10_001);
        Assert.True(agreed, $"{one.Replica.Count} and {other.Replica.Count} after {world.Now.TotalSeconds:F0} s");
        Assert.Empty(one.Charges);
        Assert.Empty(other.Charges);
    }

    private static void Unrest(World world, List<NativeNode> nodes)
    {
        for (int i = world.Random.Next(12); i > 0; i--)
        {
            var at = world.Between(0, 15_000);
            var link = world.Links[world.Random.Next(world.Links.Count)];
            var node = nodes[world.Random.Next(nodes.Count)];
            switch (world.Random.Next(4))
            {
                case 0: world.After(at, () => node.Write(world.Random.Next(1, 40))); break;
                case 1: world.After(at, () => { link.Break(); world.After(world.Between(10, 3_000), link.Open); }); break;
                case 2: world.After(at, () => { node.Restart(); foreach (var l in world.Links) l.Open(); }); break;
                default: world.After(at, () => Partition(world, nodes)); break;
            }
        }
    }

    private static void Partition(World world, List<NativeNode> nodes)
    {
        var side = nodes.Where(_ => world.Random.Next(2) == 0).ToHashSet();
        foreach (var link in world.Links)
        {
            if (side.Contains((NativeNode)link.One) == side.Contains((NativeNode)link.Other)) continue;
            link.IsHeld = true;
            link.Break();
        }
        world.After(world.Between(500, 5_000), () =>
        {
            foreach (var link in world.Links) { link.IsHeld = false; link.Open(); }
        });
    }
}
