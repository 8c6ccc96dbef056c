using System.Runtime.ExceptionServices;
using Akka.Actor;
using Hhs.Actors.Gossip;
using Hhs.Actors.Journal;
using Hhs.Model.Dag;
using Hhs.Model.Types;

namespace Hhs.Actors.Objects;

/// <summary>How an object is taken up: acquired, and read from the store on a thread for that, since a store that is away is waited for.</summary>
/// <remarks>Phases: Opening (what is said to it waits), then Open. So many objects open at a time as <c>hhs.objects.dispatcher</c> has threads.</remarks>
public sealed partial class ObjectActor
{
    /// <inheritdoc/>
    public IStash Stash { get; set; } = null!;

    private sealed record Opened(Epoch Epoch, Replica Replica);

    private sealed record NotOpened(Exception Cause);

    /// <inheritdoc/>
    protected override void PreStart() => StoreThreads.AskAsync(Context.System, Read).PipeTo(Self, success: opened => opened, failure: cause => new NotOpened(cause));

    // Touches nothing that the actor uses while it waits.
    private Opened Read()
    {
        var keys = new TagCode.KeyPool();
        var epoch = _services.Journal.Acquire(_id);   // before reading: what is read then is all that there is until we write
        var replica = Replica.Reopen(_id, _services.Journal.ReadIndex(_id).Select(entry => (entry.Header, DecodeTags(_id, entry.Header, entry.Tags, keys))), _payloads, _services.Types, _mirrors);
        foreach (var id in replica.References) _mirrors.Observe(id);
        return new(epoch, replica);
    }

    private void Opening()
    {
        Receive<Opened>(OnOpened);
        Receive<NotOpened>(failed => ExceptionDispatchInfo.Throw(failed.Cause));
        ReceiveAny(_ => Stash.Stash());
    }

    private void OnOpened(Opened opened)
    {
        (_epoch, _replica) = (opened.Epoch, opened.Replica);
        _durable = new(_id, _replica.Log, _payloads);
        _durable.AdvanceTo(_replica.Log.Count);
        _told = _durable.Version;
        Become(Open);
        _gossip = Context.ActorOf(GossipActor.Props(_durable, _services), "gossip");
        if (_mirrors.Observed.Count > 0) FollowObserved();
        Stash.UnstashAll();
    }
}
