using System.Text.Json.Nodes;
using Akka.Actor;
using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Transport;
using Hhs.Model;
using Hhs.Node.Control;

namespace Hhs.Node.Output;

/// <summary>What went wrong, as an exit code and a message that says what to do.</summary>
internal static class Failure
{
    public static (int Code, string Message) Of(Exception failure) => failure switch
    {
        CommandException known => (known.Code, known.Message),
        OperationCanceledException => (ExitCode.Interrupted, "interrupted"),
        // Only an object that has failed for good, or that is on its way to another node, does not answer.
        HhsException { Why.Code: RejectCode.TimedOut } late => (ExitCode.Store, $"{late.Message} ('hhs verify' looks for damaged entries, --verbose shows more)"),
        AskTimeoutException => (ExitCode.Store, "an object did not answer: run 'hhs verify' to look for damaged entries, or repeat with --verbose to see why"),
        // What another process asked of a node that was ending.
        ObjectDisposedException when CommandIo.Current is not null => (ExitCode.Store, "the node has stopped: start it, and repeat the command; what was acknowledged is stored"),
        HhsException refused => (ExitCode.Refused, refused.Message),
        JournalException store => (ExitCode.Store, store.Message),
        IdentityFileException identity => (ExitCode.Store, identity.Message),
        TransportException network => (ExitCode.Network, network.Message),
        ConfigurationException config => (ExitCode.BadInput, config.Message),
        IOException or UnauthorizedAccessException => (ExitCode.Store, failure.Message),
        _ => (ExitCode.Bug, $"this is a bug in hhs, please report it: {failure}"),
    };

    /// <summary>One line for a person, or one JSON object for a script.</summary>
    public static void Write(TextWriter error, bool json, int code, string message) =>
        error.WriteLine(json ? JsonLine.Of(new JsonObject { ["error"] = message, ["exitCode"] = code }) : $"hhs: {message}");

    /// <summary>Something that does not end the command.</summary>
    public static void Warn(TextWriter error, bool json, string message) =>
        error.WriteLine(json ? JsonLine.Of(new JsonObject { ["warning"] = message }) : $"hhs: {message}");
}
