using System.CommandLine;

namespace Hhs.Node.Commands;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Data = new("--data")
    {
        Description = "Folder of the store and the identity. Default: $HHS_DATA, or ~/.hhs", HelpName = "DIR", Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "One JSON object a line, for scripts", Recursive = true };

    public static readonly Option<string?> Config = new("--config")
    {
        Description = "HOCON file over the defaults of reference.conf", HelpName = "FILE", Recursive = true,
    };

    public static readonly Option<bool> Verbose = new("--verbose") { Description = "Log what the node does, to standard error", Recursive = true };
}
