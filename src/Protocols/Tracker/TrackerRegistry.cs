using System.Diagnostics;
using Hhs.Model;
using Hhs.Model.Identity;

namespace Hhs.Protocols.Tracker;

/// <summary>Who asks a tracker.</summary>
/// <param name="KeyId">The key that the handshake proved.</param>
/// <param name="Network">The network that the connection came from: what a full registry is shared out between.</param>
public readonly record struct TrackerAsker(KeyId KeyId, string Network);

/// <summary>An announcement, for keeping it over a restart.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Peer">Who announced it.</param>
/// <param name="Network">Where the announcement came from.</param>
/// <param name="Expires">When it is forgotten, on the registry's clock.</param>
public sealed record TrackerRegistration(string Topic, TrackerPeer Peer, string Network, TimeSpan Expires);

/// <summary>A tracker's memory: who announced which topics, until when.</summary>
/// <remarks>
/// Times are since any fixed start, and never go back. An announcement is of the key that the handshake proved, and of no
/// other; a later one of the same key and topic takes the place of the former, also with other addresses.
/// What is full (a topic, or everything) is shared out between networks: the newest announcement of the network that has most
/// makes room, for a network that would have less; else the newcomer is not listed. It is acknowledged all the same, since the
/// protocol has no other word that the original's client understands, and is tried again when it announces again. Announcing
/// again never needs room. An answer that cannot name all takes from each network in turn, so that keys without number from a few
/// networks do not hide the others. Source: wire.md section 7, supplement section 9.
/// </remarks>
/// <param name="settings">Bounds.</param>
/// <param name="random">For samples.</param>
public sealed class TrackerRegistry(TrackerSettings settings, IRandomSource random)
{
    private readonly Dictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<KeyId, HashSet<string>> _topicsOf = [];
    private readonly NetworkShares _all = new();
    private readonly Dice _dice = new(random);
    private long _serial;
    private TimeSpan _sweptForRoom = TimeSpan.MinValue;

    /// <summary>Announcements held, among them those that expired since the last sweep.</summary>
    public int Count => _all.Count;

    /// <summary>Announcements that made room for others, since the start.</summary>
    public long Displaced { get; private set; }

    /// <summary>Announcements that found no room, since the start.</summary>
    public long TurnedAway { get; private set; }

    /// <summary>Carries out a request.</summary>
    public TrackerResponse Answer(TrackerAsker asker, TrackerRequest request, TimeSpan now) => request switch
    {
        TrackerRequest.Announce announce => Announce(asker, announce, now),
        TrackerRequest.Leave leave => Leave(asker, leave),
        TrackerRequest.Query query => Query(query, now),
        _ => throw new UnreachableException(request.GetType().Name),
    };

    /// <summary>Forgets what has expired; answers how many announcements that were.</summary>
    public int Sweep(TimeSpan now)
    {
        var expired = _topics.Values.SelectMany(t => t.Peers.Values).Where(r => r.Expires <= now).ToList();
        foreach (var registration in expired) Forget(registration);
        return expired.Count;
    }

    /// <summary>What is held and has not expired, to be given to <see cref="Restore"/> after a restart.</summary>
    public IReadOnlyList<TrackerRegistration> Registrations(TimeSpan now) =>
        [.. _topics.Values.SelectMany(t => t.Peers.Values).Where(r => r.Expires > now).Order(Registration.ByAge).Select(r => new TrackerRegistration(r.Topic, r.Peer, r.Network, r.Expires))];

    /// <summary>Takes back an announcement from before a restart, within the bounds of now; false if there is no room, or it has expired.</summary>
    public bool Restore(TrackerRegistration registration, TimeSpan now)
    {
        var latest = now + settings.TtlMax;
        var expires = registration.Expires < latest ? registration.Expires : latest;
        if (expires <= now || (_topicsOf.GetValueOrDefault(registration.Peer.KeyId)?.Count ?? 0) >= settings.TopicsPerPeerMax) return false;
        return Put(registration.Topic, registration.Peer, registration.Network, expires, now);
    }

    private TrackerResponse Announce(TrackerAsker asker, TrackerRequest.Announce announce, TimeSpan now)
    {
        if (announce.Peer.KeyId != asker.KeyId) return new TrackerResponse.Error(NotYourKey);
        if (!HasRoomFor(asker.KeyId, announce.Entries, now)) return new TrackerResponse.Error($"too many topics: at most {settings.TopicsPerPeerMax} of one key");
        double[] ttls = new double[announce.Entries.Count];
        for (int i = 0; i < ttls.Length; i++)
        {
            var (topic, asked) = announce.Entries[i];
            ttls[i] = Math.Max(settings.TtlMin.TotalSeconds, Math.Min(settings.TtlMax.TotalSeconds, asked));
            // Who has no address cannot be dialled, and is not worth a place.
            if (announce.Peer.Addresses.Count == 0) Forget(topic, asker.KeyId);
            else Put(topic, announce.Peer, asker.Network, now + TimeSpan.FromSeconds(ttls[i]), now);
        }
        return new TrackerResponse.AnnounceAck(ttls);
    }

    private TrackerResponse.LeaveAck Leave(TrackerAsker asker, TrackerRequest.Leave leave)
    {
        foreach (string topic in leave.Topics) Forget(topic, asker.KeyId);
        return new();
    }

