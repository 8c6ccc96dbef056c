using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Members;

/// <summary>One operation on a member of a space, at its place in the settled order.</summary>
/// <param name="Id">What elements and candidates that it makes are named after.</param>
/// <param name="Payload">The operation, without author and signature; it may have a nonce.</param>
/// <param name="Author">Key id of who wrote it.</param>
/// <param name="Entry">Number of the entry of the space that it is in.</param>
/// <param name="IsBelow">
/// Whether an entry of the space is in the history of this one; null for an operation of a transaction, which acts as if all before it were.
/// </param>
public readonly record struct MemberOperation(ContentHash Id, Literal.Map Payload, string Author, int Entry, Func<int, bool>? IsBelow)
{
    /// <summary>Whether what an earlier operation wrote gives way to this one.</summary>
    /// <param name="earlier">Number of the entry that the earlier operation is in.</param>
    public bool Supersedes(int earlier) => IsBelow is null || earlier == Entry || IsBelow(earlier);
}
