using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;

namespace Hhs.Actors.Audiences;

/// <summary>Follows a capability object, and opens a topic to those who hold one of its capabilities.</summary>
internal sealed class HoldersActor : ReceiveActor, IWithTimers
{
    private readonly ContentHash _topic;
    private readonly Audience.Holders _holders;
    private readonly IActorRef _mesh, _objects;
    private bool _asking, _grewMeanwhile;

    public static Props Props(ContentHash topic, Audience.Holders holders, IActorRef mesh, IActorRef objects) =>
        Akka.Actor.Props.Create(() => new HoldersActor(topic, holders, mesh, objects));

    public HoldersActor(ContentHash topic, Audience.Holders holders, IActorRef mesh, IActorRef objects)
    {
        (_topic, _holders, _mesh, _objects) = (topic, holders, mesh, objects);
        Receive<FollowTick>(_ => FollowCapabilities());
        Receive<ObjectProtocol.FollowLost>(_ => Timers.StartSingleTimer(nameof(FollowTick), FollowTick.Instance, FollowAgainAfter));
        Receive<ObjectProtocol.Grew>(_ => Ask());
        Receive<ObjectProtocol.Answered>(answer => OnAnswer(answer.Value as CapabilityContents));
        Receive<ObjectProtocol.Refused>(_ => OnAnswer(null));   // it is no capability object, or cannot be read: nobody
    }

    private sealed record FollowTick
    {
        public static readonly FollowTick Instance = new();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => FollowCapabilities();

    private void FollowCapabilities()
    {
        _objects.Tell(new ObjectsProtocol.Follow(_holders.CapabilityObject));
        // Following again is harmless, and the object may have come only now.
        Timers.StartSingleTimer(nameof(FollowTick), FollowTick.Instance, FollowEvery);
    }

    private void Ask()
    {
        _grewMeanwhile = _asking;
        if (_asking) return;
        _asking = true;
        _objects.Tell(new ObjectsProtocol.ToObject(_holders.CapabilityObject, new ObjectProtocol.Ask(new CapabilityMessages.Contents())));
    }

    private void OnAnswer(CapabilityContents? contents)
    {
        _asking = false;
        _mesh.Tell(new MeshProtocol.SetPolicy(_topic, contents is null ? TopicPolicy.Nobody : new([.. MayHave(contents)])));
        if (_grewMeanwhile) Ask();
    }

    private IEnumerable<KeyId> MayHave(CapabilityContents contents)
    {
        var holders = contents.Capabilities.FirstOrDefault(c => c.CapName == _holders.Capability)?.Holders ?? [];
        foreach (string who in contents.Creators.Concat(holders)) if (KeyId.TryParse(who, out var key)) yield return key;
    }

    private static readonly TimeSpan FollowAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FollowEvery = TimeSpan.FromMinutes(1);
}
