using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Model.Types.Capabilities;

/// <summary>Decides who holds which capability, as judged from one version.</summary>
/// <remarks>
/// Whether a grant counts depends on whether its author held a managing capability when writing it, which depends on other
/// grants and revokes, and so on. The specification walks this as a tree, carrying the pairs (identity, capability) that it is
/// in the midst of; a question about one of these is answered no ("cycle denial"). Walked literally that is exponential. Here an
/// answer at an entry is kept with what it rests on: the carried pairs that cut it (<see cref="Finding.CutBy"/>) and the pairs that it looked
/// into (<see cref="Finding.Within"/>). Where the carried pairs include all of the former and none of the latter, the literal walk would go
/// the same way, so the answer is taken over. Without cycles every entry is judged once.
///
/// With cycles there can be as many answers as ways to enter them. So a question that meets more than <see cref="CutPairsMax"/> pairs
/// in cycles, or a delegation deeper than <see cref="DepthMax"/>, is answered no. Both are properties of the literal tree, in which
/// candidates are taken in ordinal hash order: not of the memory, or of the order of arrival, so replicas agree.
/// Source: types.md section 6.3; docs/types/capabilities.md.
/// </remarks>
internal sealed class CapabilityJudge(ReplicatedCapabilities caps, DagVersion from)
{
    private readonly DagLog _log = caps.Scope.Log;
    private readonly Dictionary<(string Who, string Cap), int> _pairs = [];
    private readonly Dictionary<(int Pair, int Entry), List<Finding>> _findings = [];
    private readonly Dictionary<(string Cap, int Entry), CapabilityRule> _rules = [];
    private readonly HashSet<int> _visiting = [];
    private bool _isExceeded;

    /// <summary>The version that is judged from.</summary>
    public DagVersion From { get; } = from;

    /// <summary>Whether an identity holds a capability at a version.</summary>
    public bool Has(string who, string cap, DagVersion at)
    {
        _isExceeded = false;
        return Judge(who, cap, at, new Frame()) && !_isExceeded;
    }

    /// <summary>The surviving origins and the managers of a capability at a version.</summary>
    public CapabilityRule RuleOf(string cap, DagVersion at)
    {
        if (at.Tips.Length != 1) return CapabilityRule.Of(caps, cap, at, From);
        var key = (cap, at.Tips[0]);
        if (!_rules.TryGetValue(key, out var rule)) _rules.Add(key, rule = CapabilityRule.Of(caps, cap, at, From));
        return rule;
    }

    private bool Judge(string who, string cap, DagVersion at, Frame parent)
    {
        if (caps.IsCreator(who)) return true;
        int pair = NumberOf(who, cap);
        if (_visiting.Contains(pair))
        {
            parent.CutBy.Add(pair);
            parent.Cut.Add(pair);
            return false;
        }
        if (_isExceeded) return false;
        var key = (pair, at.Tips.Length == 1 ? at.Tips[0] : -1);
        if (key.Item2 >= 0 && Recall(key) is { } known)
        {
            parent.Add(known);
            if (_visiting.Count + known.Height > DepthMax || parent.Cut.Count > CutPairsMax) _isExceeded = true;
            return known.Holds;
        }
        if (_visiting.Count == DepthMax)
        {
            _isExceeded = true;
            return false;
        }
        _visiting.Add(pair);
        var frame = new Frame();
        bool holds = Decide(who, cap, at, frame);
        _visiting.Remove(pair);
        var finding = frame.Close(pair, holds);
        parent.Add(finding);
        if (parent.Cut.Count > CutPairsMax) _isExceeded = true;
        if (_isExceeded) return false;
        if (key.Item2 >= 0) Remember(key, finding);
        return holds;
    }

    // types.md section 6.3, hasCapability, steps 3 to 7.
    private bool Decide(string who, string cap, DagVersion at, Frame frame)
    {
        var rule = RuleOf(cap, at);
        if (rule.Origins.Count == 0) return false;
        string pair = ReplicatedCapabilities.PairOf(who, cap);
        var revokes = caps.Index.RevokesOf(pair);

        // B2: a valid revoke concurrent with the whole of `at`.
        foreach (int revoke in revokes)
        {
            if (_log.Includes(From, revoke) && IsConcurrent(at, revoke) && IsValid(revoke, rule, frame)) return false;
        }

        int last = -1;   // a revoke that voided a grant most likely voids its neighbours
        foreach (int grant in _log.Cover(at, TagFilter.Of(caps.Scope.Tag(CapabilityTags.Grants, pair)), entry => IsValid(entry, rule, frame)))
        {
            if (caps.Index.OperationOf(grant).IsRevoke) continue;
            // B1: a valid revoke concurrent with the grant.
            if (last >= 0 && IsConcurrent(grant, last)) continue;
            last = FirstValidConcurrent(grant);
            if (last < 0) return true;
        }
        return false;

        int FirstValidConcurrent(int grant)
        {
            foreach (int revoke in revokes)
            {
                if (_log.Includes(From, revoke) && IsConcurrent(grant, revoke) && IsValid(revoke, rule, frame)) return revoke;
            }
            return -1;
        }
    }

    // `valid` of types.md section 6.3: the capability as it is where the question is asked, the author's authority where the
    // operation was written.
    private bool IsValid(int entry, CapabilityRule rule, Frame frame)
    {
        if (_isExceeded || (caps.Scope.IsLive is { } isLive && !isLive(entry))) return false;
        var operation = caps.Index.OperationOf(entry);
        if ((!operation.IsRevoke || caps.Type.IsOurs) && !operation.Origins.Any(rule.Origins.Contains)) return false;
        if (caps.IsCreator(operation.Author)) return true;
        var version = _log.VersionOf(entry);
        foreach (string manager in rule.Managers)
        {
            if (manager != CapabilityType.CreatorManager && Judge(operation.Author, manager, version, frame)) return true;
        }
        return false;
    }

