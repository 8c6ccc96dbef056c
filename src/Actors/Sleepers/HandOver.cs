using Hhs.Actors.Mesh;
using Hhs.Protocols;

namespace Hhs.Actors.Sleepers;

/// <summary>Puts into order what peers say to two channels in turn: first what the channel before hands over, then what came by itself.</summary>
/// <remarks>
/// A session tells the old channel that its peer has left, and the new one that it has joined. The old channel answers the
/// first with <see cref="SleepersProtocol.HandedOver"/>, which can reach the new one before or after anything that the
/// session says; so the peer's own messages wait here until both are there. They are not released meanwhile, so the receive
/// window of the connection bounds them.
/// </remarks>
internal sealed class HandOver
{
    private readonly Dictionary<(string Topic, PeerId Peer), Waiting> _waiting = [];

    private sealed class Waiting(TimeSpan since)
    {
        public TimeSpan Since { get; } = since;
        public bool Joined { get; set; }
        public IReadOnlyList<ReadOnlyMemory<byte>>? Earlier { get; set; }
        public List<MeshProtocol.TopicMessage> Later { get; } = [];
    }

    /// <summary>Whether anything is waited for.</summary>
    public bool IsAwaiting => _waiting.Count > 0;

    /// <summary>The peer has come from a channel that hands over; answers what that has handed over already.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Joined(string topic, PeerId peer, TimeSpan now)
    {
        Of(topic, peer, now).Joined = true;
        return Complete(topic, peer);
    }

    /// <summary>The channel before has handed over; answers what is to be processed now.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Handed(SleepersProtocol.HandedOver handed, TimeSpan now)
    {
        var waiting = Of(handed.Topic, handed.Peer, now);
        waiting.Earlier = [.. waiting.Earlier ?? [], .. handed.Messages];
        return Complete(handed.Topic, handed.Peer);
    }

    /// <summary>Keeps the message if others of the peer must come before it.</summary>
    public bool TryHold(MeshProtocol.TopicMessage message)
    {
        if (!_waiting.TryGetValue((message.Topic, message.Peer), out var waiting)) return false;
        waiting.Later.Add(message);
        return true;
    }

    /// <summary>The peer has left; answers what it said last, for who carries the topic next.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Left(string topic, PeerId peer) => _waiting.Remove((topic, peer), out var waiting) ? Taken(waiting) : [];

    /// <summary>What has been waited for in vain for too long: a channel that failed hands nothing over.</summary>
    public IReadOnlyList<(string Topic, PeerId Peer, IReadOnlyList<ReadOnlyMemory<byte>> Messages)> Overdue(TimeSpan now) =>
        [.. _waiting.Where(w => now - w.Value.Since >= Patience).ToArray().Select(w => (w.Key.Topic, w.Key.Peer, Left(w.Key.Topic, w.Key.Peer)))];

    private Waiting Of(string topic, PeerId peer, TimeSpan now)
    {
        if (!_waiting.TryGetValue((topic, peer), out var waiting)) _waiting.Add((topic, peer), waiting = new(now));
        return waiting;
    }

    private IReadOnlyList<ReadOnlyMemory<byte>> Complete(string topic, PeerId peer) =>
        _waiting[(topic, peer)] is { Joined: true, Earlier: not null } ? Left(topic, peer) : [];

    private static List<ReadOnlyMemory<byte>> Taken(Waiting waiting)
    {
        List<ReadOnlyMemory<byte>> messages = [.. waiting.Earlier ?? []];
        foreach (var message in waiting.Later)
        {
            messages.Add(message.Message);
            message.Release();
        }
        return messages;
    }

    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
}
