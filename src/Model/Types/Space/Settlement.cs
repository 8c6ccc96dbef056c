using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Settling;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Space;

/// <summary>One version of a space, settled: its entries in their order, the verdict on each, and the members' states.</summary>
/// <remarks>To be used by the one who runs the space; what it answers is immutable. Source: docs/types/space.md.</remarks>
public sealed class Settlement
{
    private readonly ReplicatedSpace _space;
    private readonly SpaceEntryReader _reader;
    private readonly Settled<SpaceState>? _last;
    private readonly SpaceState _state;
    private readonly Lazy<Dictionary<int, Settled<SpaceState>>> _byEntry;
    private readonly Lazy<Sealing> _sealing;
    private readonly Explainer _explainer;

    internal Settlement(ReplicatedSpace space, SpaceEntryReader reader, SpaceAuthority? authority, DagVersion version, Settled<SpaceState>? last, SpaceState state)
    {
        (_space, _reader, Version, _last, _state) = (space, reader, version, last, state);
        _byEntry = new(() => Nodes().ToDictionary(node => node.Entry), isThreadSafe: false);
        _sealing = new(() => Sealing.Of(space.Scope.Log, last), isThreadSafe: false);
        _explainer = new(space, this, reader, authority);
    }

    /// <summary>The version.</summary>
    public DagVersion Version { get; }

    /// <summary>The entries in their order.</summary>
    public IReadOnlyList<ContentHash> Order => [.. Nodes().Reverse().Select(node => _space.Scope.Log.HashOf(node.Entry))];

    /// <summary>The members that are there, in the settled order.</summary>
    public IReadOnlyList<MemberDefinition> Members =>
        [.. _state.Places.OrderBy(member => member.Value).Select(member => ((SpaceEntry.Member)_reader.EntryAt(member.Key)).Definition)];

    /// <summary>Pairs of seals that are concurrent, at most <see cref="Limits.WinnersMax"/> in ascending order: each pair, both signed, proves that the seal authority contradicts itself.</summary>
    public IReadOnlyList<(ContentHash One, ContentHash Other)> Equivocations => _sealing.Value.Equivocations;

    /// <summary>How many such pairs there are.</summary>
    public int EquivocationCount => _sealing.Value.EquivocationCount;

    /// <summary>The verdict on an entry; null if it is not in the version.</summary>
    public SettledVerdict? VerdictOf(ContentHash entry) => Find(entry)?.Verdict;

    /// <summary>Whether an entry's verdict stays as it is, whatever arrives, as long as the seal authority does not contradict itself.</summary>
    public bool IsFinal(ContentHash entry) => _space.Scope.Log.TryIndex(entry, out int number) && IsFinal(number);

    /// <summary>A member's state; null if there is none with the id.</summary>
    public MemberState? Member(ContentHash id) => _space.Scope.Log.TryIndex(id, out int number) ? _state.Members.GetValueOrDefault(number) : null;

    /// <summary>What became of an entry, and why; null if it is not in the version.</summary>
    public Explanation? Explain(ContentHash entry) => Find(entry) is { } node ? _explainer.Explain(node) : null;

    /// <summary>How many transactions wait for an answer.</summary>
    public int OpenCount => _state.Open.Count;

    /// <summary>The transactions that are not live and that nobody has answered, in the settled order.</summary>
    /// <param name="skip">How many to leave out at the beginning.</param>
    /// <param name="most">How many to list at most.</param>
    public IReadOnlyList<Explanation> Review(int skip = 0, int most = ReviewedMax) =>
        [.. _state.Open.OrderBy(open => open.Value).Skip(skip).Take(most).Select(open => _explainer.Explain(_byEntry.Value[open.Key]))];

    /// <summary>What concurrent operations on the members disagree about.</summary>
    public IReadOnlyList<(MemberDefinition Member, Conflict Conflict)> Conflicts() =>
        [.. Members.SelectMany(member => _state.Members[member.Entry].Conflicts.Select(conflict => (member, conflict)))];

    internal SpaceState State => _state;

    internal Settled<SpaceState>? Last => _last;

    internal bool IsFinal(int entry) => _space.Scope.Log.Includes(_sealing.Value.FinalVersion, entry);

    internal Settled<SpaceState>? Find(int entry) => _byEntry.Value.GetValueOrDefault(entry);

    // What is asked about is mostly among the last entries.
    private Settled<SpaceState>? Find(ContentHash entry)
    {
        if (!_space.Scope.Log.TryIndex(entry, out int number) || !_space.Scope.Log.Includes(Version, number)) return null;
        int steps = 0;
        for (var node = _last; node is not null && steps < StepsMax && !_byEntry.IsValueCreated; node = node.Before, steps++)
        {
            if (node.Entry == number) return node;
        }
        return Find(number);
    }

    private IEnumerable<Settled<SpaceState>> Nodes()
    {
        for (var node = _last; node is not null; node = node.Before) yield return node;
    }

    /// <summary>How many transactions are listed for review if it is not said.</summary>
    public const int ReviewedMax = 1000;

    private const int StepsMax = 256;
}
