using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Types.Sequence;

/// <summary>What sequence and text share: runs of elements in a Fugue tree, deletions, moves.</summary>
/// <remarks>
/// An operation is judged by its payload and by the payloads of the entries that it names, all of which must be in its
/// history. Source: docs/types/sequence.md.
/// </remarks>
public abstract class ReplicatedRuns : GuardedObject
{
    private readonly List<(ulong Shape, DagVersion At, DagVersion From, RunSnapshot Snapshot)> _snapshots = [];
    private RunState? _state;

    internal ReplicatedRuns(ObjectScope scope, Literal.Map create)
        : base(scope, create)
    {
        OperationFilter = TagFilter.OfKeys(scope.Tag(OperationKey, "").Key);
    }

    /// <inheritdoc/>
    protected override Verdict CheckOperation(Literal.Map operation, DagVersion at) => RunOperation.TryRead(operation, RunField) switch
    {
        RunOperation.Insert insert => CheckRun(operation) ?? CheckAnchor(insert.Anchor, at) ?? Verdict.Valid,
        RunOperation.Delete delete => CheckDelete(delete, at) ?? Verdict.Valid,
        RunOperation.Move move => CheckMove(move, at) ?? Verdict.Valid,
        _ => Invalid("the operation has a field missing, unknown or out of bounds"),
    };

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeCreate() => [];

    /// <inheritdoc/>
    protected override IEnumerable<Tag> DescribeOperation(Literal.Map operation, ContentHash entry)
    {
        yield return new Tag(OperationKey, operation.Text("action")!);
        if (RunOperation.TryRead(operation, RunField) is RunOperation.Move move) yield return new Tag(MovesKey, move.Element.ToString());
    }

    /// <inheritdoc/>
    protected sealed override Condition? ConditionOf(string kind, Literal argument, DagVersion at) => kind switch
    {
        // A move changes no length: an element is shown at one spot.
        "length" => ListConditions.Length(argument, (at, from) => new LengthView(this, at, from).Count, Is("delete"), Is("insert")),
        "elementAt" when ListConditions.TryElement(argument, out int index, out var value) => ElementAt(index, value),
        _ => base.ConditionOf(kind, argument, at),
    };

    // What is at an index; any operation may shift it.
    internal abstract Condition? ElementAt(int index, Literal value);

    private static Func<Literal.Map, bool> Is(string action) => operation => operation.Text("action") == action;

    private sealed class LengthView(ReplicatedRuns runs, DagVersion at, DagVersion from) : RunView(runs, at, from);

    internal abstract string RunField { get; }

    internal abstract bool Moves { get; }

    // What is wrong with the run of an insert; null if nothing is.
    internal abstract Verdict? CheckRun(Literal.Map insert);

    internal abstract int LengthOf(Literal.Map insert);

    // Whether the run may be parted before an offset.
    internal abstract bool PartsAt(Literal.Map insert, int offset);

    // Keeps the elements of a run, in the order of the places; answers how many.
    internal abstract int Store(Literal.Map insert);

    internal abstract void StoreNothing();

    internal TagFilter OperationFilter { get; }

    internal DagVersion BoundOf(DagVersion start, DagVersion end) => RevisionBoundOf(start, end);

    // Tag filters of the entries after which other operations may count than before: ref-advances, of containers too.
    internal IEnumerable<TagFilter> AuthorityFilters()
    {
        for (GuardedObject? each = this; each is not null; each = each.Scope.Container)
        {
            if (each.Authority is not null) yield return TagFilter.OfKeys(each.Scope.Tag(ObjectAuthority.RefVersionKey, "").Key);
        }
    }

    internal Tag MoveTag(ElementId element) => Scope.Tag(MovesKey, element.ToString());

    internal RunState State
    {
        get
        {
            (_state ??= new(this)).CatchUp();
            return _state;
        }
    }

    internal RunSnapshot SnapshotOf(RunView view)
    {
        ulong shape = (ulong)State.Tree.Count;
        for (int i = 0; i < _snapshots.Count; i++)
        {
            var kept = _snapshots[i];
            if (kept.Shape == shape && Same(kept.At, view.At) && Same(kept.From, view.From)) return kept.Snapshot;
        }
        var snapshot = new RunSnapshot(State.Tree, State.ShownAt(view.At, view.Counts));
        if (_snapshots.Count == SnapshotsKept) _snapshots.RemoveAt(0);
        _snapshots.Add((shape, view.At, view.From, snapshot));
        return snapshot;
    }

    private static bool Same(DagVersion one, DagVersion other) => one.Tips.SequenceEqual(other.Tips);

    private Verdict? CheckDelete(RunOperation.Delete delete, DagVersion at)
    {
        foreach (var (entry, offset, count) in delete.Ranges)
        {
            if (InsertIn(entry, at) is not { } insert) return Invalid($"entry {entry.Short} is no insert in the history of the delete");
            int length = LengthOf(insert);
            if (offset + count > length) return Invalid($"entry {entry.Short} has {length} elements");
            if (!PartsAt(insert, offset) || !PartsAt(insert, offset + count)) return Invalid("the delete takes one half of a character");
        }
        return null;
    }

    private Verdict? CheckMove(RunOperation.Move move, DagVersion at)
    {
        if (!Moves) return Invalid("elements of this type are not moved");
        if (InsertIn(move.Element.Entry, at) is not { } insert || move.Element.Offset >= LengthOf(insert)) return Invalid("the element to move is not in the history of the move");
        return CheckAnchor(move.Anchor, at);
    }

    private Verdict? CheckAnchor(TreeAnchor anchor, DagVersion at)
    {
        if (anchor.Parent is not { } parent) return null;
        if (OperationIn(parent.Entry, at) is not { } made) return Invalid("the parent is not in the history of the operation");
        bool isMove = made.Text("action") == "move";
        int length = isMove ? 1 : LengthOf(made);
        if (parent.Offset >= length) return Invalid("the parent is not in the history of the operation");
        if (anchor.Side == TreeSide.Right) return parent.Offset == length - 1 ? null : Invalid("only the last element of an insert takes a right child");
        return isMove || PartsAt(made, parent.Offset) ? null : Invalid("nothing goes between the halves of a character");
    }

    private Literal.Map? InsertIn(ContentHash entry, DagVersion at) =>
        OperationIn(entry, at) is { } operation && operation.Text("action") == "insert" ? operation : null;

    // The insert or move of this object that an entry is, if it is in the history.
    private Literal.Map? OperationIn(ContentHash hash, DagVersion at)
    {
        if (!Scope.Log.TryIndex(hash, out int entry) || !Scope.Log.Includes(at, entry)) return null;
        foreach (var tag in Scope.TagsOf(entry, OperationKey))
        {
            if (tag.Value != "delete") return Scope.PayloadOf(entry);
        }
        return null;
    }

    private const string OperationKey = "op";
    private const string MovesKey = "moves";
    private const int SnapshotsKept = 4;
}
