using System.Text.Json.Serialization;

namespace Hhs.Node.Demo;

// What demos with a space tell their nodes. Payloads are JSON texts as docs/types/space.md has them, unsigned.
[JsonDerivedType(typeof(AccountSpace), "account-space")]
[JsonDerivedType(typeof(Empower), "empower")]
[JsonDerivedType(typeof(EnterSpace), "enter-space")]
[JsonDerivedType(typeof(FoundSpace), "found-space")]
[JsonDerivedType(typeof(GlanceSpace), "glance-space")]
[JsonDerivedType(typeof(WriteInSpace), "write-in-space")]
internal abstract partial record DemoOrder
{
    /// <summary>Say what became of every entry, and what the members hold.</summary>
    /// <param name="At">A version of the past, as entries; null for all that is known.</param>
    public sealed record AccountSpace(IReadOnlyList<string>? At = null) : DemoOrder;

    /// <summary>Give a capability to somebody who may be new, or take it away.</summary>
    public sealed record Empower(string PublicKey, string Capability, bool IsGranted) : DemoOrder;

    /// <summary>Open the space that another node made.</summary>
    public sealed record EnterSpace(string Id) : DemoOrder;

    /// <summary>Make a space with members.</summary>
    /// <param name="Seed">Tells spaces apart.</param>
    /// <param name="Capabilities">Capabilities that creators give.</param>
    /// <param name="Requires">The capability that each action takes.</param>
    /// <param name="Members">Name and create payload of each member.</param>
    public sealed record FoundSpace(string Seed, IReadOnlyList<string> Capabilities, IReadOnlyDictionary<string, string> Requires, IReadOnlyList<NewMember> Members) : DemoOrder;

    /// <summary>Look at a counter in many versions of the past.</summary>
    /// <param name="Counter">The member's id.</param>
    /// <param name="RandomSeed">Decides which entries are put together to versions.</param>
    public sealed record GlanceSpace(string Counter, int RandomSeed) : DemoOrder;

    /// <summary>Write entries, one after the other; one that is refused does not keep the next from being tried.</summary>
    public sealed record WriteInSpace(IReadOnlyList<string> Payloads) : DemoOrder;
}

[JsonDerivedType(typeof(Accounted), "accounted")]
[JsonDerivedType(typeof(Founded), "founded")]
[JsonDerivedType(typeof(Glanced), "glanced")]
[JsonDerivedType(typeof(Wrote), "wrote")]
internal abstract partial record DemoEvent
{
    /// <summary>A space at one version. Two nodes that know the same say the same.</summary>
    /// <param name="Frontier">The version, as entries.</param>
    /// <param name="Entries">All entries in the settled order.</param>
    /// <param name="Members">What each member holds, by its id.</param>
    public sealed record Accounted(IReadOnlyList<string> Frontier, IReadOnlyList<AccountedEntry> Entries, IReadOnlyDictionary<string, IReadOnlyList<HeldValue>> Members) : DemoEvent;

    /// <summary>The space is made.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Members">Ids of its members, in the order asked for.</param>
    public sealed record Founded(string Id, IReadOnlyList<string> Members) : DemoEvent;

    /// <summary>How a counter stood.</summary>
    /// <param name="Versions">How many versions were looked at.</param>
    /// <param name="Lowest">The lowest total in one of them.</param>
    public sealed record Glanced(int Versions, long Lowest) : DemoEvent;

    /// <summary>What came of each payload, in order: the entry, which is durable, or why it was refused.</summary>
    public sealed record Wrote(IReadOnlyList<WrittenEntry> Entries) : DemoEvent;
}

/// <summary>A member to be added.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Create">Its create payload.</param>
/// <param name="Requires">The capability that each action on it takes; null for none.</param>
internal sealed record NewMember(string Name, string Create, IReadOnlyDictionary<string, string>? Requires = null);

/// <summary>What a member holds under one name, with all candidates; a counter has its total under no name.</summary>
internal sealed record HeldValue(string Name, IReadOnlyList<string> Candidates);

/// <summary>An entry that is durable, or why there is none.</summary>
internal sealed record WrittenEntry(string? Entry, string? Refused);

/// <summary>What became of an entry, and why.</summary>
/// <param name="Entry">Its hash.</param>
/// <param name="Action">What it is.</param>
/// <param name="Author">Key id of its author.</param>
/// <param name="Fate">Live, Void or Pending.</param>
/// <param name="Reason">Why it is not live; empty if it is.</param>
/// <param name="FailedCondition">The condition that fails, by its number from 0, if that is the reason.</param>
/// <param name="IsFinal">Whether that stays so.</param>
/// <param name="Transaction">The transaction that it answers.</param>
/// <param name="Operations">What it does, or would have done: a member's id and an operation's payload each.</param>
/// <param name="Winners">Who made its condition false: the first of them.</param>
/// <param name="WinnerCount">How many those are.</param>
/// <param name="Lost">Entries that it had counted on and that are not live: the first of them.</param>
internal sealed record AccountedEntry(
    string Entry, string Action, string Author, string Fate, string Reason, int? FailedCondition, bool IsFinal, string? Transaction,
    IReadOnlyList<string[]> Operations, IReadOnlyList<string> Winners, int WinnerCount, IReadOnlyList<string> Lost)
{
    [JsonIgnore]
    public bool IsLive => Fate == "Live";
}
