namespace Hhs.Actors.Journal;

/// <summary>Says which of an object's writers somebody is: the store takes entries of the latest only.</summary>
/// <remarks>
/// Epochs of a store only ever rise, over all objects, and none is given twice: one of an object that was dropped fits
/// no later one. Source: docs/decisions/050-postgresql-journal-and-fencing.md.
/// </remarks>
/// <param name="Number">Above zero where the store gave it.</param>
public readonly record struct Epoch(long Number) : IComparable<Epoch>
{
    /// <summary>The epoch of a writer that holds its store alone. A shared store takes it for what this process has acquired last, and acquires the object if it has not yet.</summary>
    public static readonly Epoch OfTheProcess;

    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Number.CompareTo(other.Number);
}
