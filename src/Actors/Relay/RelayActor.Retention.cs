using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Hhs.Actors.Discovery;
using Hhs.Actors.Objects;
using Hhs.Actors.Telemetry;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Protocols.Relay;

namespace Hhs.Actors.Relay;

/// <summary>Who uses what is hosted, how it grows, and what is carried or hosted no more.</summary>
internal sealed partial class RelayActor
{
    private void OnUsers(RelayDeskProtocol.Users users)
    {
        if (!_desks.ContainsKey(Sender)) return;   // it would not be heard to go
        if (users.IsAll) foreach (var id in _users.Where(u => u.Value.ContainsKey(Sender)).Select(u => u.Key).Except(users.Counts.Select(c => c.Id)).ToArray()) SetUsers(id, Sender, 0);
        foreach (var (id, count) in users.Counts) SetUsers(id, Sender, count);
    }

    private void SetUsers(ContentHash id, IActorRef desk, int count)
    {
        if (_book.Find(id) is null) return;
        if (!_users.TryGetValue(id, out var desks)) _users.Add(id, desks = []);
        if (count > 0) desks[desk] = count;
        else desks.Remove(desk);
        if (desks.Count == 0) _users.Remove(id);
        CountUsers(id);
    }

    // Whoever has it fetched uses it, too.
    private void CountUsers(ContentHash id) =>
        _book.SetUsers(id, (_users.TryGetValue(id, out var users) ? users.Values.Sum() : 0) + (_fetches.ContainsKey(id) ? 1 : 0), Now);

    private void OnGrew(ContentHash id, long bytes)
    {
        var stop = _book.Grew(id, bytes, Now);
        Count();
        if (stop is not { } bound) return;
        // What nobody uses makes room first.
        if (bound != RelayStop.ObjectBytes && Sweep()) return;
        var why = new Reject(RejectCode.OverLimit, $"{bytes} bytes of object {id} are stored: beyond {Setting(bound)}");
        RelayMetrics.Stopped(bound.ToString());
        _log.Warning("Object {0} is carried no more: {1}", id, why);
        Change(id, TopicMode.Dormant);
        Context.System.EventStream.Publish(new RelayProtocol.Stopped(id, why));

        bool Sweep()
        {
            OnSweep();
            return _book.Find(id) is { Stopped: null };
        }
    }

    private static string Setting(RelayStop bound) => bound switch
    {
        RelayStop.ObjectBytes => "hhs.relay.object-bytes-max",
        RelayStop.KeyBytes => "hhs.relay.bytes-per-key-max of its owner",
        _ => "hhs.relay.bytes-max",
    };

    private void OnSweep()
    {
        var now = Now;
        foreach (var id in _users.Keys) _book.Used(id, now);
        foreach (var id in _book.Due(now))
        {
            _book.Forget(id);
            Drop(id);
        }
        foreach (var id in _book.Resume()) Change(id, TopicMode.Passive);
        // One that nobody has answered for: its node may be gone. What is asked for again meanwhile is not to be dropped.
        foreach (var (id, _) in _dropping.Where(d => _book.Find(d.Key) is null && Stopwatch.GetElapsedTime(d.Value) >= DropAgainAfter).ToArray()) TellToDrop(id);
        // Each is a write to the disk, and nobody cares for the hour.
        foreach (var hosted in _book.Hosted) if (_saved.TryGetValue(hosted.Id, out var at) && hosted.LastUsed - at >= _setup.Settings.Quotas.Retain / Precision) Save(hosted);
        Count();
    }

    private void Drop(ContentHash id)
    {
        _users.Remove(id);
        TellToDrop(id);
        RelayMetrics.Dropped();
        _log.Info("Object {0} is dropped: nobody has used it for {1}", id, _setup.Settings.Quotas.Retain);
    }

    private void TellToDrop(ContentHash id)
    {
        _dropping[id] = Stopwatch.GetTimestamp();
        _objects.Tell(new ObjectsProtocol.Drop(id));
    }

    private void OnDropped(ContentHash id)
    {
        if (!_dropping.Remove(id)) return;   // said twice
        if (_book.Find(id) is null) Release(id);   // else it has been asked for again meanwhile
        Context.System.EventStream.Publish(new RelayProtocol.Dropped(id));
    }

    private void Release(ContentHash id)
    {
        RelayRecord.Remove(_setup.Journal, id);
        _saved.Remove(id);
        Change(id, TopicMode.Active);
    }

    private const int Precision = 50;
    private static readonly TimeSpan DropAgainAfter = TimeSpan.FromMinutes(2);
}