    // The asker itself is among the answers, as with the original.
    private TrackerResponse.QueryResponse Query(TrackerRequest.Query query, TimeSpan now)
    {
        var topics = query.Topics.Distinct(StringComparer.Ordinal).ToList();
        int most = Math.Clamp(settings.PeersPerResponseMax / Math.Max(1, topics.Count), 1, settings.PeersPerAnswerMax);
        int bytes = 0;
        var results = new List<TopicPeers>(topics.Count);
        foreach (string topic in topics)
        {
            var peers = new List<TrackerPeer>();
            if (_topics.TryGetValue(topic, out var found) && bytes < settings.ResponseBytesMax)
            {
                foreach (var registration in found.Shares.Sample(most, r => r.Expires > now && IsReachable(r.Peer, query.Schemes), _dice))
                {
                    bytes += PeerBytes + registration.Peer.Addresses.Sum(a => a.Length + AddressBytes);
                    if (bytes > settings.ResponseBytesMax) break;
                    peers.Add(registration.Peer);
                }
            }
            results.Add(new(topic, peers));
        }
        return new(results);
    }

    private static bool IsReachable(TrackerPeer peer, IReadOnlyList<string> schemes) =>
        schemes.Count == 0 || peer.Addresses.Any(a => DialAddress.HasScheme(a, schemes));

    private bool HasRoomFor(KeyId key, IReadOnlyList<AnnouncedTopic> entries, TimeSpan now)
    {
        if (!_topicsOf.TryGetValue(key, out var held)) return entries.Select(e => e.Topic).Distinct(StringComparer.Ordinal).Count() <= settings.TopicsPerPeerMax;
        if (WithNew() <= settings.TopicsPerPeerMax) return true;
        foreach (string topic in held.Where(t => _topics[t].Peers[key].Expires <= now).ToList()) Forget(topic, key);
        return WithNew() <= settings.TopicsPerPeerMax;

        int WithNew() => held.Count + entries.Select(e => e.Topic).Where(t => !held.Contains(t)).Distinct(StringComparer.Ordinal).Count();
    }

    private bool Put(string topic, TrackerPeer peer, string network, TimeSpan expires, TimeSpan now)
    {
        if (_topics.TryGetValue(topic, out var known) && known.Peers.TryGetValue(peer.KeyId, out var former))
        {
            if (former.Network == network)
            {
                (former.Peer, former.Expires) = (peer, expires);
                return true;
            }
            Forget(former);   // its own place is free now, so there is room
        }
        else if (!MakeRoom(known, network, now))
        {
            TurnedAway++;
            return false;
        }
        Add(new(topic, network, ++_serial) { Peer = peer, Expires = expires });
        return true;
    }

    private bool MakeRoom(Topic? topic, string network, TimeSpan now)
    {
        if (topic is not null && topic.Shares.Count >= settings.PeersPerTopicMax)
        {
            foreach (var expired in topic.Peers.Values.Where(r => r.Expires <= now).ToList()) Forget(expired);
        }
        if (topic is not null && topic.Shares.Count >= settings.PeersPerTopicMax) return Displace(topic.Shares, network);
        if (_all.Count >= settings.EntriesMax && now - SweepForRoomEvery >= _sweptForRoom)
        {
            _sweptForRoom = now;
            Sweep(now);
        }
        return _all.Count < settings.EntriesMax || Displace(_all, network);
    }

    private bool Displace(NetworkShares from, string network)
    {
        if (!from.TryYield(network, out var who)) return false;
        Forget(who);
        Displaced++;
        return true;
    }

    private void Add(Registration registration)
    {
        if (!_topics.TryGetValue(registration.Topic, out var topic)) _topics.Add(registration.Topic, topic = new());
        topic.Peers.Add(registration.Peer.KeyId, registration);
        topic.Shares.Add(registration);
        _all.Add(registration);
        if (!_topicsOf.TryGetValue(registration.Peer.KeyId, out var held)) _topicsOf.Add(registration.Peer.KeyId, held = new(StringComparer.Ordinal));
        held.Add(registration.Topic);
    }

    private void Forget(string topic, KeyId key)
    {
        if (_topics.TryGetValue(topic, out var known) && known.Peers.TryGetValue(key, out var registration)) Forget(registration);
    }

    private void Forget(Registration registration)
    {
        var (key, topic) = (registration.Peer.KeyId, _topics[registration.Topic]);
        topic.Peers.Remove(key);
        topic.Shares.Remove(registration);
        if (topic.Peers.Count == 0) _topics.Remove(registration.Topic);
        _all.Remove(registration);
        var held = _topicsOf[key];
        held.Remove(registration.Topic);
        if (held.Count == 0) _topicsOf.Remove(key);
    }

    private sealed class Topic
    {
        public Dictionary<KeyId, Registration> Peers { get; } = [];
        public NetworkShares Shares { get; } = new();
    }

    // The original's words, which its users may look for.
    private const string NotYourKey = "peer keyId does not match authenticated identity";

    // What JSON adds to a peer and to an address, about.
    private const int PeerBytes = 80, AddressBytes = 3;
    private static readonly TimeSpan SweepForRoomEvery = TimeSpan.FromSeconds(1);
}
