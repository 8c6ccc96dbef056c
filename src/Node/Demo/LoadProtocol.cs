using System.Text.Json.Serialization;

namespace Hhs.Node.Demo;

[JsonDerivedType(typeof(Load), "load")]
[JsonDerivedType(typeof(EndLoad), "end-load")]
internal abstract partial record DemoOrder
{
    /// <summary>Add elements to these sets, one after the other and round again, until told to end. Each is told as <see cref="DemoEvent.Acknowledged"/>.</summary>
    /// <param name="Ids">The sets.</param>
    /// <param name="PerSecond">How many elements a second.</param>
    /// <param name="Mark">What the elements begin with.</param>
    public sealed record Load(IReadOnlyList<string> Ids, int PerSecond, string Mark) : DemoOrder;

    /// <summary>End the load; what is under way is told first.</summary>
    public sealed record EndLoad : DemoOrder;
}

[JsonDerivedType(typeof(Loaded), "loaded")]
internal abstract partial record DemoEvent
{
    /// <summary>The load has ended, and all of it is acknowledged.</summary>
    public sealed record Loaded : DemoEvent;
}
