using System.Globalization;
using Akka.Actor;
using Akka.Event;

namespace Hhs.Node.Output;

/// <summary>Writes the actors' log to standard error, so that standard output is the command's alone.</summary>
internal sealed class StderrLogger : ReceiveActor
{
    public StderrLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(e => Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{e.Timestamp:HH:mm:ss.fff} {e.LogLevel().ToString()[..^5]} {Report.Visible(e.Message?.ToString() ?? "")}{(e.Cause is { } cause ? $"\n{cause}" : "")}")));
    }
}
