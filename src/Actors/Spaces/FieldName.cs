using System.Globalization;

namespace Hhs.Actors.Spaces;

/// <summary>The name of a record's field; numbers are names in decimal, so that seat 12 is the field <c>12</c>.</summary>
/// <param name="Text">The name.</param>
public readonly record struct FieldName(string Text)
{
    /// <summary>A text is a name as it is.</summary>
    public static implicit operator FieldName(string text) => new(text);

    /// <summary>A number is a name in decimal.</summary>
    public static implicit operator FieldName(long number) => new(number.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public override string ToString() => Text;
}
