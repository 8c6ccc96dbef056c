using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types;

/// <summary>An object in which concurrent operations can disagree, and how to settle it.</summary>
/// <remarks>A type in which nothing disagrees does not implement it.</remarks>
public interface IConflictView
{
    /// <summary>What is undecided at a version, as judged from a later one, in a fixed order.</summary>
    IReadOnlyList<Conflict> Conflicts(DagVersion at, DagVersion from);

    /// <summary>The operation that settles a conflict when it is appended on top of the version at which the conflict was read.</summary>
    /// <param name="conflict">A conflict of this object.</param>
    /// <param name="choice">Index of the candidate to keep.</param>
    /// <exception cref="ArgumentException">There is no such candidate, or it cannot be chosen by an operation.</exception>
    Literal.Map Resolve(Conflict conflict, int choice);
}

/// <summary>One thing about which concurrent operations disagree.</summary>
/// <param name="Subject">What it is: a field's name, an element's id; empty for the object as a whole.</param>
/// <param name="Candidates">At least two, in ascending order of the hashes; the last one is shown meanwhile.</param>
public sealed record Conflict(string Subject, IReadOnlyList<ConflictCandidate> Candidates)
{
    /// <summary>Ids of the nested objects that it is in, outermost first; empty for the object's own.</summary>
    public IReadOnlyList<ContentHash> Path { get; init; } = [];

    /// <summary>The conflicts of a nested object as its container lists them; none if its type has none.</summary>
    internal static IEnumerable<Conflict> Within(ReplicatedObject child, DagVersion at, DagVersion from) => child is not IConflictView view ? []
        : view.Conflicts(at, from).Select(conflict => conflict with { Path = [child.Id, .. conflict.Path] });

    /// <summary>The operation on the outermost of the nested objects that settles it.</summary>
    internal Literal.Map ResolveWithin(ReplicatedObject child, int choice) => child is IConflictView view
        ? view.Resolve(this with { Path = [.. Path.Skip(1)] }, choice) : throw new ArgumentException("the nested object has no conflicts", nameof(child));
}

/// <summary>One operation of those that disagree.</summary>
/// <param name="Entry">The entry, which is also the version that it made.</param>
/// <param name="Author">Key id of its author; null for an operation without one.</param>
/// <param name="Value">What it writes; null when it removes, or writes a nested object.</param>
/// <param name="Child">The nested object that it writes.</param>
public sealed record ConflictCandidate(ContentHash Entry, string? Author, Literal? Value, ContentHash? Child = null);
