using Akka.Actor;
using Hhs.Model;
using Hhs.Model.Identity;

namespace Hhs.Actors.Tracker;

/// <summary>What is said to and by trackers and their clients, beside <see cref="Discovery.DiscoveryProtocol"/>.</summary>
public static class TrackerProtocol
{
    /// <summary>To a tracker; answered by <see cref="Ready"/> once it listens, or by a <see cref="Status.Failure"/>.</summary>
    public sealed record GetReady
    {
        /// <summary>The only instance.</summary>
        public static readonly GetReady Instance = new();
    }

    /// <summary>The tracker runs.</summary>
    /// <param name="KeyId">Its key id, which clients pin.</param>
    /// <param name="Listening">The addresses that it accepts connections on, with the ports really bound.</param>
    public sealed record Ready(KeyId KeyId, IReadOnlyList<Uri> Listening);

    /// <summary>To a tracker; answered by <see cref="Counts"/>.</summary>
    public sealed record GetCounts
    {
        /// <summary>The only instance.</summary>
        public static readonly GetCounts Instance = new();
    }

    /// <summary>How a tracker stands.</summary>
    public sealed record Counts(int Announcements, int Connections);

    /// <summary>On the event stream: a client's request to its tracker came to nothing.</summary>
    /// <param name="Tracker">The tracker.</param>
    /// <param name="Why">What it did wrong, or what it refused; <see cref="RejectCode.UnexpectedRemote"/> if it proved another key. Null if it cannot be reached.</param>
    /// <param name="Detail">One sentence for a person; may quote the tracker.</param>
    public sealed record TrackerFailed(TrackerAddress Tracker, Reject? Why, string Detail);

    /// <summary>On the event stream: a tracker without a pinned key was met for the first time, and is held to this key from now on.</summary>
    public sealed record TrackerLearnt(TrackerAddress Tracker, KeyId KeyId);
}
