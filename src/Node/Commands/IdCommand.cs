using System.CommandLine;
using System.Text.Json.Nodes;
using Hhs.Actors.Settings;

namespace Hhs.Node.Commands;

/// <summary><c>hhs id</c>: shows the identity, and makes it if there is none. Needs no store, so it works beside a running node.</summary>
internal static class IdCommand
{
    public static Command Make()
    {
        var command = new Command("id", "Show this node's identity; make one if there is none");
        command.SetAction(parsed => Run(new(parsed)));
        return command;
    }

    private static int Run(CommandContext context)
    {
        string file = IdentityFile.PathOf(context.Settings)!;
        var known = IdentityFile.TryLoad(file);
        var key = known ?? IdentityFile.LoadOrCreate(file);
        context.Report.Write(
            () => new JsonObject { ["keyId"] = key.KeyId.ToString(), ["publicKey"] = key.PublicKey.ToBase64(), ["file"] = file, ["created"] = known is null },
            () => $"key id      {key.KeyId}\npublic key  {key.PublicKey.ToBase64()}\nfile        {file}{(known is null ? " (new)" : "")}");
        return ExitCode.Ok;
    }
}
