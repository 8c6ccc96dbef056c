using Akka.Actor;
using Hhs.Actors.Objects;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Relay;

/// <summary>Has one object opened, and tells the relay what came of it.</summary>
internal sealed class FetchActor : ReceiveActor
{
    public static Props Props(ContentHash id, IActorRef objects, TimeSpan patience) => Akka.Actor.Props.Create(() => new FetchActor(id, objects, patience));

    public FetchActor(ContentHash id, IActorRef objects, TimeSpan patience)
    {
        objects.Tell(new ObjectsProtocol.Open(id));
        SetReceiveTimeout(patience);   // a registry that has started over answers nothing
        Receive<ObjectProtocol.Status>(_ => End(id, true));
        Receive<ObjectProtocol.Refused>(_ => End(id, false));
        Receive<ReceiveTimeout>(_ => End(id, false));
    }

    /// <summary>The object is here, or could not be had.</summary>
    internal sealed record Ended(ContentHash Id, bool IsHere);

    private void End(ContentHash id, bool isHere)
    {
        Context.Parent.Tell(new Ended(id, isHere));
        Context.Stop(Self);
    }
}
