using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>One walk through the settled order of a version: verdicts, and the state that the live entries come to.</summary>
internal sealed class OracleWalk
{
    private readonly SpaceOracle _oracle;
    private readonly OracleGraph _graph;
    private readonly OracleOrder _rules;
    private readonly HashSet<ContentHash> _version;
    private readonly ContentHash? _tried;
    private readonly List<ContentHash> _order = [];
    private readonly Dictionary<ContentHash, OracleVerdict> _verdicts = [];
    private readonly Dictionary<ContentHash, HashSet<ContentHash>> _from = [];
    private readonly Dictionary<string, OracleMember> _members = [];
    private readonly HashSet<string> _resolved = [];
    private readonly Dictionary<ContentHash, string[]> _faulty = [];

    /// <param name="oracle">The oracle.</param>
    /// <param name="rules">The order.</param>
    /// <param name="version">All entries of the version.</param>
    /// <param name="tried">An entry of which it is asked whether it may be written: its operations have to be valid there, and later they are taken.</param>
    public OracleWalk(SpaceOracle oracle, OracleOrder rules, HashSet<ContentHash> version, ContentHash? tried = null)
    {
        (_oracle, _graph, _rules, _version, _tried) = (oracle, oracle.Graph, rules, version, tried);
        foreach (var (seals, entries) in rules.Parts(version))
        {
            var from = seals.Length > 0 ? _graph.HistoryOf(seals) : version;
            foreach (var entry in entries)
            {
                _order.Add(entry);
                _from.Add(entry, from);
                _verdicts.Add(entry, Visit(_graph[entry]));
            }
        }
    }

    public IReadOnlyList<ContentHash> Order => _order;

    public OracleVerdict VerdictOf(ContentHash entry) => _verdicts[entry];

    /// <summary>What authority is judged from at an entry.</summary>
    public HashSet<ContentHash> FromOf(ContentHash entry) => _from[entry];

    public OracleMember MemberOf(string id) => _members[id];

    /// <summary>The members that an entry fails for: void ones, or the one that does not take its operation.</summary>
    public string[] FaultyMembersOf(ContentHash entry) => _faulty[entry];

    public OracleOutcome Outcome()
    {
        var blame = new OracleBlamer(_oracle, this);
        var equivocations = _rules.Equivocations(_version);
        var members = _order.Where(e => _members.ContainsKey(e.ToString())).ToList();
        var states = members.ToDictionary(m => m, m => _members[m.ToString()].State());
        return new(
            _order, _verdicts, _rules.Final(_version), [.. equivocations.Take(OracleBlame.ListedMax)], equivocations.Count, states,
            [.. _order.Where(e => _graph[e].Action == "transact" && !_verdicts[e].IsLive && !_resolved.Contains(e.ToString()))],
            [.. from m in members from field in states[m].Fields where field.Value.Count > 1 select new OracleConflict(m, field.Key, [.. field.Value.Select(c => c.Id)])],
            _order.Where(e => !_verdicts[e].IsLive).ToDictionary(e => e, e => blame.Of(_graph[e])));
    }

    /// <summary>The capability that an entry takes and its author does not hold; the empty text where it is nobody's who is not named; null if it is allowed.</summary>
    public string? Denied(OracleEntry entry)
    {
        if (entry.Action != "resolve") return CapabilitiesOf(entry).FirstOrDefault(c => !Holds(entry, entry.Author, c));
        return DeniedAnswer(entry, _from[entry.Hash])
            ?? (IsRetry(entry) ? CapabilitiesOf(TransactionOf(entry)).FirstOrDefault(c => !Holds(entry, entry.Author, c)) : null);
    }

    private string? DeniedAnswer(OracleEntry resolve, HashSet<ContentHash> from)
    {
        if (resolve.Author == TransactionOf(resolve).Author || _oracle.Authority.IsCreator(resolve.Author)) return null;
        if (Required("resolve") is not { } capability) return "";
        return _oracle.Authority.Holds(resolve.Author, capability, resolve, from) ? null : capability;
    }

    /// <summary>The members that an entry names, in its conditions and then in its operations.</summary>
    public IEnumerable<string> MembersOf(OracleEntry entry) =>
        ConditionsOf(entry).SelectMany(OracleConditions.Parts).Select(part => part.Member).Where(m => m != "capabilities")
            .Concat(OperationsOf(entry).Select(o => o.Member)).Distinct();

    /// <summary>The operations that an entry would do, on members.</summary>
    public IEnumerable<(string Member, Literal.Map Operation)> OperationsOf(OracleEntry entry) => entry.Action switch
    {
        "op" when !OracleAuthority.IsOperation(entry) => [OperationOf(entry.Payload)],
        "transact" => ((Literal.Array)entry.Payload["ops"]!).Items.ToArray().Select(o => OperationOf((Literal.Map)o)),
        "resolve" when IsRetry(entry) => OperationsOf(TransactionOf(entry)),
        _ => [],
    };

