using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Opaque;

namespace Hhs.Actors.Objects;

/// <summary>How an object judges entries: its create entry, what is written here, what peers offer.</summary>
public sealed partial class ObjectActor
{
    private void ReceiveAdmission()
    {
        Receive<ObjectProtocol.Apply>(apply => OnApply(apply.Command));
        Receive<ObjectProtocol.Offered>(offered => OnOffered(offered.Entries));
        Receive<CreateWith>(create => OnCreate(create.Create));
    }

    private void OnCreate(Entry create)
    {
        if (_replica.Log.Count > 0)
        {
            Acknowledge(Sender, _id);
            return;
        }
        if (_readOnly is not null)
        {
            Sender.Tell(ReadOnly());
            return;
        }
        switch (_replica.Admit(create))
        {
            case Judgement.Admitted(_, var tags):
                Store([Record(create, tags)], Sender, create.Hash);
                ObserveReferences();
                break;
            case Judgement.Refused(var why):
                Sender.Tell(new ObjectProtocol.Refused(why));
                OnFetchFailed(new(why.Detail));
                break;
            case var other: throw new InvalidOperationException($"a create entry is admitted or refused, not {other}");
        }
    }

    private void OnApply(IObjectCommand command)
    {
        if (_replica.Object is not { } target)
        {
            Sender.Tell(NotHere());
            return;
        }
        if (_readOnly is not null)
        {
            Sender.Tell(ReadOnly());
            return;
        }
        if (target is OpaqueObject)
        {
            Sender.Tell(NotInterpreted());
            return;
        }
        if (TryBuild(command, target, out var why) is not { } payload)
        {
            Sender.Tell(new ObjectProtocol.Refused(why));
            return;
        }
        var entry = Entry.Make(payload, _replica.Log.Frontier);
        switch (_replica.Admit(entry))
        {
            case Judgement.Admitted(_, var tags): Store([Record(entry, tags)], Sender, entry.Hash); break;
            case Judgement.Known: Acknowledge(Sender, entry.Hash); break;
            case Judgement.Refused(var refusal):
                Sender.Tell(new ObjectProtocol.Refused(refusal) { More = command.Explain(target, _replica.Log.FrontierVersion, _services.Identity) });
                break;
            case Judgement.Waiting: Sender.Tell(new ObjectProtocol.Refused(new(RejectCode.InvalidOperation, "something that the operation depends on is not here yet"))); break;
        }
    }

    private Literal? TryBuild(IObjectCommand command, ReplicatedObject target, out Reject why)
    {
        try
        {
            return command.Build(target, _replica.Log.FrontierVersion, _services.Identity, out why);
        }
        catch (Exception mistake) when (mistake is ArgumentException or MissingDependencyException)   // no reason for the object to die
        {
            why = new(RejectCode.InvalidOperation, mistake.Message);
            return null;
        }
    }

    private void OnOffered(IReadOnlyList<Entry> offered)
    {
        if (_readOnly is not null || _releasing) return;   // no verdict: gossip holds what it has, and asks for no more than its bound
        var admitted = new List<JournalEntry>(offered.Count);
        var known = new List<ContentHash>();
        var refused = new List<(ContentHash, Reject)>();
        var deferred = new List<ContentHash>();
        foreach (var entry in offered)
        {
            switch (_replica.Admit(entry))
            {
                case Judgement.Admitted(_, var tags): admitted.Add(Record(entry, tags)); break;
                case Judgement.Known: if (_durable.Contains(entry.Hash)) known.Add(entry.Hash); break;   // else: told when it is durable
                case Judgement.Refused(var why): refused.Add((entry.Hash, why)); break;
                case Judgement.Waiting:
                    // What waits for a predecessor builds on something refused or deferred above, which says it all.
                    if (_replica.Log.MissingOf(entry.Header.PrevEntryHashes).Count == 0) deferred.Add(entry.Hash);
                    break;
            }
        }
        if (admitted.Count > 0) ObserveReferences();
        if (known.Count + refused.Count + deferred.Count > 0) Sender.Tell(new ObjectProtocol.Judged(known, refused, deferred));
        if (admitted.Count > 0) Store(admitted);
    }

    private JournalEntry Record(Entry entry, IReadOnlyList<Tag> tags)
    {
        byte[] json = JsonText.Write(entry.Payload);
        _payloads.Hold(entry.Hash, json);
        return new(entry.Header, json, TagCode.Encode(tags));
    }
}
