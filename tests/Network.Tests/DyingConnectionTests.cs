namespace Hhs.Network.Tests;

/// <summary>Connections that die without a word, in every phase of the protocol, are noticed and made again.</summary>
public sealed class DyingConnectionTests
{
    [Fact(Timeout = 120_000)]
    public async Task A_connection_that_dies_at_any_packet_is_made_again() =>
        await Task.WhenAll(Packets.Select((packets, i) => DieAtAsync(packets, seed: 10 * i)));

    private static async Task DieAtAsync(int[] packets, int seed)
    {
        await using var pair = await NetworkPair.MakeAsync(seed);
        int entries = 1;
        await pair.Right.ConnectAsync(pair.Left.Address);
        foreach (int packet in packets)
        {
            // Enough to say that the connection dies while it is needed.
            int writes = 100 + (4 * packet);
            var died = DieAt(pair.Link, packet);
            await Task.WhenAll(pair.Left.WriteAsync(writes, seed: ++seed), pair.Right.WriteAsync(writes, seed: ++seed));
            entries += 2 * writes;
            await pair.AgreeAsync(entries);
            Assert.True(died.IsCompleted, $"packet {packet} of the connection has not come");
        }
    }

    // The present connection dies now, and the next one at its n-th packet.
    private static Task DieAt(PacketLink link, int packet)
    {
        var died = new TaskCompletionSource();
        link.ForgetConnections();
        long at = link.Passed + packet;
        link.BeforePacket = number =>
        {
            if (number < at || died.Task.IsCompleted) return;
            link.ForgetConnections();
            died.SetResult();
        };
        return died.Task;
    }

    // From the first packet of TCP over the upgrade to WebSocket, the handshake, the first topic and the headers into the payloads.
    private static readonly int[][] Packets =
    [
        [1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12], [13, 14, 15, 16, 18, 20], [23, 26, 30, 35, 40], [50, 60, 80, 100, 150],
    ];
}
