using Hhs.Model.Identity;

namespace Hhs.Protocols.Swarm;

/// <summary>Keeps enough peers for one topic: dials candidates, again after a pause that grows, and asks discovery for more.</summary>
/// <remarks>
/// The original discovers once and never replaces a lost peer (supplement 7.6); so whoever wants to stay connected must dial
/// again, which this does. Nodes that were parted, and found enough peers on their side meanwhile, would never meet again;
/// so now and then one that is not connected is tried although there are enough. No clock, socket or thread in here.
/// </remarks>
/// <param name="self">Our own key id, which is never dialled.</param>
/// <param name="settings">Sizes and paces.</param>
public sealed class TopicSwarm(KeyId self, SwarmSettings settings)
{
    private readonly Dictionary<SwarmCandidate, Attempts> _candidates = [];
    private readonly SortedDictionary<PeerId, Connected> _peers = [];
    private TimeSpan _discoverAt, _discoverPause, _exploreAt, _explorePause;

    /// <summary>Whether the topic is wanted.</summary>
    public bool IsActive { get; private set; }

    /// <summary>The connections that carry the topic.</summary>
    public IReadOnlyCollection<PeerId> Peers => _peers.Keys;

    /// <summary>Takes one input; answers what is to be done, in order.</summary>
    public IReadOnlyList<SwarmEffect> Advance(SwarmInput input)
    {
        switch (input)
        {
            case SwarmInput.Activated when !IsActive:
                IsActive = true;
                (_discoverAt, _discoverPause) = (input.Now, settings.DiscoverEvery);
                ExploreSoon(input.Now);
                break;
            case SwarmInput.CandidatesFound i:
                foreach (var candidate in i.Candidates) Learn(candidate);
                break;
            case SwarmInput.Deactivated: IsActive = false; break;
            case SwarmInput.Declined i when Dialling(i.KeyId) is { } declined: Failed(declined, input.Now); break;
            case SwarmInput.DialFailed i: Failed(i.Candidate, input.Now); break;
            case SwarmInput.PeerClosed i when _peers.Remove(i.Peer, out var peer):
                Lost(peer, input.Now);
                if (_peers.Count < settings.TargetPeers) ExploreSoon(input.Now);
                break;
            case SwarmInput.PeerOpened i: Opened(i); break;
            case SwarmInput.Reachable i:
                foreach (var (candidate, attempts) in _candidates) if (candidate.KeyId == i.KeyId) (attempts.Failures, attempts.NotBefore) = (0, input.Now);
                _exploreAt = input.Now;
                break;
        }
        return IsActive ? Seek(input.Now) : [];
    }

    private void Learn(SwarmCandidate candidate)
    {
        if (candidate.KeyId == self || _candidates.ContainsKey(candidate)) return;
        if (_candidates.Count >= settings.CandidatesMax)
        {
            var worst = _candidates.Where(c => !c.Value.IsDialling && c.Value.Failures > 0).OrderByDescending(c => c.Value.Failures).FirstOrDefault();
            if (worst.Value is null) return;
            _candidates.Remove(worst.Key);
        }
        _candidates.Add(candidate, new());
        _discoverPause = settings.DiscoverEvery;
    }

    // Whoever dialled: the peer may have reached us while we tried to reach it.
    private void Opened(SwarmInput.PeerOpened input)
    {
        var dialled = Dialling(input.KeyId);
        // One that was tried although there were enough is left again where there are many: it has told us what it has.
        bool visit = dialled is { } c && _candidates[c].IsExplored && _peers.Count >= settings.PeersMax;
        _peers[input.Peer] = new(input.KeyId, dialled, input.Now, visit ? input.Now + settings.VisitFor : null);
        if (dialled is { } candidate) _candidates[candidate].DialledAt = null;
    }

    private SwarmCandidate? Dialling(KeyId key)
    {
        foreach (var (candidate, attempts) in _candidates) if (candidate.KeyId == key && attempts.IsDialling) return candidate;
        return null;
    }

    private void Lost(Connected peer, TimeSpan now)
    {
        if (peer.Dialled is not { } candidate) return;
        // Only a connection that lasted shows that dialling was worth it: one that is closed at once pauses longer each time.
        if (now - peer.Since >= settings.DialPatience && _candidates.TryGetValue(candidate, out var attempts)) attempts.Failures = 0;
        Failed(candidate, now);
    }

