using Akka.Actor;

namespace Hhs.Actors.Node;

/// <summary>Where that runs which is to run once among all nodes that act as one peer.</summary>
internal interface IOnce
{
    /// <summary>Whether there can be other nodes.</summary>
    bool IsShared { get; }

    /// <summary>Starts an actor by a name that is the same at all nodes; answers where to find it, wherever it runs.</summary>
    IActorRef Start(IActorContext context, string name, Props props);

    /// <summary>Whether another node goes on with what stops at this one.</summary>
    bool IsSucceeded(ActorSystem system);
}

/// <summary>A node by itself.</summary>
internal sealed class OnceHere : IOnce
{
    public static readonly OnceHere Instance = new();

    public bool IsShared => false;

    public IActorRef Start(IActorContext context, string name, Props props) => context.ActorOf(props, name);

    public bool IsSucceeded(ActorSystem system) => false;
}

/// <summary>What is said to and by an actor that runs once. It may be in another process.</summary>
internal interface IOnceMessage;
