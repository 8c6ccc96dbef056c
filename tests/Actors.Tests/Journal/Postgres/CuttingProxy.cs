using System.Net;
using System.Net.Sockets;

namespace Hhs.Actors.Tests.Journal.Postgres;

/// <summary>Stands between a journal and its server, and cuts all connections at a moment of the test's choice.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private readonly List<TcpClient> _open = [];
    private volatile Cut _cut;

    internal enum Cut
    {
        /// <summary>Nothing is cut.</summary>
        None,
        /// <summary>The next message of a client is lost, and the connection with it.</summary>
        Request,
        /// <summary>The server gets the next message and works; its answer is lost, and the connection with it.</summary>
        Answer,
    }

    internal CuttingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _ = Task.Run(Accept);
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often something was cut.</summary>
    internal int Cuts { get; private set; }

    /// <summary>Told on the proxy's thread, before the client notices.</summary>
    internal event Action? Cutting;

    internal void CutNext(Cut cut) => _cut = cut;

    /// <summary>Ends all connections, on our side and the server's.</summary>
    internal void CutAll()
    {
        lock (_open)
        {
            foreach (var one in _open) one.Dispose();
            _open.Clear();
        }
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _server);
                lock (_open) _open.AddRange([client, server]);
                _ = Pump(client, server, fromClient: true);
                _ = Pump(server, client, fromClient: false);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Pump(TcpClient from, TcpClient to, bool fromClient)
    {
        byte[] buffer = new byte[1 << 16];
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is > 0 and var read)
            {
                if (_cut == (fromClient ? Cut.Request : Cut.Answer))
                {
                    _cut = Cut.None;
                    Cuts++;
                    Cutting?.Invoke();
                    break;
                }
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut elsewhere.
        }
        from.Dispose();
        to.Dispose();
    }

    public void Dispose()
    {
        _listener.Dispose();
        CutAll();
    }
}
