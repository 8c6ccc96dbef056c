using System.Numerics;
using System.Globalization;
using Hhs.Actors.Spaces;
using Hhs.Model.Json;

namespace Hhs.Node.Commands.Spaces;

/// <summary>The words for conditions and operations of each type.</summary>
internal static class SpaceWords
{
    /// <summary>The condition that a word says; null if the type has none of that name, or not so.</summary>
    /// <param name="member">The member.</param>
    /// <param name="word">The word.</param>
    /// <param name="argument">What comes after it; null for nothing.</param>
    /// <param name="value">Reads a value.</param>
    /// <param name="text">The whole, for a message.</param>
    public static Requirement? Condition(SpaceMember member, string word, string? argument, Func<string, Literal> value, string text) => (member, word, argument) switch
    {
        (CounterMember counter, "atLeast", { } number) => counter.AtLeast(Total(number, text)),
        (CounterMember counter, "atMost", { } number) => counter.AtMost(Total(number, text)),
        (RegisterMember register, "is" or "equals", { } asked) => register.Is(value(asked)),
        (RegisterMember register, "present", null) => register.IsPresent(),
        (RegisterMember register, "absent", null) => register.IsAbsent(),
        (RecordMember record, "is" or "equals", { } pair) when Pair(pair, text, "FIELD=VALUE") is var (field, asked) => record.Is(field, value(asked)),
        (RecordMember record, "present", { } field) => record.IsPresent(field),
        (RecordMember record, "absent", { } field) => record.IsAbsent(field),
        (SetMember or GrowSetMember, "has" or "lacks", { } element) => member.Condition(word, value(element)),
        (ListMember or LogMember or TextMember, "length", { } bounds) => Length(member, bounds, text),
        (ListMember or TextMember, "elementAt", { } pair) when Pair(pair, text, "INDEX=VALUE") is var (index, asked) =>
            member.Condition(word, Literal.Map.Of(("index", Index(index, text)), ("value", value(asked)))),
        _ => null,
    };

    /// <summary>Adds the operation that a word says to a transaction; false if the type has none of that name, or not so.</summary>
    public static bool Do(Transaction transaction, SpaceMember member, string word, string? argument, Func<string, Literal> value, string text) => (member, word, argument) switch
    {
        (CounterMember counter, "add", { } number) => Is(transaction.Increment(counter, SpaceSyntax.Whole(number, $"'{text}'") is not 0 and var amount
            ? amount : throw CommandException.BadInput($"'{text}': adding 0 says nothing"))),
        (RegisterMember register, "set", { } asked) => Is(transaction.Set(register, value(asked))),
        (RegisterMember register, "clear", null) => Is(transaction.Clear(register)),
        (RecordMember record, "set", { } pair) when Pair(pair, text, "FIELD=VALUE") is var (field, asked) => Is(transaction.Set(record, field, value(asked))),
        (RecordMember record, "remove", { } field) => Is(transaction.Remove(record, field)),
        (SetMember set, "add", { } element) => Is(transaction.Add(set, value(element))),
        (SetMember set, "remove", { } element) => Is(transaction.Remove(set, value(element))),
        (GrowSetMember set, "add", { } element) => Is(transaction.Add(set, value(element))),
        (LogMember log, "append", { } asked) => Is(transaction.Append(log, value(asked))),
        (ListMember list, "insert", { } pair) when Pair(pair, text, "INDEX=VALUE") is var (index, asked) => Is(transaction.Insert(list, At(index, text), value(asked))),
        (TextMember all, "insert", { } pair) when Pair(pair, text, "INDEX=TEXT") is var (index, asked) => Is(transaction.Insert(all, At(index, text), asked)),
        (ListMember list, "delete", { } part) when Part(part, text) is var (from, count) => Is(transaction.Delete(list, from, count)),
        (TextMember all, "delete", { } part) when Part(part, text) is var (from, count) => Is(transaction.Delete(all, from, count)),
        _ => false,
    };

    /// <summary>The conditions of a type, for a message.</summary>
    public static string ConditionsOf(SpaceMember member) => member switch
    {
        CounterMember => "atLeast N, atMost N",
        RegisterMember => "is VALUE, present, absent",
        RecordMember => "is FIELD=VALUE, present FIELD, absent FIELD",
        SetMember or GrowSetMember => "has VALUE, lacks VALUE",
        LogMember => "length MIN..MAX",
        ListMember or TextMember => "length MIN..MAX, elementAt INDEX=VALUE",
        _ => "none in words",
    };

    /// <summary>The operations of a type, for a message.</summary>
    public static string OperationsOf(SpaceMember member) => member switch
    {
        CounterMember => "add N",
        RegisterMember => "set VALUE, clear",
        RecordMember => "set FIELD=VALUE, remove FIELD",
        SetMember => "add VALUE, remove VALUE",
        GrowSetMember => "add VALUE",
        LogMember => "append VALUE",
        ListMember or TextMember => "insert INDEX=VALUE (-1 is the end), delete FROM..BEFORE",
        _ => "none in words",
    };

    private static bool Is(Transaction _) => true;

    private static BigInteger Total(string text, string whole) => text.Length <= DigitsMax && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number : throw CommandException.BadInput($"'{whole}': '{text}' is not a whole number such as 5 or -3");

    private static int Index(string text, string whole) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number : throw CommandException.BadInput($"'{whole}': '{text}' is not an index: 0, 1, 2 and so on");

    private static int At(string text, string whole) => text == "-1" ? -1 : Index(text, whole);

    private static (int From, int Count) Part(string text, string whole)
    {
        var (from, before) = Bounds(text, whole, "delete FROM..BEFORE, such as delete 0..5");
        return from < before ? (from, before - from) : throw CommandException.BadInput($"'{whole}': there is nothing from {from} to before {before}");
    }

    private static Requirement Length(SpaceMember member, string text, string whole)
    {
        var (min, max) = Bounds(text, whole, "length MIN..MAX, such as length 0..10");
        return member.Condition("length", Literal.Map.Of(("min", min), ("max", max)));
    }

    private static (int From, int To) Bounds(string text, string whole, string shape) => text.Split("..") is [var from, var to]
        ? (Index(from, whole), Index(to, whole)) : throw CommandException.BadInput($"'{whole}': expected {shape}");

    private static (string Left, string Right) Pair(string text, string whole, string shape) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
        ? (text[..at], text[(at + 1)..]) : throw CommandException.BadInput($"'{whole}': expected {shape} after the word");

    private const int DigitsMax = 1000;
}
