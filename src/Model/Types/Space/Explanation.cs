using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Settling;

namespace Hhs.Model.Types.Space;

/// <summary>What became of an entry of a space, and why. Data: how it is told is up to whoever shows it.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Action">What it is: create, member, op, transact, resolve or seal.</param>
/// <param name="Author">Key id of who wrote it; empty for the create entry.</param>
/// <param name="Verdict">What became of it, and the reason if it is not live.</param>
/// <param name="IsFinal">Whether that stays so.</param>
public sealed record Explanation(ContentHash Entry, string Action, string Author, SettledVerdict Verdict, bool IsFinal)
{
    /// <summary>What it required, as it was written; of a resolve what its transaction required.</summary>
    public IReadOnlyList<Literal> Require { get; init; } = [];

    /// <summary>What it does, or would have done.</summary>
    public IReadOnlyList<(MemberDefinition Member, Literal.Map Payload)> Operations { get; init; } = [];

    /// <summary>The transaction that it resolves.</summary>
    public ContentHash? Transaction { get; init; }

    /// <summary>The entries that made its condition false, or took a right away; the first of them, in the settled order.</summary>
    public Named Winners { get; init; } = Named.None;

    /// <summary>The entries that it had counted on and that are not live; the first of them, in the settled order.</summary>
    public Named Lost { get; init; } = Named.None;
}

/// <summary>Some entries by name, and how many there are.</summary>
/// <param name="First">At most <see cref="Limits.WinnersMax"/> of them, in the settled order.</param>
/// <param name="Count">How many there are.</param>
public sealed record Named(IReadOnlyList<ContentHash> First, int Count)
{
    /// <summary>No entries.</summary>
    public static readonly Named None = new([], 0);
}
