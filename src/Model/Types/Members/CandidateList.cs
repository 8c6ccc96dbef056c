using System.Collections.Immutable;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Members;

/// <summary>The writes to one place that no other supersedes, in ascending order of their ids. Immutable.</summary>
internal sealed class CandidateList
{
    private readonly ImmutableArray<(int Entry, ConflictCandidate Candidate)> _items;

    private CandidateList(ImmutableArray<(int, ConflictCandidate)> items) => _items = items;

    public static readonly CandidateList Empty = new([]);

    /// <summary>What a member begins with.</summary>
    public static CandidateList Initial(int entry, ContentHash id, Literal value) => new([(entry, new(id, null, value))]);

    /// <summary>The candidates as views list them.</summary>
    public IReadOnlyList<ConflictCandidate> Candidates => field ??= [.. _items.Select(item => item.Candidate)];

    /// <summary>The list after a write, or where there is no value a removal.</summary>
    public CandidateList With(in MemberOperation by, Literal? value)
    {
        var items = ImmutableArray.CreateBuilder<(int Entry, ConflictCandidate Candidate)>(1);
        foreach (var item in _items)
        {
            if (!by.Supersedes(item.Entry)) items.Add(item);
        }
        var added = (by.Entry, new ConflictCandidate(by.Id, by.Author, value));
        int at = 0;
        while (at < items.Count && items[at].Candidate.Entry.CompareTo(by.Id) < 0) at++;
        items.Insert(at, added);
        return new(items.ToImmutable());
    }
}
