using System.CommandLine;
using System.Text;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Node.Commands;

/// <summary>Arguments and options of the commands that write elements: texts, any JSON, or lines of standard input.</summary>
internal sealed class Elements
{
    public Argument<string> Object { get; } = new("OBJECT") { Description = "Name, id, or the first 6 or more characters of an id" };

    public Argument<string[]> Texts { get; } = new("ELEMENT") { Description = "Elements, as text", Arity = ArgumentArity.ZeroOrMore };

    public Option<string[]> Jsons { get; } = new("--json-element") { Description = "An element as JSON: a number, text, array, object, true or false; repeat for more", HelpName = "JSON", DefaultValueFactory = _ => [] };

    public Option<bool> Stdin { get; } = new("--stdin") { Description = "Read further elements from standard input, one a line; each is reported as soon as it is durable" };

    public Option<bool> Barrier { get; } = new("--barrier") { Description = "As a barrier, where the set was made for it" };

    public Option<string?> Child { get; } = new("--child") { Description = "Not the object itself, but the nested object with this id", HelpName = "ID" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(Object);
        command.Arguments.Add(Texts);
        foreach (var option in (Option[])[Jsons, Stdin, Barrier, Child]) command.Options.Add(option);
    }

    /// <summary>The elements in the order given: texts, then JSON, then standard input. What is bad is refused before anything is written.</summary>
    public IEnumerable<Literal> Of(ParseResult parsed)
    {
        string[] texts = parsed.GetValue(Texts)!;
        Literal[] given = [.. texts.Select(t => (Literal)t), .. parsed.GetValue(Jsons)!.Select(Parse)];
        bool stdin = parsed.GetValue(Stdin);
        if (given.Length == 0 && !stdin) throw CommandException.BadInput("no element is given: name at least one, or use --json-element or --stdin");
        return stdin ? given.Concat(Lines()) : given;
    }

    public static ContentHash? ChildId(string? text) =>
        text is null ? null : ContentHash.TryParse(text, out var id) ? id : throw ObjectNames.BadId(text);

    private static Literal Parse(string json) =>
        LiteralReader.TryRead(Encoding.UTF8.GetBytes(json), out var literal, out var why) ? literal : throw CommandException.BadInput($"--json-element '{json}': {why.Detail}");

    private static IEnumerable<Literal> Lines()
    {
        while (Console.In.ReadLine() is { } line) yield return line;
    }
}
