using System.Text.Json.Nodes;
using Hhs.Node.Control;
using Spectre.Console;

namespace Hhs.Node.Output;

/// <summary>What a command has to say on standard output: JSON lines, plain text, or tables where a terminal shows them.</summary>
internal sealed class Report(bool json)
{
    /// <summary>Whether scripts read the output.</summary>
    public bool Json => json;

    /// <summary>Whether a person looks at it: no ANSI codes go anywhere else.</summary>
    public bool Terminal { get; } = !json && CommandIo.Current is null && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>A result in both forms; only one of them is made.</summary>
    public void Write(Func<JsonObject> forScripts, Func<string> forPeople) => Console.Out.WriteLine(json ? JsonLine.Of(forScripts()) : forPeople());

    /// <summary>Rows of text, one JSON object each for scripts.</summary>
    public void Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (Terminal)
        {
            AnsiConsole.Write(Framed(columns, rows));
            return;
        }
        var widths = columns.Select((title, i) => rows.Select(row => row[i].Length).Append(title.Length).Max()).ToArray();
        foreach (var row in rows.Prepend(columns)) Console.Out.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }

    /// <summary>A table for a terminal; its cells are text, not markup.</summary>
    public static Table Framed(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (string column in columns) table.AddColumn(Markup.Escape(column));
        foreach (var row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        return table;
    }

    /// <summary>Makes text from a peer harmless to a terminal: control characters are shown, not obeyed.</summary>
    public static string Visible(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString())) : text;
}
