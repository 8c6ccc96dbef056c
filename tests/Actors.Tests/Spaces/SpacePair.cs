using Hhs.Actors.Node;
using Hhs.Actors.Spaces;
using Hhs.Actors.Tests.Mesh;
using Hhs.Model.Types.Space;

namespace Hhs.Actors.Tests.Spaces;

/// <summary>Two nodes with one space, connected in memory, that can be parted: Alice made it, and goes before Bob.</summary>
internal sealed class SpacePair : IAsyncDisposable
{
    private readonly MeshNet _net = new();

    public HhsNode Alice { get; private set; } = null!;

    public HhsNode Bob { get; private set; } = null!;

    public SpaceHandle Alices { get; private set; } = null!;

    public SpaceHandle Bobs { get; private set; } = null!;

    public RecordMember Seats { get; private set; } = null!;

    public CounterMember Stock { get; private set; } = null!;

    public static async Task<SpacePair> StartAsync(Func<HhsNode, SpaceOptions>? options = null)
    {
        var pair = new SpacePair();
        pair.Alice = await pair._net.StartAsync("alice");
        pair.Alices = options is null ? await pair.Alice.CreateSpaceAsync("theatre") : await pair.Alice.CreateSpaceAsync(options(pair.Alice));
        pair.Seats = await pair.Alices.AddRecordAsync("seats");
        pair.Stock = await pair.Alices.AddCounterAsync("stock", 10);
        pair.Bob = await pair._net.StartAsync("bob", new() { Peers = [pair.Alice.Address()] });
        pair.Bobs = await pair.Bob.OpenSpaceAsync(pair.Alices.Id);
        await pair.Converge();
        return pair;
    }

    public Task<HhsNode> Join(string name, HhsNode peer) => _net.StartAsync(name, new() { Peers = [peer.Address()] });

    public async Task Part()
    {
        Alice.Block(Bob.KeyId);
        await MeshNet.PeerCount(Alice, 0);
    }

    public Task Meet()
    {
        Alice.Unblock(Bob.KeyId);
        return Converge();
    }

    public Task Converge() => Converge(Alices, Bobs);

    public static Task Converge(SpaceHandle one, SpaceHandle other) => Eventually.Holds(
        async () => (await one.Object.StatusAsync()).Frontier.Equals((await other.Object.StatusAsync()).Frontier), "both have the same frontier");

    public Task<TransactionOutcome> Buy(SpaceHandle space, int seat, string name, OnConflict onConflict = OnConflict.Review) =>
        space.TransactAsync(tx => tx.Require(Seats.IsFree(seat), Stock.AtLeast(1)).Set(Seats, seat, name).Decrement(Stock, 1), onConflict);

    public ValueTask DisposeAsync() => _net.DisposeAsync();
}
