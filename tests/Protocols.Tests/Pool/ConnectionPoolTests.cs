using FsCheck;
using FsCheck.Fluent;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Pool;

namespace Hhs.Protocols.Tests.Pool;

public class ConnectionPoolTests
{
    [Fact]
    public void Dials_that_cross_leave_one_connection_the_same_on_both_sides()
    {
        // Two nodes, under one key or two, dial each other at nearly the same time and hear of the two connections in any order.
        var cases = from oneKey in Gen.Choose(0, 2) from otherKey in Gen.Choose(0, 2)
                    from mineFirst in Gen.Elements(true, false) from theirsFirst in Gen.Elements(true, false) from late in Gen.Choose(0, 9)
                    select (Key(oneKey), Key(otherKey), mineFirst, theirsFirst, late);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var (oneKey, otherKey, oneOrder, otherOrder, late) = c;
            NodeInstance one = new(1, 2), other = new(1, 3);
            string survivorOfOne = Survivor(new(oneKey, one, 8), otherKey, other, dialled: "A", came: "B", oneOrder, late);
            string survivorOfOther = Survivor(new(otherKey, other, 8), oneKey, one, dialled: "B", came: "A", otherOrder, late);
            return survivorOfOne == survivorOfOther;
        }));
    }

    // Names of the two connections are the same on both sides; who dialled is not.
    private static string Survivor(ConnectionPool pool, KeyId remote, NodeInstance instance, string dialled, string came, bool dialledFirst, int late)
    {
        PooledConnection mine = new(new(dialled), remote, instance, "ws://there", At(dialledFirst ? 0 : late));
        PooledConnection theirs = new(new(came), remote, instance, null, At(dialledFirst ? late : 0));
        foreach (var connection in dialledFirst ? new[] { mine, theirs } : [theirs, mine]) pool.Admit(connection);
        return Assert.Single(pool.Connections).Peer.Text;
    }

    [Fact]
    public void A_connection_that_comes_long_after_the_other_replaces_it()
    {
        var pool = Pool();
        pool.Admit(new(new("old"), Key(1), Node(1), "ws://there", At(0)));
        Assert.Equal(new PoolVerdict.Kept(new PeerId("old")), pool.Admit(new(new("new"), Key(1), Node(1), null, At(11))));
        Assert.Equal("new", Assert.Single(pool.Of(Key(1))).Peer.Text);
    }

    [Fact]
    public void What_we_dialled_twice_is_closed_by_us_and_what_came_in_twice_by_them()
    {
        var pool = Pool();
        pool.Admit(new(new("a"), Key(1), Node(1), "ws://one", At(0)));
        Assert.Equal(new PoolVerdict.Duplicate(new("a")), pool.Admit(new(new("b"), Key(1), Node(1), "ws://two", At(60))));
        pool = Pool();
        pool.Admit(new(new("a"), Key(1), Node(1), null, At(0)));
        Assert.Equal(new PoolVerdict.Kept(null), pool.Admit(new(new("b"), Key(1), Node(1), null, At(1))));
    }

    [Fact]
    public void Two_devices_under_one_key_both_stay_up_to_the_bound()
    {
        var pool = new ConnectionPool(Key(0), Node(0), 3);
        for (int i = 0; i < 3; i++) Assert.Equal(new PoolVerdict.Kept(null), pool.Admit(new(new($"p{i}"), Key(1), Node((ulong)i + 1), null, At(0))));
        Assert.Equal(RejectCode.OverLimit, Assert.IsType<PoolVerdict.Refused>(pool.Admit(new(new("p3"), Key(1), Node(9), null, At(0)))).Why.Code);
        pool.Remove(new("p0"));
        Assert.Equal(new PoolVerdict.Kept(null), pool.Admit(new(new("p3"), Key(1), Node(9), null, At(0))));
    }

    [Fact]
    public void Originals_are_told_apart_by_the_address_dialled()
    {
        var pool = Pool();
        pool.Admit(new(new("in"), Key(1), null, null, At(0)));
        Assert.Equal(new PoolVerdict.Kept(null), pool.Admit(new(new("a"), Key(1), null, "ws://a", At(0))));
        Assert.Equal(new PoolVerdict.Kept(null), pool.Admit(new(new("b"), Key(1), null, "ws://b", At(0))));
        Assert.Equal(new PoolVerdict.Duplicate(new("a")), pool.Admit(new(new("a2"), Key(1), null, "ws://a", At(99))));
    }

    [Fact]
    public void The_node_itself_and_the_blocked_are_refused_and_another_device_of_ours_is_not()
    {
        var pool = Pool();
        Assert.IsType<PoolVerdict.Refused>(pool.Admit(new(new("self"), Key(0), Node(0), null, At(0))));
        Assert.Equal(new PoolVerdict.Kept(null), pool.Admit(new(new("device"), Key(0), Node(7), null, At(0))));
        pool.Admit(new(new("bad"), Key(2), Node(1), null, At(0)));
        Assert.Equal("bad", Assert.Single(pool.Block(Key(2))).Peer.Text);
        Assert.IsType<PoolVerdict.Refused>(pool.Admit(new(new("again"), Key(2), Node(1), null, At(0))));
        pool.Remove(new("bad"));
        pool.Unblock(Key(2));
        Assert.Equal(new PoolVerdict.Kept(null), pool.Admit(new(new("again"), Key(2), Node(1), null, At(0))));
    }

    private static ConnectionPool Pool() => new(Key(0), Node(0), 8);

    private static KeyId Key(int number) => new(ContentHash.Of(BitConverter.GetBytes(number)));

    private static NodeInstance Node(ulong number) => new(0, number);

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
