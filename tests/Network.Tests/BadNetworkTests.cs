namespace Hhs.Network.Tests;

/// <summary>Two nodes with a bad network between them agree in the end, without anybody's help.</summary>
/// <remarks>The hosts are network namespaces, and the cable a pair of TUN devices: what is lost are real packets of real TCP.</remarks>
public sealed class BadNetworkTests
{
    [Fact(Timeout = 90_000)]
    public async Task A_slow_and_lossy_link_only_takes_longer()
    {
        await using var pair = await NetworkPair.MakeAsync(seed: 1);
        pair.Link.Latency = TimeSpan.FromMilliseconds(60);
        pair.Link.Loss = 0.02;
        await Task.WhenAll(pair.Left.WriteAsync(800, seed: 1), pair.Right.WriteAsync(800, seed: 2));
        await pair.Right.ConnectAsync(pair.Left.Address);
        await Task.WhenAll(pair.Left.WriteAsync(100, seed: 3), pair.Right.WriteAsync(100, seed: 4));
        await pair.AgreeAsync(1 + 1800);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_cable_that_is_unplugged_and_plugged_in_again_delays_what_was_under_way()
    {
        await using var pair = await NetworkPair.MakeAsync(seed: 3);
        await Task.WhenAll(pair.Left.WriteAsync(400, seed: 1), pair.Right.WriteAsync(400, seed: 2));
        using var unplugged = new ManualResetEventSlim();
        pair.Link.BeforePacket = number =>
        {
            if (number != 40) return;
            pair.Link.Cut = true;
            unplugged.Set();
        };
        await pair.Right.ConnectAsync(pair.Left.Address);
        unplugged.Wait(TestContext.Current.CancellationToken);
        await Task.WhenAll(pair.Left.WriteAsync(100, seed: 3), pair.Right.WriteAsync(100, seed: 4));
        pair.Link.Cut = false;
        await pair.AgreeAsync(1 + 1000);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_node_that_gets_another_address_goes_on_from_there()
    {
        await using var pair = await NetworkPair.MakeAsync(seed: 4);
        await pair.Right.ConnectAsync(pair.Left.Address);
        await pair.Left.WriteAsync(100, seed: 1);
        await pair.AgreeAsync(1 + 100);
        pair.RightHost.Inside("addr", "del", $"{pair.Link.RightAddress}/24", "dev", pair.Link.RightInterface);
        pair.RightHost.Inside("addr", "add", pair.Link.RightAddress[..^1] + "9/24", "dev", pair.Link.RightInterface);
        await Task.WhenAll(pair.Left.WriteAsync(100, seed: 2), pair.Right.WriteAsync(100, seed: 3));
        await pair.AgreeAsync(1 + 300);
    }
}
