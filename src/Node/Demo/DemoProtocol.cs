using System.Text.Json.Serialization;

namespace Hhs.Node.Demo;

/// <summary>What the demo tells one of its nodes: a JSON line on its standard input. Its end ends the node.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Append), "append")]
[JsonDerivedType(typeof(Block), "block")]
[JsonDerivedType(typeof(Connect), "connect")]
[JsonDerivedType(typeof(Found), "found")]
[JsonDerivedType(typeof(Join), "join")]
[JsonDerivedType(typeof(Host), "host")]
[JsonDerivedType(typeof(List), "list")]
[JsonDerivedType(typeof(Open), "open")]
[JsonDerivedType(typeof(Put), "put")]
[JsonDerivedType(typeof(Review), "review")]
[JsonDerivedType(typeof(Revoke), "revoke")]
[JsonDerivedType(typeof(Sum), "sum")]
[JsonDerivedType(typeof(Survey), "survey")]
[JsonDerivedType(typeof(Trace), "trace")]
[JsonDerivedType(typeof(Unblock), "unblock")]
[JsonDerivedType(typeof(Write), "write")]
internal abstract partial record DemoOrder
{
    /// <summary>Append a record to the log, if that is allowed.</summary>
    public sealed record Append(string Text) : DemoOrder;

    /// <summary>Talk to the owners of these keys no more.</summary>
    public sealed record Block(IReadOnlyList<string> KeyIds) : DemoOrder;

    /// <summary>Stay connected to these peers.</summary>
    public sealed record Connect(IReadOnlyList<string> Peers) : DemoOrder;

    /// <summary>Make a capability object and a log in which only holders of a capability can write, and give it to an editor.</summary>
    public sealed record Found(string Seed, string EditorKey) : DemoOrder;

    /// <summary>Open the log that another node made.</summary>
    public sealed record Join(string Id) : DemoOrder;

    /// <summary>Make the sets of these seeds, and fetch those of these ids from whoever has them.</summary>
    public sealed record Host(IReadOnlyList<string> Seeds, IReadOnlyList<string> Ids) : DemoOrder;

    /// <summary>Name every entry of the log.</summary>
    public sealed record List : DemoOrder;

    /// <summary>Make the set, or open the one that is in the store: one seed gives one object.</summary>
    public sealed record Open(string Seed) : DemoOrder;

    /// <summary>Add so many elements to each of these sets.</summary>
    public sealed record Put(IReadOnlyList<string> Ids, int Each, string Mark) : DemoOrder;

    /// <summary>Say which records there are, and which of them count.</summary>
    public sealed record Review : DemoOrder;

    /// <summary>Take the capability from the editor.</summary>
    public sealed record Revoke(string EditorKey) : DemoOrder;

    /// <summary>Say what the set holds.</summary>
    public sealed record Sum : DemoOrder;

    /// <summary>Say how all objects stand, and what the connections have carried.</summary>
    public sealed record Survey : DemoOrder;

    /// <summary>Tell from now on who supplies which entry.</summary>
    public sealed record Trace : DemoOrder;

    /// <summary>Talk to these again.</summary>
    public sealed record Unblock(IReadOnlyList<string> KeyIds) : DemoOrder;

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
[JsonDerivedType(typeof(Appended), "appended")]
[JsonDerivedType(typeof(Arrived), "arrived")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(Hosted), "hosted")]
[JsonDerivedType(typeof(Listed), "listed")]
[JsonDerivedType(typeof(Opened), "opened")]
[JsonDerivedType(typeof(Ready), "ready")]
[JsonDerivedType(typeof(Reviewed), "reviewed")]
[JsonDerivedType(typeof(Revoked), "revoked")]
[JsonDerivedType(typeof(State), "state")]
[JsonDerivedType(typeof(Summed), "summed")]
[JsonDerivedType(typeof(Surveyed), "surveyed")]
[JsonDerivedType(typeof(Written), "written")]
internal abstract partial record DemoEvent
{
    /// <summary>These entries are durable. Each is told as soon as the node has its acknowledgement.</summary>
    public sealed record Acknowledged(IReadOnlyList<string> Entries) : DemoEvent;

    /// <summary>A record is durable; or why it was refused.</summary>
    public sealed record Appended(string? Refused) : DemoEvent;

    /// <summary>A peer has supplied these entries.</summary>
    /// <param name="From">Its key id.</param>
    /// <param name="Entries">What came, as hashes.</param>
    /// <param name="At">When, as the clock of the machine says: ticks of UTC.</param>
    public sealed record Arrived(string From, IReadOnlyList<string> Entries, long At) : DemoEvent;

    /// <summary>What was put is durable.</summary>
    /// <param name="Entries">The entries, as hashes.</param>
    /// <param name="At">When, in ticks of UTC.</param>
    public sealed record Done(IReadOnlyList<string> Entries, long At) : DemoEvent;

    /// <summary>An order could not be carried out.</summary>
    public sealed record Failed(string Why) : DemoEvent;

    /// <summary>The objects asked for are here.</summary>
    /// <param name="Made">Ids of the sets that were made, in the order of their seeds.</param>
    public sealed record Hosted(IReadOnlyList<string> Made) : DemoEvent;

    /// <summary>All entries of the log.</summary>
    public sealed record Listed(IReadOnlyList<string> Entries) : DemoEvent;

    /// <summary>The object is open.</summary>
    public sealed record Opened(string Id) : DemoEvent;

    /// <summary>The node listens at this address, and has this public key.</summary>
    public sealed record Ready(string Address, string PublicKey) : DemoEvent;

    /// <summary>The records, in the order of the log's entries.</summary>
    public sealed record Reviewed(string Frontier, IReadOnlyList<ReviewedRecord> Records) : DemoEvent;

    /// <summary>The capability is taken.</summary>
    public sealed record Revoked : DemoEvent;

    /// <summary>How the set stands; told whenever it has changed.</summary>
    /// <param name="Entries">Durable entries.</param>
    /// <param name="Sessions">Open sessions with peers.</param>
    /// <param name="Frontier">Hash over the frontier: equal where the logs are equal.</param>
    public sealed record State(int Entries, int Sessions, string Frontier) : DemoEvent;

    /// <summary>What the set holds.</summary>
    public sealed record Summed(int Entries, string Frontier, int Elements, string Contents) : DemoEvent;

    /// <summary>How all objects of a node stand.</summary>
    /// <param name="Objects">Each object's id, number of entries, and hash over the frontier.</param>
    /// <param name="Sessions">Open sessions.</param>
    /// <param name="BytesSent">Bytes that the node has sent since it started.</param>
    public sealed record Surveyed(IReadOnlyList<SurveyedObject> Objects, int Sessions, long BytesSent) : DemoEvent;

    /// <summary>The writing is done.</summary>
    public sealed record Written : DemoEvent;
}

/// <summary>A record that somebody appended, and whether it counts.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Author">Key id of its author.</param>
/// <param name="Counts">Whether it is in the view, rather than void.</param>
internal sealed record ReviewedRecord(string Text, string Author, bool Counts);

/// <summary>How an object stands on one node.</summary>
internal sealed record SurveyedObject(string Id, int Entries, string Frontier);
