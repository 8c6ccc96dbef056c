using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types.Conditions;
using Hhs.Model.Types.Sequence;

namespace Hhs.Model.Types.Text;

/// <summary>One replicated text. Elements are UTF-16 code units; a surrogate pair is never split.</summary>
/// <remarks>Source: docs/types/text.md.</remarks>
public sealed class ReplicatedText(ObjectScope scope, Literal.Map create) : ReplicatedRuns(scope, create)
{
    private char[] _units = new char[16];   // by place
    private int _count;

    /// <inheritdoc/>
    public override string TypeId => TextType.Id;

    /// <summary>The text at a version, as judged from a later one.</summary>
    public TextView View(DagVersion at, DagVersion from) => new(this, at, from);

    /// <summary>The text at a version, as known at that version.</summary>
    public TextView View(DagVersion at) => View(at, at);

    /// <inheritdoc/>
    public override TextDelta Delta(DagVersion start, DagVersion end) => View(end).DeltaFrom(View(start));

    // As many units as the value has: a character, a word, or all that a rename replaces.
    internal override Condition? ElementAt(int index, Literal value) => value is not Literal.String { Value: { Length: > 0 and <= TextPayloads.UnitsMax } units } ? null
        : new((at, from) =>
        {
            var view = View(at, from);
            string? part = index < view.Count ? view.Substring(index, Math.Min(units.Length, view.Count - index)) : null;
            return (part == units, ListConditions.SeenElement(view.Count, part is null ? null : (Literal)part));
        }, _ => true);

    internal override string RunField => "text";

    internal override bool Moves => false;

    internal override Verdict? CheckRun(Literal.Map insert) => insert.Text("text") is { Length: > 0 and <= TextPayloads.UnitsMax }
        ? null : Invalid("an insert has 1 to 65,536 UTF-16 units of text");

    internal override int LengthOf(Literal.Map insert) => insert.Text("text")!.Length;

    // Literals hold no lone surrogates, so a low one is the second half of a pair.
    internal override bool PartsAt(Literal.Map insert, int offset)
    {
        string text = insert.Text("text")!;
        return offset == text.Length || !char.IsLowSurrogate(text[offset]);
    }

    internal override int Store(Literal.Map insert)
    {
        string text = insert.Text("text")!;
        if (_count + text.Length > _units.Length) Array.Resize(ref _units, Math.Max(_units.Length * 2, _count + text.Length));
        text.CopyTo(_units.AsSpan(_count));
        _count += text.Length;
        return text.Length;
    }

    internal override void StoreNothing() => throw new System.Diagnostics.UnreachableException("texts have no moves");

    internal ReadOnlySpan<char> Units(int first, int length) => _units.AsSpan(first, length);
}

/// <summary>A text at a version.</summary>
public sealed class TextView : RunView
{
    private readonly ReplicatedText _text;

    internal TextView(ReplicatedText text, DagVersion at, DagVersion from)
        : base(text, at, from) => _text = text;

    /// <summary>The whole text.</summary>
    public string Text => string.Create(Count, this, static (units, view) =>
    {
        foreach (var (first, length) in view.Stretches())
        {
            view._text.Units(first, length).CopyTo(units);
            units = units[length..];
        }
    });

    /// <summary>The UTF-16 unit at an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such index.</exception>
    public char this[int index] => UnitAt(PlaceAt(index));

    /// <summary>A part of the text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    public string Substring(int index, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return string.Create(length, (View: this, Index: index), static (units, from) =>
        {
            for (int i = 0; i < units.Length; i++) units[i] = from.View[from.Index + i];
        });
    }

    /// <summary>What turns the text of another version into this one.</summary>
    public TextDelta DeltaFrom(TextView start)
    {
        var bound = _text.BoundOf(start.At, At);
        return new([.. RunDelta.Between(start, this, bound).Select(s => new TextSplice(s.Index, s.Removed, string.Concat(s.Places.Select(UnitAt))))],
            bound);
    }

    private char UnitAt(int place) => _text.Units(place, 1)[0];
}

/// <summary>What changed in a text between two versions.</summary>
/// <param name="Splices">By ascending index; apply from the last to the first, as indices are those of the old text.</param>
/// <param name="RevisionBound">A version below which nothing differs.</param>
public sealed record TextDelta(IReadOnlyList<TextSplice> Splices, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    /// <inheritdoc/>
    public override bool IsEmpty => Splices.Count == 0;
}

/// <summary>One change of a text, in UTF-16 units.</summary>
/// <param name="Index">Index in the old text.</param>
/// <param name="Removed">How many units leave there.</param>
/// <param name="Inserted">The text that comes in their place.</param>
public sealed record TextSplice(int Index, int Removed, string Inserted);
