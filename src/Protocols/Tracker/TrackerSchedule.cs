using System.Diagnostics;
using Hhs.Model;
using Hhs.Protocols.Swarm;

namespace Hhs.Protocols.Tracker;

/// <summary>What a node says to one tracker, and when: announces what it carries before that is forgotten, leaves what it does not, asks for peers.</summary>
/// <remarks>
/// One request is out at a time, and only so many in a minute, since a tracker counts them: a node of very many topics asks for them in
/// turn. Questions go first, since somebody waits for them; then goodbyes; then announcements, those that are due soon together
/// with those that are due. While questions wait, every other request is one of the others. A tracker that does not answer is tried again after pauses that grow; one
/// that answers by an error is asked the next thing, and told the same again only after a pause. No clock, socket or thread
/// in here. Source: wire.md section 7.
/// </remarks>
/// <param name="self">Our own key, and the addresses to announce; without any nothing is announced.</param>
/// <param name="settings">Paces and bounds.</param>
/// <param name="random">For jitter, and the choice of candidates.</param>
public sealed class TrackerSchedule(TrackerPeer self, TrackerClientSettings settings, IRandomSource random)
{
    // Sorted, so that what one request holds does not depend on where a dictionary put it.
    private readonly SortedDictionary<string, Announced> _carried = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _leaving = new(StringComparer.Ordinal);
    private readonly Questions _asked = new();
    private readonly RequestPace _pace = new(settings.RequestsPerMinuteMax, AtOnceMax);
    private readonly Dice _dice = new(random);
    private TrackerPeer _self = self;
    private IReadOnlyCollection<string> _topics = [];
    private TimeSpan _askAt, _notBefore, _answeredAt;
    private TrackerRequest? _out;
    private int _failures;
    private bool _hasAsked;
    private (bool IsKnown, TimeSpan? At) _firstDue;

    /// <summary>Requests that have failed since the last answer.</summary>
    public int Failures => _failures;

    /// <summary>What to say at the very end: leave for all that the tracker may still hold; null if that is nothing.</summary>
    public TrackerRequest? Goodbye()
    {
        string[] held = [.. _carried.Where(c => c.Value.IsHeld).Select(c => c.Key).Concat(_leaving).Take(TrackerLimits.TopicsMax)];
        return held.Length == 0 ? null : new TrackerRequest.Leave(held);
    }

    /// <summary>Takes one input; answers what is to be done, in order.</summary>
    public IReadOnlyList<TrackerScheduleEffect> Advance(TrackerScheduleInput input)
    {
        var effects = new List<TrackerScheduleEffect>();
        switch (input)
        {
            case TrackerScheduleInput.Addresses i: OnAddresses(i.Announce, i.Now); break;
            case TrackerScheduleInput.Answered i when _out is { } request:
                _out = null;
                OnAnswer(request, i.Response, i.Now, effects);
                break;
            case TrackerScheduleInput.Answered: break;   // to what is given up
            case TrackerScheduleInput.Carried i: OnCarried(i.Topics, i.Now); break;
            case TrackerScheduleInput.Failed i: OnFailed(i.Now); break;
            case TrackerScheduleInput.Find i: OnFind(i); break;
            case TrackerScheduleInput.TimerFired: break;
            default: throw new UnreachableException(input.GetType().Name);
        }
        Next(input.Now, effects);
        return effects;
    }

    private void OnAddresses(IReadOnlyList<string> addresses, TimeSpan now)
    {
        if (addresses.SequenceEqual(_self.Addresses)) return;
        _self = _self with { Addresses = addresses };
        OnCarried(_topics, now);
        foreach (var announced in _carried.Values) announced.Due = now;
    }

    private void OnCarried(IReadOnlyCollection<string> topics, TimeSpan now)
    {
        _topics = topics;
        HashSet<string> carried = _self.Addresses.Count == 0 ? [] : topics.ToHashSet(StringComparer.Ordinal);
        foreach (var (topic, announced) in _carried.ToList())
        {
            if (carried.Contains(topic)) continue;
            _carried.Remove(topic);
            if (announced.IsHeld) _leaving.Add(topic);
        }
        foreach (string topic in carried)
        {
            _leaving.Remove(topic);
            // Whoever is being left at this moment is announced after that.
            if (!_carried.ContainsKey(topic)) _carried.Add(topic, new() { Due = now });
        }
        _firstDue = default;
    }

    private void OnFind(TrackerScheduleInput.Find find)
    {
        if (_asked.Count == 0) _askAt = find.Now + settings.GatherFor;
        _asked.Add(find.Topic, find.Schemes);
    }

    private void OnFailed(TimeSpan now)
    {
        if (_out is TrackerRequest.Query query) foreach (string topic in query.Topics) _asked.Add(topic, query.Schemes);
        if (_out is TrackerRequest.Leave leave) foreach (string topic in leave.Topics) if (!_carried.ContainsKey(topic)) _leaving.Add(topic);
        // After so long it has forgotten by itself.
        if (now - _answeredAt > TimeSpan.FromSeconds(GrantedMax)) _leaving.Clear();
        _out = null;
        _notBefore = now + Pause(_failures++);
    }

