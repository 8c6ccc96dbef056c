using System.Globalization;
using System.Numerics;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>An entry of a space as plain data.</summary>
internal sealed record OracleEntry(ContentHash Hash, IReadOnlyList<ContentHash> Prev, Literal.Map Payload)
{
    public string Action => Payload.Text("action")!;

    public string Author => Payload.Text("author") ?? "";
}

internal enum OracleStanding { Live, Void, Pending }

internal enum OracleReason { Revived, Resolved, NotAllowed, MemberVoid, Condition, Inapplicable, Dismissed }

/// <summary>What the walk says of one entry.</summary>
/// <param name="Standing">The verdict.</param>
/// <param name="Reason">Why it is not live; null if it is.</param>
/// <param name="Condition">The number of the first condition that fails, from 0; null for another reason.</param>
internal sealed record OracleVerdict(OracleStanding Standing, OracleReason? Reason = null, int? Condition = null)
{
    public static readonly OracleVerdict Live = new(OracleStanding.Live);

    public bool IsLive => Standing == OracleStanding.Live;

    public override string ToString() => Reason is null ? $"{Standing}" : $"{Standing} {Reason} {Condition}";
}

/// <summary>Who won against an entry that is not live, and what it had counted on: the first sixteen, and how many there are.</summary>
internal sealed record OracleBlame(IReadOnlyList<ContentHash> Winners, int WinnersCount, IReadOnlyList<ContentHash> Lost, int LostCount)
{
    public const int ListedMax = 16;

    public static readonly OracleBlame None = Of([], []);

    public static OracleBlame Of(IReadOnlyList<ContentHash> winners, IReadOnlyList<ContentHash> lost) =>
        new([.. winners.Take(ListedMax)], winners.Count, [.. lost.Take(ListedMax)], lost.Count);

    public override string ToString() => $"winners {WinnersCount}: {string.Join(' ', Winners.Select(h => h.Short))}; lost {LostCount}: {string.Join(' ', Lost.Select(h => h.Short))}";
}

/// <summary>A write that no other supersedes; a removal has no value.</summary>
internal sealed record OracleCandidate(ContentHash Id, Literal? Value);

/// <summary>A member at a version. What its type does not have is empty.</summary>
/// <param name="TypeId">The member's type.</param>
/// <param name="Total">Of a counter; zero otherwise.</param>
/// <param name="Fields">The candidates of each field that was ever written, ascending by id; of a register under the empty name.</param>
/// <param name="Elements">Hashes of a set's elements, ascending.</param>
internal sealed record OracleMemberState(
    string TypeId, BigInteger Total, SortedDictionary<string, IReadOnlyList<OracleCandidate>> Fields, IReadOnlyList<ContentHash> Elements)
{
    public override string ToString() => string.Join("; ", (string[])[
        Total.ToString(CultureInfo.InvariantCulture),
        .. Fields.Select(f => $"{f.Key}={string.Join('|', f.Value.Select(c => $"{c.Id.Short}:{c.Value}"))}"),
        string.Join(' ', Elements)]);
}

/// <summary>Several candidates in one place: the field's name, empty for a register.</summary>
internal sealed record OracleConflict(ContentHash Member, string Field, IReadOnlyList<ContentHash> Candidates);

/// <summary>All that the page says of one version of a space.</summary>
/// <param name="Order">The settled order.</param>
/// <param name="Verdicts">Of each entry of the version.</param>
/// <param name="Final">The entries whose verdicts stay.</param>
/// <param name="Equivocations">Pairs of concurrent seals, the lower hash first, ascending; at most sixteen.</param>
/// <param name="EquivocationCount">How many such pairs there are.</param>
/// <param name="Members">The state of each live member, by the hash of its entry.</param>
/// <param name="Review">Transactions that wait for an answer, in the settled order.</param>
/// <param name="Conflicts">By member in the settled order, then by field.</param>
/// <param name="Blame">Of each entry that is not live.</param>
internal sealed record OracleOutcome(
    IReadOnlyList<ContentHash> Order,
    IReadOnlyDictionary<ContentHash, OracleVerdict> Verdicts,
    IReadOnlySet<ContentHash> Final,
    IReadOnlyList<(ContentHash, ContentHash)> Equivocations,
    int EquivocationCount,
    IReadOnlyDictionary<ContentHash, OracleMemberState> Members,
    IReadOnlyList<ContentHash> Review,
    IReadOnlyList<OracleConflict> Conflicts,
    IReadOnlyDictionary<ContentHash, OracleBlame> Blame)
{
    public bool IsLive(ContentHash entry) => Verdicts[entry].IsLive;

    /// <summary>Everything in one text: two outcomes are equal if their texts are.</summary>
    public string Text() => string.Join('\n', (string[])[
        .. Order.Select(h => $"{h}{(Final.Contains(h) ? " final" : "")} {Verdicts[h]} {Blame.GetValueOrDefault(h)}"),
        .. Equivocations.Select(pair => $"equivocation {pair}"),
        .. Members.OrderBy(m => m.Key).Select(m => $"member {m.Key} {m.Value}"),
        .. Review.Select(h => $"review {h}"),
        .. Conflicts.Select(c => $"conflict {c.Member} {c.Field} {string.Join(' ', c.Candidates)}")]);
}
