using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Hhs.Node.Commands;

/// <summary>Whole numbers on the command line. The parser's own message for a bad one names a type of .NET.</summary>
internal static class Numbers
{
    /// <summary>Reads a number; says what it has to be where it is none, or out of range.</summary>
    /// <param name="name">The argument or option, as the help shows it.</param>
    /// <param name="examples">Numbers that fit, in words: <c>5 or -3</c>.</param>
    /// <param name="least">The lowest that is allowed.</param>
    /// <param name="most">The highest.</param>
    public static Func<ArgumentResult, T> Parser<T>(string name, string examples, T least, T most) where T : struct, IBinaryInteger<T> => result =>
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be a whole number such as {examples}, from {least} to {most}: '{text}' is not."));
        return default;
    };

    /// <summary>The same for an option that may be left out.</summary>
    public static Func<ArgumentResult, T?> Optional<T>(string name, string examples, T least, T most) where T : struct, IBinaryInteger<T>
    {
        var parse = Parser(name, examples, least, most);
        return result => parse(result);
    }
}
