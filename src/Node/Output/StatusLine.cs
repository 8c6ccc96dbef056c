using System.Globalization;
using System.Text.Json.Nodes;

namespace Hhs.Node.Output;

/// <summary>How a running node stands: one line that is written over in a terminal, a new line for each change elsewhere.</summary>
internal sealed class StatusLine(Report report)
{
    private (int Objects, long Entries, int Peers)? _told;

    public void Tell(int objects, long entries, int peers)
    {
        if (_told == (objects, entries, peers)) return;
        _told = (objects, entries, peers);
        string text = string.Create(CultureInfo.InvariantCulture, $"{objects} objects, {entries} entries, {peers} peers");
        if (report.Terminal) Console.Out.Write($"\r{text.PadRight(60)}");
        else report.Write(() => new JsonObject { ["event"] = "status", ["objects"] = objects, ["entries"] = entries, ["peers"] = peers }, () => text);
    }

    /// <summary>What follows starts on a line of its own.</summary>
    public void End()
    {
        if (report.Terminal) Console.Out.WriteLine();
    }
}
