using System.Globalization;
using System.Numerics;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Text;

namespace Hhs.Actors.Spaces;

/// <summary>A counter in a space.</summary>
public sealed record CounterMember(ContentHash Id, string Name) : SpaceMember(Id, Name, CounterType.Id)
{
    /// <summary>The total is no less.</summary>
    public Requirement AtLeast(BigInteger least) => Condition("atLeast", least.ToString(CultureInfo.InvariantCulture));

    /// <summary>The total is no more.</summary>
    public Requirement AtMost(BigInteger most) => Condition("atMost", most.ToString(CultureInfo.InvariantCulture));
}

/// <summary>A grow-only set in a space.</summary>
public sealed record GrowSetMember(ContentHash Id, string Name) : SpaceMember(Id, Name, GrowSetType.Id)
{
    /// <summary>The element is in it.</summary>
    public Requirement Has(Literal element) => Condition("has", element);

    /// <summary>The element is not in it.</summary>
    public Requirement Lacks(Literal element) => Condition("lacks", element);
}

/// <summary>A list in a space.</summary>
public sealed record ListMember(ContentHash Id, string Name) : SpaceMember(Id, Name, SequenceType.Id)
{
    /// <summary>The number of items is within bounds.</summary>
    public Requirement Length(int min, int max) => Condition("length", Literal.Map.Of(("min", min), ("max", max)));

    /// <summary>The item at an index.</summary>
    public Requirement ElementAt(int index, Literal value) => Condition("elementAt", Literal.Map.Of(("index", index), ("value", value)));
}

/// <summary>A log in a space.</summary>
public sealed record LogMember(ContentHash Id, string Name) : SpaceMember(Id, Name, LogType.Id)
{
    /// <summary>The number of records is within bounds.</summary>
    public Requirement Length(int min, int max) => Condition("length", Literal.Map.Of(("min", min), ("max", max)));
}

/// <summary>A record in a space. Its fields do well as seats, slots or names, of which each is taken once.</summary>
public sealed record RecordMember(ContentHash Id, string Name) : SpaceMember(Id, Name, RecordType.Id)
{
    /// <summary>The field holds this.</summary>
    public Requirement Is(FieldName field, Literal value) => Condition("equals", Literal.Map.Of((field.Text, value)));

    /// <summary>The field holds something.</summary>
    public Requirement IsPresent(FieldName field) => Condition("present", field.Text);

    /// <summary>The field holds nothing.</summary>
    public Requirement IsAbsent(FieldName field) => Condition("absent", field.Text);

    /// <summary>The field holds nothing: <see cref="IsAbsent"/>, of a seat.</summary>
    public Requirement IsFree(FieldName field) => IsAbsent(field);
}

/// <summary>A register in a space.</summary>
public sealed record RegisterMember(ContentHash Id, string Name) : SpaceMember(Id, Name, RegisterType.Id)
{
    /// <summary>It holds this.</summary>
    public Requirement Is(Literal value) => Condition("equals", value);

    /// <summary>It holds something.</summary>
    public Requirement IsPresent() => Condition("present", true);

    /// <summary>It holds nothing.</summary>
    public Requirement IsAbsent() => Condition("absent", true);
}

/// <summary>A set in a space.</summary>
public sealed record SetMember(ContentHash Id, string Name) : SpaceMember(Id, Name, SetType.Id)
{
    /// <summary>The element is in it.</summary>
    public Requirement Has(Literal element) => Condition("has", element);

    /// <summary>The element is not in it.</summary>
    public Requirement Lacks(Literal element) => Condition("lacks", element);
}

/// <summary>A text in a space.</summary>
public sealed record TextMember(ContentHash Id, string Name) : SpaceMember(Id, Name, TextType.Id)
{
    /// <summary>The number of UTF-16 units is within bounds.</summary>
    public Requirement Length(int min, int max) => Condition("length", Literal.Map.Of(("min", min), ("max", max)));

    /// <summary>The text goes on with this at an index.</summary>
    public Requirement GoesOn(int index, string text) => Condition("elementAt", Literal.Map.Of(("index", index), ("value", text)));
}
