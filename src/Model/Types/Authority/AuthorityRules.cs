using System.Collections.Immutable;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Authority;

/// <summary>Who may do what to an object: the capability object that says it, and the capability that each operation needs.</summary>
/// <param name="CapabilityRef">Id of the capability object, as the create payload spells it.</param>
/// <param name="Requirements">Operation name to capability name; an operation that is not listed is open to every enrolled identity.</param>
/// <param name="RefAdvance">Capabilities whose holders may say which version of the capability object counts.</param>
/// <param name="RefAdvanceCreators">Whether the capability object's creators may say so.</param>
public sealed record AuthorityRules(
    string CapabilityRef, IReadOnlyDictionary<string, string> Requirements, IReadOnlyList<string> RefAdvance, bool RefAdvanceCreators)
{
    /// <summary>The four optional fields that give an object of ours an authority; to be listed in its create format.</summary>
    /// <remarks>
    /// <c>capabilityRef</c> and <c>capRequirements</c> go together; <c>refAdvance</c> (default none) and <c>refAdvanceCreators</c> (default
    /// true) need them.
    /// </remarks>
    internal static readonly ImmutableArray<(string Name, bool Required, Func<Literal, bool> Check)> CreateFields =
    [
        (CapabilityRefField, false, PayloadFormat.Hash),
        (RequirementsField, false, PayloadFormat.MapOf(PayloadFormat.Text(CapNameUnitsMax), RequirementsMax)),
        (RefAdvanceField, false, PayloadFormat.ArrayOf(PayloadFormat.Text(CapNameUnitsMax), RefAdvanceMax)),
        (RefAdvanceCreatorsField, false, PayloadFormat.IsBoolean),
    ];

    /// <summary>Whether the four fields of a create payload that passed its format go together.</summary>
    /// <param name="create">The create payload.</param>
    /// <param name="operations">The names of the type's operations.</param>
    internal static Reject? Check(Literal.Map create, params ReadOnlySpan<string> operations)
    {
        bool has = create.Has(CapabilityRefField);
        if (!has && (create.Has(RequirementsField) || create.Has(RefAdvanceField) || create.Has(RefAdvanceCreatorsField)))
            return new(RejectCode.InvalidOperation, "capRequirements, refAdvance and refAdvanceCreators need capabilityRef");
        if (!has) return null;
        if (create[RequirementsField] is not Literal.Map requirements) return new(RejectCode.InvalidOperation, "capabilityRef needs capRequirements");
        foreach (var (operation, _) in requirements.Entries)
        {
            if (!operations.Contains(operation)) return new(RejectCode.InvalidOperation, "capRequirements names an operation that the type does not have");
        }
        return null;
    }

    /// <summary>The rules in a create payload that passed <see cref="Check"/>; null where anybody may do anything.</summary>
    internal static AuthorityRules? Read(Literal.Map create)
    {
        if (create.Text(CapabilityRefField) is not { } reference) return null;
        var requirements = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (operation, capability) in ((Literal.Map)create[RequirementsField]!).Entries) requirements.Add(operation, ((Literal.String)capability).Value);
        return new(reference, requirements, PayloadFormat.Texts(create[RefAdvanceField]), create[RefAdvanceCreatorsField] != Literal.Boolean.False);
    }

    /// <summary>The create payload with these rules in it, for types of ours.</summary>
    public Literal.Map WriteTo(Literal.Map create)
    {
        create = create.With(CapabilityRefField, CapabilityRef)
            .With(RequirementsField, Literal.Map.FromPairs([.. Requirements.Select(r => KeyValuePair.Create(r.Key, (Literal)r.Value))]));
        if (RefAdvance.Count > 0) create = create.With(RefAdvanceField, new Literal.Array([.. RefAdvance.Select(cap => (Literal)cap)]));
        return RefAdvanceCreators ? create : create.With(RefAdvanceCreatorsField, false);
    }

    /// <summary>Longest name of a capability, in UTF-16 units.</summary>
    public const int CapNameUnitsMax = 256;

    /// <summary>Most operations that can have a requirement.</summary>
    public const int RequirementsMax = 64;

    /// <summary>Most capabilities that allow a ref-advance.</summary>
    public const int RefAdvanceMax = 64;

    private const string CapabilityRefField = "capabilityRef";
    private const string RequirementsField = "capRequirements";
    private const string RefAdvanceField = "refAdvance";
    private const string RefAdvanceCreatorsField = "refAdvanceCreators";
}
