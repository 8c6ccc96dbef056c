using System.CommandLine;
using Hhs.Actors.Tracker;

namespace Hhs.Node.Commands;

/// <summary>The option <c>--tracker</c>: who knows where peers are.</summary>
internal static class Trackers
{
    public static Option<string[]> Option() =>
        new("--tracker") { Description = "A tracker to find peers by, and to announce to; repeat for more", HelpName = "[KEYID@]ws://HOST:PORT", DefaultValueFactory = _ => [] };

    public static IEnumerable<TrackerAddress> Parse(IEnumerable<string> texts) =>
        texts.Select(text => TrackerAddress.TryParse(text, out var address, out string why) ? address : throw CommandException.BadInput(why));
}
