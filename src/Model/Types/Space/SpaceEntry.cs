using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Space;

/// <summary>An entry of a space, read: well formed, and the members that it names are there.</summary>
/// <param name="Author">Key id of who wrote it; empty for the create entry.</param>
internal abstract record SpaceEntry(string Author)
{
    public sealed record Create() : SpaceEntry("");

    /// <summary>Adds a member.</summary>
    public sealed record Member(string Author, MemberDefinition Definition) : SpaceEntry(Author);

    /// <summary>An operation on a member.</summary>
    public sealed record Operation(string Author, MemberDefinition Target, Literal.Map Payload) : SpaceEntry(Author);

    /// <summary>An operation on the capability object.</summary>
    /// <param name="Author">Key id of who wrote it.</param>
    /// <param name="Payload">The operation as the capability object takes it: with author and signature.</param>
    public sealed record Capability(string Author, Literal.Map Payload) : SpaceEntry(Author);

    public sealed record Transact(string Author, SpaceCondition[] Require, (MemberDefinition Target, Literal.Map Payload)[] Ops, bool IsReviewed) : SpaceEntry(Author)
    {
        /// <summary>The members that its conditions and operations name, in that order.</summary>
        public IEnumerable<MemberDefinition> Members => Require.SelectMany(condition => condition.Members).Concat(Ops.Select(op => op.Target)).Distinct();
    }

    /// <summary>Does a transaction again, or gives it up.</summary>
    public sealed record Resolve(string Author, int Transaction, bool IsRetried) : SpaceEntry(Author);

    public sealed record Seal(string Author) : SpaceEntry(Author);
}

/// <summary>A member of a space, as it was added.</summary>
/// <param name="Entry">Number of its <c>member</c> entry; the number that the next entry gets, for one that is only being judged.</param>
/// <param name="Id">Its id: the hash of that entry.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Type">Its type.</param>
/// <param name="Create">The create payload.</param>
/// <param name="Requires">The capability that each action on it takes.</param>
public sealed record MemberDefinition(int Entry, ContentHash Id, string Name, IReplicatedType Type, Literal.Map Create, IReadOnlyDictionary<string, string> Requires)
{
    internal MemberState Start(TypeRegistry types) => (Type as IFoldedType)?.Start(Create, Id, Entry) ?? ReplayedState.Initial(Type, Create, Id, types);

    /// <inheritdoc/>
    public bool Equals(MemberDefinition? other) => other is not null && other.Entry == Entry;

    /// <inheritdoc/>
    public override int GetHashCode() => Entry;
}
