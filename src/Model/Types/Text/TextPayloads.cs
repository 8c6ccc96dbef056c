using Hhs.Model.Json;
using Hhs.Model.Types.Sequence;

namespace Hhs.Model.Types.Text;

/// <summary>Makes the payloads of a text.</summary>
/// <remarks>Source: docs/types/text.md.</remarks>
public static class TextPayloads
{
    /// <summary>Most UTF-16 units of one insert.</summary>
    public const int UnitsMax = RunOperation.RunLengthMax;

    /// <summary>A new, empty text.</summary>
    public static Literal.Map Create(string seed) => NativeCreate.Of(TextType.Id, seed);

    /// <summary>Inserts text before an index of a view.</summary>
    /// <exception cref="ArgumentException">No text, too much, no such index, or an index between the halves of a surrogate pair.</exception>
    public static Literal.Map Insert(TextView view, int index, string text)
    {
        if (text.Length is 0 or > UnitsMax) throw new ArgumentException($"1 to {UnitsMax} UTF-16 units at a time", nameof(text));
        Whole(view, index);
        return SequencePayloads.Insert(view.AnchorAt(index), "text", text);
    }

    /// <summary>Deletes a part of what a view shows: one payload, or several when many entries made it.</summary>
    /// <exception cref="ArgumentException">There is no such part, or it begins or ends between the halves of a surrogate pair.</exception>
    public static IReadOnlyList<Literal.Map> Delete(TextView view, int index, int count)
    {
        Whole(view, index);
        Whole(view, index + count);
        return SequencePayloads.Delete(view, index, count);
    }

    private static void Whole(TextView view, int index)
    {
        if (index > 0 && index < view.Count && char.IsLowSurrogate(view[index])) throw new ArgumentException("between the halves of a surrogate pair", nameof(index));
    }
}
