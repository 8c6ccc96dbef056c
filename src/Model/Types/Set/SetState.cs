using System.Collections.Immutable;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Conditions;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Set;

/// <summary>A set of literals in a space. Concurrent plain add and delete: the add wins.</summary>
public sealed class SetState : MemberState
{
    private readonly SetCreate _create;
    private readonly ImmutableDictionary<ContentHash, CandidateList> _elements;

    private SetState(SetCreate create, ImmutableDictionary<ContentHash, CandidateList> elements) => (_create, _elements) = (create, elements);

    internal static SetState Initial(SetCreate create, ContentHash id, int entry)
    {
        var elements = ImmutableDictionary.CreateBuilder<ContentHash, CandidateList>();
        foreach (var element in create.InitialElements) elements[CanonicalJson.Hash(element)] = CandidateList.Initial(entry, id, element);
        return new(create, elements.ToImmutable());
    }

    /// <summary>Whether an element is in the set.</summary>
    public bool Has(Literal element) => HasByHash(CanonicalJson.Hash(element));

    /// <summary>The elements, in ordinal order of their hashes.</summary>
    public IEnumerable<Literal> Elements() =>
        _elements.OrderBy(element => element.Key).Select(element => ValueOf(element.Value)).OfType<Literal>();

    /// <inheritdoc/>
    public override Reject? Check(Literal.Map operation)
    {
        if (operation.Has("barrier")) return new(RejectCode.InvalidOperation, "a set in a space has no barriers: order is what the space is for");
        if (ReplicatedSet.CheckFormat(operation) is { } why) return why;
        var element = operation["element"];
        if (element is not null && !_create.AcceptRedundantAdd && Has(element)) return new(RejectCode.InvalidOperation, "the element exists in the set already");
        bool isMissing = element is null && !_create.AcceptRedundantDelete && !(TryDeleted(operation, out var deleted) && HasByHash(deleted));
        return isMissing ? new(RejectCode.InvalidOperation, "the element does not exist in the set") : null;
    }

    /// <inheritdoc/>
    public override MemberState? Apply(in MemberOperation operation, out Reject why)
    {
        why = default;
        var added = operation.Payload["element"];
        // A delete may name anything; what is no hash names no element.
        if (added is null && !TryDeleted(operation.Payload, out _)) return this;
        var hash = added is null ? ContentHash.Parse(operation.Payload.Text("elementHash")!) : CanonicalJson.Hash(added);
        return new SetState(_create, _elements.SetItem(hash, _elements.GetValueOrDefault(hash, CandidateList.Empty).With(operation, added)));
    }

    /// <inheritdoc/>
    public override MemberCondition? ConditionOf(string kind, Literal argument) =>
        ElementConditions.Of(kind, argument, ReplicatedSet.CanFalsify)?.Of<SetState>(state => state.HasByHash);

    private bool HasByHash(ContentHash element) => _elements.TryGetValue(element, out var candidates) && ValueOf(candidates) is not null;

    private static Literal? ValueOf(CandidateList candidates) => candidates.Candidates.FirstOrDefault(candidate => candidate.Value is not null)?.Value;

    private static bool TryDeleted(Literal.Map operation, out ContentHash element) => ContentHash.TryParse(operation.Text("elementHash") ?? "", out element);
}
