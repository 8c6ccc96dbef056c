using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types.Conditions;

namespace Hhs.Model.Types.Sequence;

/// <summary>One replicated list of literals.</summary>
/// <remarks>Source: docs/types/sequence.md.</remarks>
public sealed class ReplicatedSequence(ObjectScope scope, Literal.Map create) : ReplicatedRuns(scope, create), IConflictView
{
    private readonly List<Literal?> _items = [];   // by place; null at the spots of moves

    /// <inheritdoc/>
    public override string TypeId => SequenceType.Id;

    /// <summary>The list at a version, as judged from a later one.</summary>
    public SequenceView View(DagVersion at, DagVersion from) => new(this, at, from);

    /// <summary>The list at a version, as known at that version.</summary>
    public SequenceView View(DagVersion at) => View(at, at);

    /// <inheritdoc/>
    public override SequenceDelta Delta(DagVersion start, DagVersion end) => View(end).DeltaFrom(View(start));

    /// <inheritdoc/>
    /// <remarks>One for each element with several maximal moves, by element id.</remarks>
    public IReadOnlyList<Conflict> Conflicts(DagVersion at, DagVersion from)
    {
        var conflicts = new List<Conflict>();
        var counts = Counts(from);
        foreach (int element in State.MovedElements)
        {
            var moves = State.Moves(element, at, counts);
            if (moves.Count < 2) continue;
            conflicts.Add(new(State.IdOf(element).ToString(), [.. moves.Select(CandidateOf)]));
        }
        conflicts.Sort((x, y) => string.CompareOrdinal(x.Subject, y.Subject));
        return conflicts;
    }

    /// <inheritdoc/>
    public Literal.Map Resolve(Conflict conflict, int choice)
    {
        if (choice < 0 || choice >= conflict.Candidates.Count) throw new ArgumentException("no such candidate", nameof(choice));
        if (!ElementId.TryParse(conflict.Subject, out var element)) throw new ArgumentException("not a conflict of a sequence", nameof(conflict));
        return SequencePayloads.Move(element, new(new(conflict.Candidates[choice].Entry, 0), TreeSide.Right));
    }

    internal override Condition ElementAt(int index, Literal value) => new((at, from) =>
    {
        var view = View(at, from);
        var item = index < view.Count ? view[index] : null;
        return (value.Equals(item), ListConditions.SeenElement(view.Count, item));
    }, _ => true);

    internal override string RunField => "items";

    internal override bool Moves => true;

    internal Literal ItemAt(int element) => _items[element]!;

    internal override Verdict? CheckRun(Literal.Map insert)
    {
        if (insert["items"] is not Literal.Array { Items.Length: > 0 and <= SequencePayloads.ItemsMax } items) return Invalid("an insert has 1 to 1024 items");
        foreach (var item in items.Items)
        {
            if (!PayloadValue.IsSmall(item)) return Invalid("an item is longer than 65,536 bytes");
        }
        return null;
    }

    internal override int LengthOf(Literal.Map insert) => ((Literal.Array)insert["items"]!).Items.Length;

    internal override bool PartsAt(Literal.Map insert, int offset) => true;

    internal override int Store(Literal.Map insert)
    {
        var items = ((Literal.Array)insert["items"]!).Items;
        foreach (var item in items) _items.Add(item);
        return items.Length;
    }

    internal override void StoreNothing() => _items.Add(null);

    private ConflictCandidate CandidateOf(int entry)
    {
        var payload = Scope.PayloadOf(entry);
        return new(Scope.Log.HashOf(entry), AuthorOf(entry), payload["parent"] ?? Literal.Map.Empty);
    }
}

/// <summary>A list at a version.</summary>
public sealed class SequenceView : RunView
{
    private readonly ReplicatedSequence _sequence;

    internal SequenceView(ReplicatedSequence sequence, DagVersion at, DagVersion from)
        : base(sequence, at, from) => _sequence = sequence;

    /// <summary>The item at an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such index.</exception>
    public Literal this[int index] => ItemOf(PlaceAt(index));

    /// <summary>The items in order.</summary>
    public IEnumerable<Literal> Items()
    {
        foreach (var (first, length) in Stretches())
        {
            for (int place = first; place < first + length; place++) yield return ItemOf(place);
        }
    }

    /// <summary>What turns the list of another version into this one: splices by ascending index of the other list.</summary>
    public SequenceDelta DeltaFrom(SequenceView start)
    {
        var bound = _sequence.BoundOf(start.At, At);
        return new([.. RunDelta.Between(start, this, bound).Select(s => new SequenceSplice(s.Index, s.Removed, [.. s.Places.Select(ItemOf)]))],
            bound);
    }

    private Literal ItemOf(int place) => _sequence.ItemAt(State.ElementAt(place));
}

/// <summary>What changed in a list between two versions.</summary>
/// <param name="Splices">By ascending index; apply from the last to the first, as indices are those of the old list.</param>
/// <param name="RevisionBound">A version below which nothing differs.</param>
public sealed record SequenceDelta(IReadOnlyList<SequenceSplice> Splices, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    /// <inheritdoc/>
    public override bool IsEmpty => Splices.Count == 0;
}

/// <summary>One change of a list.</summary>
/// <param name="Index">Index in the old list.</param>
/// <param name="Removed">How many items leave there.</param>
/// <param name="Inserted">The items that come in their place.</param>
public sealed record SequenceSplice(int Index, int Removed, IReadOnlyList<Literal> Inserted);
