using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Objects;

/// <summary>The objects that are awake, the least recently used first.</summary>
internal sealed class ActiveObjects
{
    private readonly Dictionary<ContentHash, ActiveObject> _byId = [];
    private readonly Dictionary<IActorRef, ActiveObject> _byActor = [];
    private readonly LinkedList<ActiveObject> _byUse = [];   // without those that are falling asleep

    /// <summary>All that are awake, those that are falling asleep included.</summary>
    public int Count => _byId.Count;

    /// <summary>How many have been asked to sleep and have not answered.</summary>
    public int FallingAsleep => _byId.Count - _byUse.Count;

    public ActiveObject? Find(ContentHash id) => _byId.GetValueOrDefault(id);

    public ActiveObject? Find(IActorRef actor) => _byActor.GetValueOrDefault(actor);

    public ActiveObject Add(ContentHash id, IActorRef actor, TimeSpan now)
    {
        var added = new ActiveObject(id, actor) { Used = now };
        _byId.Add(id, added);
        _byActor.Add(actor, added);
        _byUse.AddLast(added.Place);
        return added;
    }

    public void Touch(ActiveObject o, TimeSpan now)
    {
        o.Used = now;
        if (o.Waiting is not null) return;
        _byUse.Remove(o.Place);
        _byUse.AddLast(o.Place);
    }

    /// <summary>Those that were last used at that time or before, at most so many, the least recently used first.</summary>
    public IReadOnlyList<ActiveObject> Unused(TimeSpan since, int countMax) => [.. _byUse.TakeWhile(o => o.Used <= since).Take(countMax)];

    /// <summary>The object is asked to sleep: what is for it waits from now on.</summary>
    public void BeginToSleep(ActiveObject o)
    {
        o.Waiting = new();
        _byUse.Remove(o.Place);
    }

    /// <summary>It does not sleep; counts as used, so that others are asked first.</summary>
    public void StayAwake(ActiveObject o, TimeSpan now)
    {
        (o.Waiting, o.GaveUp) = (null, false);
        o.Used = now;
        _byUse.AddLast(o.Place);
    }

    public ActiveObject? Remove(ContentHash id)
    {
        if (!_byId.Remove(id, out var gone)) return null;
        _byActor.Remove(gone.Actor);
        if (gone.Waiting is null) _byUse.Remove(gone.Place);
        return gone;
    }
}

/// <summary>An object that is awake.</summary>
internal sealed class ActiveObject
{
    public ActiveObject(ContentHash id, IActorRef actor) => (Id, Actor, Place) = (id, actor, new(this));

    public ContentHash Id { get; }

    public IActorRef Actor { get; }

    public LinkedListNode<ActiveObject> Place { get; }

    public TimeSpan Used { get; set; }

    /// <summary>While it is being asked to sleep: what is for it or for its successor, with the senders.</summary>
    public Queue<(object Message, IActorRef Sender)>? Waiting { get; set; }

    /// <summary>Whether it is to end since nobody had it: what is for it meanwhile is for a successor.</summary>
    public bool GaveUp { get; set; }

    /// <summary>What it said before it stopped, if it fell asleep.</summary>
    public ObjectSummary? Slept { get; set; }
}
