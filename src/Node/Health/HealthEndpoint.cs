using System.Net;
using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Node.Clustering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hhs.Node.Health;

/// <summary>HTTP for supervisors and Prometheus, on 127.0.0.1 only: /health/live, /health/ready, /metrics, and in a cluster /cluster/members.</summary>
internal sealed class HealthEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;
    private volatile string? _storeFailure;

    private HealthEndpoint(WebApplication app) => _app = app;

    /// <summary>Where it answers.</summary>
    public string Address { get; private set; } = "";

    public static async Task<HealthEndpoint> StartAsync(int port, HhsNode? node, MetricsText metrics)
    {
        if (port is < 0 or > IPEndPoint.MaxPort) throw CommandException.BadInput("--health must be a port between 0 and 65535");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 64;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        var endpoint = new HealthEndpoint(builder.Build());
        if (node is not null) endpoint.WatchStore(node);
        endpoint._app.MapGet("/health/live", () => Results.Text("live\n"));
        // Ready is who can still write: after a failure of the store every write is refused.
        endpoint._app.MapGet("/health/ready", () => (endpoint._storeFailure ?? (node is null ? null : Membership.WhyNotReady(node))) is { } why
            ? Results.Text($"not ready: {why}\n", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ready\n"));
        endpoint._app.MapGet("/metrics", () => Results.Text(metrics.Write(), "text/plain; version=0.0.4"));
        if (node is not null) Membership.Map(endpoint._app, node);
        try
        {
            await endpoint._app.StartAsync();
        }
        catch (IOException failure)
        {
            await endpoint.DisposeAsync();
            throw new CommandException(ExitCode.Network, $"cannot listen on 127.0.0.1:{port} for --health: {failure.Message} Choose another port or stop the program that uses it.");
        }
        endpoint.Address = endpoint._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return endpoint;
    }

    private void WatchStore(HhsNode node)
    {
        var listener = node.System.ActorOf(Props.Create(() => new StoreListener(this)));
        node.System.EventStream.Subscribe(listener, typeof(JournalProtocol.JournalFailed));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class StoreListener : ReceiveActor
    {
        public StoreListener(HealthEndpoint endpoint) => Receive<JournalProtocol.JournalFailed>(failed => endpoint._storeFailure = failed.Reason);
    }
}
