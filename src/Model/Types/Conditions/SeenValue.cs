using Hhs.Model.Json;

namespace Hhs.Model.Types.Conditions;

/// <summary>Values as explanations show them: bounded, whatever the object holds.</summary>
/// <remarks>Source: docs/types/conditions.md, what was seen.</remarks>
internal static class SeenValue
{
    /// <summary>A value, or where its canonical text is too long, its hash and length.</summary>
    public static Literal Short(Literal value, int bytesMax = ValueBytesMax)
    {
        if (value is Literal.Boolean or Literal.Number) return value;
        int length = CanonicalJson.Write(value).Length;
        return length <= bytesMax ? value : Literal.Map.Of(("hash", CanonicalJson.Hash(value).ToString()), ("bytes", length));
    }

    /// <summary>The first candidates of a register or a field, in order; a number at the end says how many more there are.</summary>
    /// <remarks>A value is <c>{"value": v}</c>, a nested object <c>{"object": id}</c>, a removal <c>{}</c>.</remarks>
    public static Literal Candidates(IReadOnlyList<ConflictCandidate> candidates)
    {
        var seen = candidates.Take(CandidatesMax).Select(Candidate);
        if (candidates.Count > CandidatesMax) seen = seen.Append(candidates.Count - CandidatesMax);
        return new Literal.Array([.. seen]);
    }

    private static Literal Candidate(ConflictCandidate candidate) =>
        candidate.Value is { } value ? Literal.Map.Of(("value", Short(value)))
        : candidate.Child is { } child ? Literal.Map.Of(("object", child.ToString()))
        : Literal.Map.Empty;

    public const int ValueBytesMax = 256;
    public const int CandidatesMax = 8;
}