    private void Failed(SwarmCandidate candidate, TimeSpan now)
    {
        if (!_candidates.TryGetValue(candidate, out var attempts)) return;
        attempts.DialledAt = null;
        var pause = settings.RedialMin * Math.Pow(2, Math.Min(attempts.Failures++, 20));
        attempts.NotBefore = now + (pause < settings.RedialMax ? pause : settings.RedialMax);
    }

    private List<SwarmEffect> Seek(TimeSpan now)
    {
        var effects = new List<SwarmEffect>();
        foreach (var (candidate, attempts) in _candidates) if (attempts.DialledAt is { } at && now - at >= settings.DialPatience) Failed(candidate, now);
        int dialling = _candidates.Values.Count(a => a.IsDialling);
        int wanted = settings.TargetPeers - _peers.Count - dialling;
        foreach (var (peer, visit) in _peers.Where(p => p.Value.LeaveAt <= now).ToList())
        {
            _peers[peer] = visit with { LeaveAt = null };
            effects.Add(new SwarmEffect.Leave(peer));
        }
        bool explores = wanted <= 0 && dialling == 0 && now >= _exploreAt;
        if (explores)
        {
            wanted = 1;
            _exploreAt = now + _explorePause;
            _explorePause = Doubled(_explorePause, settings.ExploreMax);
        }
        var wake = _peers.Values.Aggregate(_exploreAt, (at, p) => p.LeaveAt < at ? p.LeaveAt.Value : at);
        if (wanted <= 0)
        {
            if (dialling > 0 && now + settings.DialPatience < wake) wake = now + settings.DialPatience;
            if (wake > now) effects.Add(new SwarmEffect.ArmTimer(wake - now));
            return effects;
        }
        if (now >= _discoverAt)
        {
            // Nobody new for long: ask less and less often, for a node may have thousands of topics that nobody else has.
            _discoverAt = now + _discoverPause;
            _discoverPause = Doubled(_discoverPause, settings.DiscoverMax);
            effects.Add(new SwarmEffect.Discover());
        }

        // One connection a key is enough, so who is connected, or being dialled at another address, is passed over.
        var busy = _peers.Values.Select(p => p.KeyId).Concat(_candidates.Where(c => c.Value.IsDialling).Select(c => c.Key.KeyId)).ToHashSet();
        if (!explores && _discoverAt < wake) wake = _discoverAt;
        foreach (var (candidate, attempts) in explores ? _candidates.OrderBy(c => c.Value.TriedAt) : _candidates.OrderBy(c => c.Value.Failures))
        {
            if (busy.Contains(candidate.KeyId)) continue;
            if (attempts.NotBefore > now) { wake = attempts.NotBefore < wake ? attempts.NotBefore : wake; continue; }
            if (wanted == 0 || dialling == settings.DialsMax) continue;
            wanted--;
            dialling++;
            busy.Add(candidate.KeyId);
            (attempts.DialledAt, attempts.TriedAt, attempts.IsExplored) = (now, now, explores);
            effects.Add(new SwarmEffect.Dial(candidate, attempts.Failures));
        }
        if (dialling > 0 && now + settings.DialPatience < wake) wake = now + settings.DialPatience;
        effects.Add(new SwarmEffect.ArmTimer(wake > now ? wake - now : TimeSpan.Zero));
        return effects;
    }

    private void ExploreSoon(TimeSpan now) => (_exploreAt, _explorePause) = (now + settings.ExploreEvery, settings.ExploreEvery);

    private static TimeSpan Doubled(TimeSpan pause, TimeSpan most) => pause * 2 < most ? pause * 2 : most;

    private sealed class Attempts
    {
        public int Failures { get; set; }

        public TimeSpan? DialledAt { get; set; }

        public bool IsDialling => DialledAt is not null;

        public TimeSpan NotBefore { get; set; }

        public TimeSpan TriedAt { get; set; }

        public bool IsExplored { get; set; }
    }

    private readonly record struct Connected(KeyId KeyId, SwarmCandidate? Dialled, TimeSpan Since, TimeSpan? LeaveAt);
}
