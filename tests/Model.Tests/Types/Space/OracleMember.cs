using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>One member during the walk: the list of what was applied to it, from which every question is answered anew.</summary>
/// <remarks>An operation of a transaction has seen all that was applied before it; a plain one what is in its entry's history.</remarks>
internal sealed class OracleMember
{
    private readonly OracleGraph _graph;
    private readonly Literal.Map _create;
    private readonly List<Applied> _applied = [];

    private sealed record Applied(ContentHash Id, ContentHash Entry, bool SeesAll, Literal.Map Operation);

    public OracleMember(OracleGraph graph, OracleEntry entry)
    {
        (_graph, _create) = (graph, (Literal.Map)entry.Payload["create"]!);
        _applied.Add(new(entry.Hash, entry.Hash, false, _create));
    }

    public string TypeId => _create.Text("type")!;

    public int Count => _applied.Count;

    public void DropAfter(int count) => _applied.RemoveRange(count, _applied.Count - count);

    public void Apply(ContentHash id, ContentHash entry, bool seesAll, Literal.Map operation) => _applied.Add(new(id, entry, seesAll, operation));

    /// <summary>Whether an operation is valid on top of all that was applied.</summary>
    public bool Takes(Literal.Map operation)
    {
        if (TypeId != SetTypeId) return true;
        bool isAdd = operation.Text("action") == "add";
        bool isIn = Has(isAdd ? CanonicalJson.Hash(operation["element"]!).ToString() : operation.Text("elementHash")!);
        return isAdd ? !isIn || _create["acceptRedundantAdd"] != Literal.Boolean.False : isIn || _create["acceptRedundantDelete"] == Literal.Boolean.True;
    }

    public BigInteger Total => _applied.Aggregate(BigInteger.Zero, (sum, a) => sum + AmountOf(a.Operation));

    /// <summary>Whether an element is there: whether an add is among the adds and deletes of it that none applied later has superseded.</summary>
    public bool Has(string element)
    {
        var writes = _applied.Where(a => AddedBy(a.Operation).Contains(element) || DeletedBy(a.Operation) == element).ToList();
        return writes.Where((write, i) => DeletedBy(write.Operation) is null && !writes.Skip(i + 1).Any(later => Supersedes(later, write))).Any();
    }

    /// <summary>The writes of a field that none applied later has superseded; of a register with the empty name.</summary>
    public IReadOnlyList<OracleCandidate> Candidates(string field)
    {
        var writes = _applied.Where(a => WritesOf(a.Operation).Any(w => w.Field == field)).ToList();
        return [.. writes.Where((write, i) => !writes.Skip(i + 1).Any(later => Supersedes(later, write)))
            .Select(write => new OracleCandidate(write.Id, WritesOf(write.Operation).First(w => w.Field == field).Value))
            .OrderBy(candidate => candidate.Id)];
    }

    public OracleMemberState State()
    {
        var fields = new SortedDictionary<string, IReadOnlyList<OracleCandidate>>(StringComparer.Ordinal);
        foreach (string field in _applied.SelectMany(a => WritesOf(a.Operation)).Select(w => w.Field).Distinct()) fields.Add(field, Candidates(field));
        var elements = _applied.SelectMany(a => AddedBy(a.Operation)).Distinct().Where(Has);
        return new(TypeId, TypeId == CounterTypeId ? Total : 0, fields, [.. elements.Select(e => ContentHash.Parse(e)).Order()]);
    }

    private bool Supersedes(Applied later, Applied earlier) => later.SeesAll || _graph.IsBefore(earlier.Entry, later.Entry);

    public static BigInteger AmountOf(Literal.Map operation) =>
        BigInteger.Parse(operation.Text("amount") ?? (operation["initial"] is Literal.String initial ? initial.Value : "0"), CultureInfo.InvariantCulture);

    /// <summary>The fields that an operation writes or removes, of a register or a record.</summary>
    public IEnumerable<(string Field, Literal? Value)> WritesOf(Literal.Map operation) => (TypeId, operation.Text("action")) switch
    {
        (RegisterTypeId, "create") => operation.TryGet("initial", out var initial) ? [("", initial)] : [],
        (RegisterTypeId, "set") => [("", operation["value"])],
        (RegisterTypeId, "clear") => [("", null)],
        (RecordTypeId, "create") => operation["initial"] is Literal.Map initial ? Fields(initial) : [],
        (RecordTypeId, "set") => Fields((Literal.Map)operation["fields"]!),
        (RecordTypeId, "remove") => ((Literal.Array)operation["fields"]!).Items.ToArray().Select(f => (((Literal.String)f).Value, (Literal?)null)),
        _ => [],
    };

    /// <summary>Hashes of the elements that an operation adds, of a set or a grow-only set.</summary>
    public string[] AddedBy(Literal.Map operation) => Added.GetValue(operation, AddedAnew);

    // Asked of the same operations in every walk.
    private static readonly ConditionalWeakTable<Literal.Map, string[]> Added = [];

    private string[] AddedAnew(Literal.Map operation) => ((TypeId, operation.Text("action")) switch
    {
        (SetTypeId, "create") => operation["initialElements"],
        (SetTypeId, "add") => new Literal.Array(operation["element"]!),
        (GrowSetTypeId, "create") => operation["initial"],
        (GrowSetTypeId, "add") => operation["elements"],
        _ => null,
    }) is Literal.Array added ? [.. added.Items.ToArray().Select(e => CanonicalJson.Hash(e).ToString())] : [];

    /// <summary>Hash of the element that an operation on a set deletes.</summary>
    public string? DeletedBy(Literal.Map operation) =>
        TypeId == SetTypeId && operation.Text("action") == "delete" ? operation.Text("elementHash") : null;

    private static IEnumerable<(string, Literal?)> Fields(Literal.Map fields) => fields.Entries.ToArray().Select(e => (e.Key, (Literal?)e.Value));

    public const string CounterTypeId = "hhs-actors/counter_v1";
    public const string RegisterTypeId = "hhs-actors/register_v1";
    public const string RecordTypeId = "hhs-actors/record_v1";
    public const string SetTypeId = "hhs/set_v1";
    public const string GrowSetTypeId = "hhs-actors/growset_v1";
}
