using System.Text.Json.Serialization;

namespace Hhs.Node.Demo;

/// <summary>What the demo tells one of its nodes: a JSON line on its standard input. Its end ends the node.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Connect), "connect")]
[JsonDerivedType(typeof(List), "list")]
[JsonDerivedType(typeof(Open), "open")]
[JsonDerivedType(typeof(Sum), "sum")]
[JsonDerivedType(typeof(Write), "write")]
internal abstract record DemoOrder
{
    /// <summary>Stay connected to these peers.</summary>
    public sealed record Connect(IReadOnlyList<string> Peers) : DemoOrder;

    /// <summary>Name every entry of the log.</summary>
    public sealed record List : DemoOrder;

    /// <summary>Make the set, or open the one that is in the store: one seed gives one object.</summary>
    public sealed record Open(string Seed) : DemoOrder;

    /// <summary>Say what the set holds.</summary>
    public sealed record Sum : DemoOrder;

    /// <summary>Add and remove elements of a pool that all nodes share.</summary>
    /// <param name="Entries">How many.</param>
    /// <param name="AtOnce">How many are under way at once; they share the flushes of the disk.</param>
    /// <param name="Pool">Number of different elements.</param>
    /// <param name="RandomSeed">Decides the elements, and which are added and which removed.</param>
    public sealed record Write(int Entries, int AtOnce, int Pool, int RandomSeed) : DemoOrder;
}

/// <summary>What a node tells the demo: a JSON line on its standard output.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Acknowledged), "acknowledged")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(Listed), "listed")]
[JsonDerivedType(typeof(Opened), "opened")]
[JsonDerivedType(typeof(Ready), "ready")]
[JsonDerivedType(typeof(State), "state")]
[JsonDerivedType(typeof(Summed), "summed")]
[JsonDerivedType(typeof(Written), "written")]
internal abstract record DemoEvent
{
    /// <summary>These entries are durable. Each is told as soon as the node has its acknowledgement.</summary>
    public sealed record Acknowledged(IReadOnlyList<string> Entries) : DemoEvent;

    /// <summary>An order could not be carried out.</summary>
    public sealed record Failed(string Why) : DemoEvent;

    /// <summary>All entries of the log.</summary>
    public sealed record Listed(IReadOnlyList<string> Entries) : DemoEvent;

    /// <summary>The set is open.</summary>
    public sealed record Opened(string Id) : DemoEvent;

    /// <summary>The node listens at this address.</summary>
    public sealed record Ready(string Address) : DemoEvent;

    /// <summary>How the set stands; told whenever it has changed.</summary>
    /// <param name="Entries">Durable entries.</param>
    /// <param name="Sessions">Open sessions with peers.</param>
    /// <param name="Frontier">Hash over the frontier: equal where the logs are equal.</param>
    public sealed record State(int Entries, int Sessions, string Frontier) : DemoEvent;

    /// <summary>What the set holds.</summary>
    public sealed record Summed(int Entries, string Frontier, int Elements, string Contents) : DemoEvent;

    /// <summary>The writing is done.</summary>
    public sealed record Written : DemoEvent;
}
