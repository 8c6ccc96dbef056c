using System.Net;
using System.Net.Sockets;

namespace Hhs.Node.Tests.Commands;

/// <summary>A way to a port on which, after so many bytes towards whoever connected, everything stops for a while, once.</summary>
internal sealed class SlowLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public SlowLink(int to, int bytesBefore, TimeSpan pause)
    {
        _listener.Start();
        _running = RunAsync(to, bytesBefore, pause);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether it has stopped, and gone on.</summary>
    public bool HasPaused { get; private set; }

    private async Task RunAsync(int to, int bytesBefore, TimeSpan pause)
    {
        while (true)
        {
            var near = await _listener.AcceptTcpClientAsync(_stopping.Token);
            var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, to, _stopping.Token);
            _ = PassAsync(near, far, int.MaxValue, TimeSpan.Zero);
            _ = PassAsync(far, near, bytesBefore, pause);
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to, int bytesBefore, TimeSpan pause)
    {
        byte[] buffer = new byte[1024];
        try
        {
            int read;
            for (int passed = 0; (read = await from.GetStream().ReadAsync(buffer, _stopping.Token)) > 0; passed += read)
            {
                if (passed >= bytesBefore && !HasPaused)
                {
                    await Task.Delay(pause, _stopping.Token);
                    HasPaused = true;
                }
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stopping.Token);
            }
        }
        catch (Exception end) when (end is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One end has gone: so does the other.
        }
        from.Dispose();
        to.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        _stopping.Dispose();
    }
}