    public IReadOnlyList<Literal> ConditionsOf(OracleEntry entry) => entry.Action switch
    {
        "transact" => ((Literal.Array)entry.Payload["require"]!).Items.ToArray(),
        "resolve" when IsRetry(entry) => ConditionsOf(TransactionOf(entry)),
        _ => [],
    };

    /// <summary>The member that does not take one of the entry's operations, in the state as it is; null if all are taken. What they do is taken back.</summary>
    private string? Untaken(OracleEntry entry)
    {
        var counts = _members.ToDictionary(m => m.Key, m => m.Value.Count);
        string? untaken = Apply(entry);
        foreach (var (id, count) in counts) _members[id].DropAfter(count);
        return untaken;
    }

    private OracleVerdict Visit(OracleEntry entry)
    {
        var verdict = Judge(entry);
        if (!verdict.IsLive) return verdict;
        if (entry.Action == "member") _members.Add(entry.Hash.ToString(), new(_graph, entry));
        if (entry.Action == "resolve") _resolved.Add(entry.Payload.Text("transaction")!);
        Apply(entry);
        return verdict;
    }

    private OracleVerdict Judge(OracleEntry entry)
    {
        if (entry.Action is "create" or "seal" || OracleAuthority.IsOperation(entry)) return OracleVerdict.Live;
        if (entry.Action == "resolve")
        {
            if (_verdicts[TransactionOf(entry).Hash].IsLive) return NotLive(entry, OracleReason.Revived);
            if (_resolved.Contains(entry.Payload.Text("transaction")!)) return NotLive(entry, OracleReason.Resolved);
        }
        if (Denied(entry) is not null) return NotLive(entry, OracleReason.NotAllowed);
        string[] gone = [.. MembersOf(entry).Where(m => !_members.ContainsKey(m))];
        _faulty[entry.Hash] = gone;
        if (gone.Length > 0) return NotLive(entry, OracleReason.MemberVoid);
        var conditions = ConditionsOf(entry);
        for (int i = 0; i < conditions.Count; i++)
        {
            if (!OracleConditions.Holds(conditions[i], MemberOf, (who, capability) => Holds(entry, who, capability))) return NotLive(entry, OracleReason.Condition, i);
        }
        if (Untaken(entry) is { } untaken)
        {
            _faulty[entry.Hash] = [untaken];
            return NotLive(entry, OracleReason.Inapplicable);
        }
        return entry.Action == "transact" && IsDismissed(entry) ? NotLive(entry, OracleReason.Dismissed) : OracleVerdict.Live;
    }

    private static OracleVerdict NotLive(OracleEntry entry, OracleReason reason, int? condition = null) =>
        new(entry.Payload.Text("onConflict") == "review" ? OracleStanding.Pending : OracleStanding.Void, reason, condition);

    // By somebody who may, in what rights are judged from: whether the dismissal itself counts is not asked.
    private bool IsDismissed(OracleEntry entry) => _from[entry.Hash].Select(e => _graph[e]).Any(e =>
        e.Action == "resolve" && e.Payload.Text("how") == "dismiss" && e.Payload.Text("transaction") == entry.Hash.ToString() && DeniedAnswer(e, _from[entry.Hash]) is null);

    // One after the other, until one is not taken.
    private string? Apply(OracleEntry entry)
    {
        bool isPlain = entry.Action == "op";
        int number = 0;
        foreach (var (id, operation) in OperationsOf(entry))
        {
            var member = _members[id];
            if (entry.Hash == _tried && entry.Action != "resolve" && !member.Takes(operation)) return id;
            member.Apply(isPlain ? entry.Hash : OperationId(entry.Hash, number++), entry.Hash, !isPlain, operation);
        }
        return null;
    }

    /// <summary>What the operations of a transaction, or of a retry, are called.</summary>
    public static ContentHash OperationId(ContentHash entry, int number) => CanonicalJson.Hash(Literal.Map.Of(("entry", entry.ToString()), ("op", number)));

    private OracleEntry TransactionOf(OracleEntry resolve) => _graph[ContentHash.Parse(resolve.Payload.Text("transaction")!)];

    private static bool IsRetry(OracleEntry entry) => entry.Payload.Text("how") == "retry";

    private static (string, Literal.Map) OperationOf(Literal.Map map) => (map.Text("member")!, (Literal.Map)map["payload"]!);

    private IEnumerable<string> CapabilitiesOf(OracleEntry entry)
    {
        if (!_oracle.Authority.Exists) return [];
        var perMember = OperationsOf(entry).Select(o => (_graph[ContentHash.Parse(o.Member)].Payload["requires"] as Literal.Map)?.Text(o.Operation.Text("action")!));
        return perMember.Prepend(Required(entry.Action)).OfType<string>().Distinct();
    }

    private string? Required(string action) => (_oracle.Create["requires"] as Literal.Map)?.Text(action);

    private bool Holds(OracleEntry entry, string keyId, string capability) =>
        _oracle.Authority.Holds(keyId, capability, entry, _from[entry.Hash]);
}
