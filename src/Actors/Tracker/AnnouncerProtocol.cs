using Hhs.Actors.Node;

namespace Hhs.Actors.Tracker;

/// <summary>What nodes that act as one peer tell their announcer.</summary>
internal static class AnnouncerProtocol
{
    /// <summary>A node is up, for as long as the sender lives. Said again and again.</summary>
    /// <param name="Addresses">Where peers dial it.</param>
    /// <param name="Trackers">To whom it is to be announced: addresses as people write them.</param>
    internal sealed record Here(IReadOnlyList<string> Addresses, IReadOnlyList<string> Trackers) : IOnceMessage;
}
