using System.CommandLine;
using System.Text;
using Hhs.Model.Json;
using Hhs.Node.Output;

namespace Hhs.Node.Commands;

/// <summary>Values as a person types and reads them: text, or JSON where asked for.</summary>
internal static class Values
{
    public static Option<bool> JsonOption() => new("--json-value") { Description = "Values are JSON: a number, text, array, object, true or false" };

    /// <summary>What was typed, as a value.</summary>
    public static Literal Parse(string text, bool asJson) =>
        !asJson ? text
        : LiteralReader.TryRead(Encoding.UTF8.GetBytes(text), out var literal, out var why) ? literal
        : throw CommandException.BadInput($"the value '{text}' is not JSON: {why.Detail}");

    /// <summary>A text as it is, anything else as JSON; harmless to a terminal.</summary>
    public static string Text(Literal value) => Report.Visible(value is Literal.String text ? text.Value : value.ToString());
}
