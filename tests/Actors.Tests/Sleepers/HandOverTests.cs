using System.Text;
using Hhs.Actors.Mesh;
using Hhs.Actors.Sleepers;
using Hhs.Protocols;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Actors.Tests.Sleepers;

public sealed class HandOverTests
{
    private static readonly PeerId A = new("a"), B = new("b");
    private readonly HandOver _handOver = new();
    private int _released;

    [Fact]
    public void What_was_handed_over_comes_first_in_whatever_order_both_arrive()
    {
        Assert.Empty(_handOver.Joined("t", A, TimeSpan.Zero));
        Assert.True(_handOver.TryHold(Message("t", A, "3")));
        Assert.False(_handOver.TryHold(Message("t", B, "x")));
        Assert.False(_handOver.TryHold(Message("u", A, "x")));
        Assert.Equal(0, _released);
        Assert.Equal("1 2 3", Text(_handOver.Handed(new("t", A, [Bytes("1"), Bytes("2")]), TimeSpan.Zero)));
        Assert.Equal(1, _released);
        Assert.False(_handOver.TryHold(Message("t", A, "4")));
        Assert.False(_handOver.IsAwaiting);

        Assert.Empty(_handOver.Handed(new("t", B, [Bytes("1")]), TimeSpan.Zero));
        Assert.True(_handOver.TryHold(Message("t", B, "2")));
        Assert.Equal("1 2", Text(_handOver.Joined("t", B, TimeSpan.Zero)));
        Assert.False(_handOver.IsAwaiting);
    }

    [Fact]
    public void A_channel_that_hands_nothing_over_is_not_waited_for_for_ever()
    {
        _handOver.Joined("t", A, TimeSpan.Zero);
        _handOver.TryHold(Message("t", A, "1"));
        Assert.Empty(_handOver.Overdue(HandOver.Patience - TimeSpan.FromTicks(1)));
        var (topic, peer, messages) = Assert.Single(_handOver.Overdue(HandOver.Patience));
        Assert.Equal(("t", A, "1"), (topic, peer, Text(messages)));
        Assert.Equal(1, _released);
        Assert.False(_handOver.IsAwaiting);
    }

    [Fact]
    public void Whoever_leaves_takes_its_messages_along()
    {
        _handOver.Joined("t", A, TimeSpan.Zero);
        _handOver.TryHold(Message("t", A, "1"));
        Assert.Equal("1", Text(_handOver.Left("t", A)));
        Assert.Empty(_handOver.Left("t", A));
        Assert.False(_handOver.IsAwaiting);
    }

    [Fact]
    public void Held_messages_keep_their_order_and_the_latest_frontier_within_the_bounds()
    {
        var held = new HeldMessages(4 * 400);
        Assert.True(held.TryAdd(ObjectId(1), A, Bytes("f1"), isFrontier: true));
        Assert.True(held.TryAdd(ObjectId(1), A, Bytes("r1"), isFrontier: false));
        Assert.True(held.TryAdd(ObjectId(1), A, Bytes("f2"), isFrontier: true));
        Assert.False(held.TryAdd(ObjectId(2), A, new byte[300], isFrontier: false));   // beyond its quarter
        Assert.True(held.TryAdd(ObjectId(1), B, Bytes("g1"), isFrontier: true));
        Assert.Equal([A, B], held.PeersOf(ObjectId(1)));
        Assert.Equal("r1 f2", Text(held.Take(ObjectId(1), A)));
        Assert.True(held.TryAdd(ObjectId(2), A, new byte[200], isFrontier: false));
        Assert.True(held.Has(ObjectId(2), A));
        held.Take(ObjectId(2), A);
        held.Take(ObjectId(1), B);
        for (int i = 0; i < 100; i++)   // nothing of what was taken counts
        {
            Assert.True(held.TryAdd(ObjectId(i), A, new byte[272], isFrontier: true));
            held.Take(ObjectId(i), A);
        }
    }

    private MeshProtocol.TopicMessage Message(string topic, PeerId peer, string text) => new(topic, peer, Bytes(text), () => _released++);

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(IEnumerable<ReadOnlyMemory<byte>> messages) => string.Join(' ', messages.Select(m => Encoding.UTF8.GetString(m.Span)));
}