    private void OnAnswer(TrackerRequest request, TrackerResponse response, TimeSpan now, List<TrackerScheduleEffect> effects)
    {
        switch (request, response)
        {
            case (TrackerRequest.Announce announce, TrackerResponse.AnnounceAck ack) when ack.Ttls.Count == announce.Entries.Count:
                if (!ReferenceEquals(announce.Peer, _self)) break;   // of addresses that have changed since: it is due already
                for (int i = 0; i < ack.Ttls.Count; i++) OnConfirmed(announce.Entries[i].Topic, ack.Ttls[i], now);
                break;
            case (TrackerRequest.Announce announce, TrackerResponse.Error error):
                foreach (var entry in announce.Entries) if (_carried.TryGetValue(entry.Topic, out var refused)) refused.Due = now + Pause(refused.Refusals++) + (settings.Ttl / 3);
                _firstDue = default;
                effects.Add(new TrackerScheduleEffect.Refused(error.Message));
                break;
            case (TrackerRequest.Leave, TrackerResponse.LeaveAck): break;
            case (TrackerRequest.Query query, TrackerResponse.QueryResponse answer): OnPeers(query, answer, effects); break;
            case (_, TrackerResponse.Error error): effects.Add(new TrackerScheduleEffect.Refused(error.Message)); break;
            default:
                // Not an answer to what was asked.
                _out = request;
                OnFailed(now);
                return;
        }
        _failures = 0;
        _answeredAt = now;
    }

    // What is granted is only believed within the bounds that trackers have: else one could make us come all the time, or never.
    private void OnConfirmed(string topic, double ttl, TimeSpan now)
    {
        if (!_carried.TryGetValue(topic, out var announced)) return;
        var third = TimeSpan.FromSeconds(Math.Clamp(ttl, GrantedMin, GrantedMax) / 3);
        announced.Due = now + third - (third * 0.1 * _dice.Fraction());
        announced.Refusals = 0;
        _firstDue = default;
    }

    private void OnPeers(TrackerRequest.Query query, TrackerResponse.QueryResponse answer, List<TrackerScheduleEffect> effects)
    {
        var named = new Dictionary<string, IReadOnlyList<TrackerPeer>>(StringComparer.Ordinal);
        foreach (var (topic, peers) in answer.Results) named[topic] = peers;
        foreach (string topic in query.Topics)
        {
            var peers = named.GetValueOrDefault(topic, []).Where(p => p.KeyId != _self.KeyId).ToList();
            _dice.Shuffle(peers);
            effects.Add(new TrackerScheduleEffect.Found(topic,
                [.. peers.SelectMany(p => p.Addresses.Where(a => DialAddress.HasScheme(a, query.Schemes)).Select(a => new SwarmCandidate(p.KeyId, a))).Distinct().Take(settings.CandidatesMax)]));
        }
    }

    private void Next(TimeSpan now, List<TrackerScheduleEffect> effects)
    {
        if (_out is not null) return;
        var notBefore = _notBefore > _pace.NextAt ? _notBefore : _pace.NextAt;
        if (now >= notBefore && TakeRequest(now) is { } request)
        {
            _out = request;
            _pace.Made(now);
            effects.Add(new TrackerScheduleEffect.Exchange(request));
            return;
        }
        if (Wake() is not { } wake) return;
        if (wake < notBefore) wake = notBefore;
        effects.Add(new TrackerScheduleEffect.ArmTimer(wake > now ? wake - now : TimeSpan.Zero));
    }

    private TimeSpan? Wake()
    {
        TimeSpan? wake = _asked.Count > 0 ? _askAt : null;
        if (_leaving.Count > 0) wake = _notBefore;
        return FirstDue() is { } due && (wake is not { } earliest || due < earliest) ? due : wake;
    }

    // Looked for again only after a change: a node may carry very many, and ask for each.
    private TimeSpan? FirstDue()
    {
        if (!_firstDue.IsKnown) _firstDue = (true, _carried.Count == 0 ? null : _carried.Values.Min(a => a.Due));
        return _firstDue.At;
    }

    private TrackerRequest? TakeRequest(TimeSpan now)
    {
        bool isDue = _leaving.Count > 0 || FirstDue() <= now;
        if (_asked.Count > 0 && now >= _askAt && !(_hasAsked && isDue))
        {
            _hasAsked = true;
            return _asked.Take(settings.TopicsPerRequestMax);
        }
        _hasAsked = false;
        if (!isDue) return null;
        if (_leaving.Count > 0)
        {
            string[] left = [.. _leaving.Take(settings.TopicsPerRequestMax)];
            _leaving.ExceptWith(left);
            return new TrackerRequest.Leave(left);
        }
        var due = _carried.Where(c => c.Value.Due <= now + Soon).OrderBy(c => c.Value.Due).Take(settings.TopicsPerRequestMax).ToList();
        foreach (var (_, announced) in due) announced.IsHeld = true;   // from when it is sent it may be stored, whatever becomes of the answer
        return new TrackerRequest.Announce([.. due.Select(d => new AnnouncedTopic(d.Key, settings.Ttl.TotalSeconds))], _self);
    }

    private TimeSpan Pause(int failures)
    {
        var pause = settings.RetryMin * Math.Pow(2, Math.Min(failures, 20));
        return (pause < settings.RetryMax ? pause : settings.RetryMax) * (0.75 + (0.5 * _dice.Fraction()));
    }

    private sealed class Announced
    {
        public TimeSpan Due { get; set; }
        public bool IsHeld { get; set; }
        public int Refusals { get; set; }
    }

    private const int AtOnceMax = 30;
    private const double GrantedMin = 60, GrantedMax = 600;

    // What is due within this time is announced along with what is due.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
}
