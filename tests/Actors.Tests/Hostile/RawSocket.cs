using System.Net.Sockets;
using System.Text;

namespace Hhs.Actors.Tests.Hostile;

/// <summary>A TCP connection by hand, below WebSocket.</summary>
internal sealed class RawSocket : IDisposable
{
    private readonly TcpClient _tcp = new();

    public static async Task<RawSocket> ConnectAsync(Uri address)
    {
        var socket = new RawSocket();
        await socket._tcp.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        return socket;
    }

    /// <summary>A WebSocket whose frames are written by hand.</summary>
    public static async Task<RawSocket> UpgradedAsync(Uri address)
    {
        var socket = await ConnectAsync(address);
        await socket.SendAsync($"GET / HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
        string answer = "";
        var one = new byte[1];
        while (!answer.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await socket._tcp.GetStream().ReadAsync(one, TestContext.Current.CancellationToken));
            answer += (char)one[0];
        }
        Assert.StartsWith("HTTP/1.1 101", answer, StringComparison.Ordinal);
        return socket;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.ASCII.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await _tcp.GetStream().WriteAsync(bytes, TestContext.Current.CancellationToken);

    /// <summary>What the node sends until it closes the connection.</summary>
    public async Task<string> IsClosedAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Eventually.Patience);
        var heard = new MemoryStream();
        try
        {
            await _tcp.GetStream().CopyToAsync(heard, patience.Token);
        }
        catch (IOException)   // reset, which is closed as well
        {
        }
        return Encoding.ASCII.GetString(heard.ToArray());
    }

    public void Dispose() => _tcp.Dispose();
}