    private bool IsConcurrent(DagVersion at, int entry)
    {
        if (_log.Includes(at, entry)) return false;
        foreach (int tip in at.Tips)
        {
            if (_log.Precedes(tip, entry)) return false;
        }
        return true;
    }

    private bool IsConcurrent(int a, int b) => !_log.Precedes(a, b) && !_log.Precedes(b, a);

    private int NumberOf(string who, string cap)
    {
        if (!_pairs.TryGetValue((who, cap), out int number)) _pairs.Add((who, cap), number = _pairs.Count);
        return number;
    }

    private Finding? Recall((int, int) key)
    {
        if (!_findings.TryGetValue(key, out var findings)) return null;
        foreach (var finding in findings)
        {
            if (finding.CutBy.All(_visiting.Contains) && !finding.Within.Any(_visiting.Contains)) return finding;
        }
        return null;
    }

    private void Remember((int, int) key, Finding finding)
    {
        if (!_findings.TryGetValue(key, out var findings)) _findings.Add(key, findings = new(1));
        findings.Add(finding);
    }

    /// <summary>Deepest chain of delegations that is followed.</summary>
    public const int DepthMax = 128;

    /// <summary>Most pairs at which cycles are cut in one question.</summary>
    public const int CutPairsMax = 8;

    /// <summary>An answer at an entry, and what it rests on.</summary>
    private sealed record Finding(bool Holds, int[] CutBy, int[] Within, int[] Cut, int Height);

    /// <summary>What an answer rests on, while it is being found.</summary>
    private sealed class Frame
    {
        private readonly HashSet<int> _within = [];
        private int _height;

        public HashSet<int> CutBy { get; } = [];

        public HashSet<int> Cut { get; } = [];

        public void Add(Finding finding)
        {
            CutBy.UnionWith(finding.CutBy);
            Cut.UnionWith(finding.Cut);
            _within.UnionWith(finding.Within);
            _height = Math.Max(_height, finding.Height);
        }

        public Finding Close(int pair, bool holds)
        {
            CutBy.Remove(pair);
            _within.Add(pair);
            return new(holds, [.. CutBy], [.. _within], [.. Cut], _height + 1);
        }
    }
}

/// <summary>A capability at a version: its surviving origins in ordinal order, and its managers.</summary>
internal sealed record CapabilityRule(IReadOnlyList<ContentHash> Origins, IReadOnlyList<string> Managers)
{
    public static CapabilityRule Of(ReplicatedCapabilities caps, string cap, DagVersion at, DagVersion from)
    {
        var created = caps.Scope.Tag(CapabilityTags.Creates, cap);
        return caps.Type.IsOurs ? OfOurs(caps, cap, created, at, from) : OfOriginal(caps, cap, created, at, from);
    }

    // types.md section 6.3: survivingOrigins and managedBy; of several creations the first in ordinal hash order (section 6.4).
    private static CapabilityRule OfOriginal(ReplicatedCapabilities caps, string cap, Tag created, DagVersion at, DagVersion from)
    {
        var log = caps.Scope.Log;
        var named = TagFilter.Of(caps.Scope.Tag(CapabilityTags.Caps, cap));
        var barriers = named.With(caps.Scope.Tag(CapabilityTags.Barrier, "t"));
        var origins = new List<ContentHash>();
        if (!caps.Create.InitialCaps.TryGetValue(cap, out string[]? managers) && JavaScriptNames.Contains(cap)) managers = [];
        foreach (int entry in log.Cover(at, named, caps.Scope.IsLive))
        {
            if (!log.TagsOf(entry).Contains(created)) continue;
            managers ??= ManagersOf(caps, entry);
            if (log.ConcurrentCover(from, log.VersionOf(entry), barriers, caps.Scope.IsLive).Count == 0) origins.Add(log.HashOf(entry));
        }
        return new(origins, managers ?? []);
    }

    // An origin lives until a delete-cap that names it: in `at`, or concurrent with the whole of `at` and seen by `from`. A creation
    // above a live origin is not admitted, so live ones are among the highest.
    private static CapabilityRule OfOurs(ReplicatedCapabilities caps, string cap, Tag created, DagVersion at, DagVersion from)
    {
        var log = caps.Scope.Log;
        var origins = new List<ContentHash>();
        var managers = new SortedSet<string>(StringComparer.Ordinal);
        foreach (int entry in log.Cover(at, TagFilter.Of(created), caps.Scope.IsLive))
        {
            var deleted = TagFilter.Of(caps.Scope.Tag(CapabilityTags.Deletes, $"{log.HashOf(entry)}:{cap}"));
            if (log.Cover(at, deleted, caps.Scope.IsLive).Count + log.ConcurrentCover(from, at, deleted, caps.Scope.IsLive).Count > 0) continue;
            origins.Add(log.HashOf(entry));
            managers.UnionWith(entry == 0 ? caps.Create.InitialCaps[cap] : ManagersOf(caps, entry));
        }
        return new(origins, [.. managers]);
    }

    // The original takes names that every JavaScript object has for initial capabilities, finds no managers under them and throws
    // for all but creators: as if such a capability had no managers (types.md section 6.5).
    private static readonly HashSet<string> JavaScriptNames = new(StringComparer.Ordinal)
    {
        "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "__proto__", "constructor", "hasOwnProperty",
        "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf",
    };

    private static string[] ManagersOf(ReplicatedCapabilities caps, int entry) =>
        [.. caps.Scope.TagsOf(entry, CapabilityTags.Manager).Select(tag => tag.Value)];
}
