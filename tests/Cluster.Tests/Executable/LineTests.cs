using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Node.Demo.Clusters;

namespace Hhs.Cluster.Tests.Executable;

/// <summary>What the demo calls a fork: entries of the cluster that are concurrent to one another.</summary>
public sealed class LineTests
{
    private static readonly Header Create = Make("create");

    [Fact]
    public void Entries_that_build_on_one_another_are_a_line_through_entries_of_peers_too()
    {
        Header first = Make("a", Create), ofPeer = Make("p", Create), merged = Make("b", first, ofPeer), onward = Make("q", merged), last = Make("c", onward);

        Assert.Equal((0, 3), ClusterLogs.Line([Create, first, ofPeer, merged, onward, last], Peers(ofPeer, onward)));
    }

    [Fact]
    public void Two_that_do_not_know_of_each_other_fork_it()
    {
        Header first = Make("a", Create), second = Make("b", Create);

        Assert.Equal((1, 2), ClusterLogs.Line([Create, first, second], Peers()));
    }

    [Fact]
    public void A_later_entry_that_knows_of_both_does_not_mend_it()
    {
        Header first = Make("a", Create), second = Make("b", Create), both = Make("c", first, second);

        Assert.Equal(1, ClusterLogs.Line([Create, first, second, both], Peers()).Forks);
    }

    [Fact]
    public void Concurrent_entries_of_peers_do_not_fork_it()
    {
        Header one = Make("p", Create), other = Make("q", Create);

        Assert.Equal((0, 0), ClusterLogs.Line([Create, one, other], Peers(one, other)));
    }

    private static Header Make(string payload, params Header[] prev) => Entry.Make(Literal.Map.Empty.With("is", payload), Position.Of([.. prev.Select(p => p.Hash)])).Header;

    private static HashSet<ContentHash> Peers(params Header[] entries) => [.. entries.Select(e => e.Hash)];
}
