using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Types.Set;

/// <summary>Options of a new set; the defaults are those of the original's API.</summary>
/// <remarks>Options left null are not written, since a written default gives the set another id. Source: types.md section 5.1.</remarks>
public sealed record SetOptions
{
    /// <summary>Any text of at most 1024 UTF-16 units; sets with equal options and seed are the same object.</summary>
    public required string Seed { get; init; }

    /// <summary>Elements that the set begins with, at most 1024.</summary>
    public IReadOnlyList<string> InitialElements { get; init; } = [];

    /// <summary>Type id of nested objects; null for a set of literals.</summary>
    public string? ContentType { get; init; }

    /// <summary>Whether an absent element may be deleted.</summary>
    public bool AcceptRedundantDelete { get; init; }

    /// <summary>Whether a present element may be added again.</summary>
    public bool? AcceptRedundantAdd { get; init; }

    /// <summary>Whether a nested object may be updated when it is not present.</summary>
    public bool AcceptUpdateForDeleted { get; init; }

    /// <summary>Whether adds can be barriers.</summary>
    public bool? SupportBarrierAdd { get; init; }

    /// <summary>Whether deletes can be barriers.</summary>
    public bool? SupportBarrierDelete { get; init; }

    /// <summary>Who may do what (operations <c>add</c> and <c>delete</c>, at least one); null for a set that anybody may write to.</summary>
    public AuthorityRules? Authority { get; init; }
}

/// <summary>Makes the payloads of a set.</summary>
public static class SetPayloads
{
    /// <summary>The create payload as the original's API writes it, so that both sides give a set one id.</summary>
    public static Literal.Map Create(SetOptions options)
    {
        var fields = new List<KeyValuePair<string, Literal>>
        {
            new("action", "create"),
            new("type", SetType.Id),
            new("seed", options.Seed),
            new("initialElements", new Literal.Array([.. options.InitialElements.Select(e => (Literal)e)])),
            new("hashAlgorithm", "sha256"),
            new("acceptRedundantDelete", options.AcceptRedundantDelete),
        };
        if (options.ContentType is { } contentType)
        {
            fields.Add(new("contentType", contentType));
            fields.Add(new("acceptUpdateForDeleted", options.AcceptUpdateForDeleted));
        }
        if (options.AcceptRedundantAdd is { } redundant) fields.Add(new("acceptRedundantAdd", redundant));
        if (options.SupportBarrierAdd is { } barrierAdd) fields.Add(new("supportBarrierAdd", barrierAdd));
        if (options.SupportBarrierDelete is { } barrierDelete) fields.Add(new("supportBarrierDelete", barrierDelete));
        if (options.Authority is { } rules)
        {
            fields.Add(new("capabilityRef", rules.CapabilityRef));
            fields.Add(new("capRequirements", Requirements(rules)));
        }
        return Literal.Map.FromPairs([.. fields]);
    }

    private static Literal.Map Requirements(AuthorityRules rules)
    {
        var fields = rules.Requirements.Select(r => KeyValuePair.Create(r.Key, (Literal)r.Value)).ToList();
        if (rules.RefAdvance.Count > 0) fields.Add(new("refAdvance", new Literal.Array([.. rules.RefAdvance.Select(cap => (Literal)cap)])));
        if (!rules.RefAdvanceCreators) fields.Add(new("refAdvanceCreators", false));
        return Literal.Map.FromPairs([.. fields]);
    }

    /// <summary>Adds an element, or makes a nested object of a create payload.</summary>
    /// <param name="element">The element, or the nested object's create payload.</param>
    /// <param name="barrier">Whether it is a barrier; null where the set does not support barrier adds.</param>
    public static Literal.Map Add(Literal element, bool? barrier = null) => WithBarrier(
        Literal.Map.Of(("action", "add"), ("element", element)), barrier);

    /// <summary>Deletes an element by its hash, or a nested object by its id.</summary>
    /// <param name="elementHash">The element's hash or the child's id.</param>
    /// <param name="barrier">Whether it is a barrier; null where the set does not support barrier deletes.</param>
    public static Literal.Map Delete(ContentHash elementHash, bool? barrier = null) => WithBarrier(
        Literal.Map.Of(("action", "delete"), ("elementHash", elementHash.ToString())), barrier);

    /// <summary>An operation on a nested object.</summary>
    public static Literal.Map Update(ContentHash child, Literal updatePayload) =>
        Literal.Map.Of(("action", "update"), ("elementHash", child.ToString()), ("updatePayload", updatePayload));

    private static Literal.Map WithBarrier(Literal.Map payload, bool? barrier) => barrier is { } set ? payload.With("barrier", set) : payload;
}
