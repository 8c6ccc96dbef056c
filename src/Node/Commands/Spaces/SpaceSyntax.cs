using System.Globalization;
using System.Text;
using Hhs.Actors.Spaces;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Space;

namespace Hhs.Node.Commands.Spaces;

/// <summary>Conditions and operations as a person types them: <c>seats absent 12</c>, <c>stock add -1</c>. Which there are, <see cref="SpaceWords"/> says.</summary>
/// <param name="members">The members of the space.</param>
/// <param name="isJson">Whether values are JSON.</param>
internal sealed class SpaceSyntax(IReadOnlyList<SpaceMember> members, bool isJson)
{
    /// <summary>A condition: <c>MEMBER KIND [ARGUMENT]</c>, several of them with <c>||</c> between of which one has to hold, or JSON.</summary>
    public Requirement Condition(string text)
    {
        if (text.TrimStart().StartsWith('{')) return new(WithIds(Json(text), text));
        string[] parts = text.Split(" || ", StringSplitOptions.TrimEntries);
        return parts is [var only] ? One(only) : Requirement.AnyOf([.. parts.Select(One)]);
    }

    /// <summary>An operation: <c>MEMBER VERB [ARGUMENT]</c>, or the member and a payload as JSON.</summary>
    public void Operation(string text, Transaction transaction)
    {
        var (member, rest) = Named(text, "--do");
        if (rest.StartsWith('{'))
        {
            transaction.Do(member, Json(rest) as Literal.Map ?? throw CommandException.BadInput($"--do '{text}': the operation is no JSON object"));
            return;
        }
        var (verb, argument) = Split(rest);
        if (!SpaceWords.Do(transaction, member, verb, argument, value => Values.Parse(value, isJson), text))
            throw CommandException.BadInput($"--do '{text}': a {Kinds.Of(member.TypeId)} has no operation '{verb}'; it has {SpaceWords.OperationsOf(member)}, or its payload as JSON");
    }

    /// <summary>The member that a name or an id says.</summary>
    public SpaceMember Member(string text)
    {
        if (ContentHash.TryParse(text, out var id) && members.FirstOrDefault(member => member.Id == id) is { } known) return known;
        SpaceMember[] named = [.. members.Where(member => member.Name == text)];
        return named switch
        {
            [var only] => only,
            [] => throw CommandException.NotFound(members.Count == 0
                ? $"the space has no member '{text}', nor any other: add one with 'hhs member SPACE NAME TYPE'"
                : $"the space has no member '{text}': it has {string.Join(", ", members.Take(NamedMax).Select(member => member.Name))}"),
            _ => throw CommandException.BadInput($"{named.Length} members are called '{text}': give the id instead, one of {string.Join(", ", named.Select(member => member.Id.ToString()))}"),
        };
    }

    /// <summary>A whole number that fits a counter.</summary>
    public static long Whole(string text, string where) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
        ? number : throw CommandException.BadInput($"{where}: '{text}' is not a whole number such as 5 or -3");

    private Requirement One(string text)
    {
        if (text.StartsWith(SpacePayloads.Capabilities + " ", StringComparison.Ordinal) && Split(text) is var (_, asked))
        {
            var (kind, pair) = Split(asked);
            if (kind != "holds" || pair is null) throw CommandException.BadInput($"--require '{text}': expected capabilities holds KEYID=CAPABILITY");
            // The '=' that parts them is not the one that a key id ends with.
            int at = pair.LastIndexOf('=');
            if (at <= 0) throw CommandException.BadInput($"--require '{text}': expected capabilities holds KEYID=CAPABILITY");
            return Requirement.Holds(CapsCommands.ParseId(pair[..at]), pair[(at + 1)..]);
        }
        var (member, rest) = Named(text, "--require");
        var (word, argument) = Split(rest);
        return SpaceWords.Condition(member, word, argument, value => Values.Parse(value, isJson), text)
            ?? throw CommandException.BadInput($"--require '{text}': a {Kinds.Of(member.TypeId)} has no condition '{word}'; it has {SpaceWords.ConditionsOf(member)}, or any as JSON");
    }

    // A name can have spaces: the longest one that fits is meant.
    private (SpaceMember Member, string Says) Named(string text, string option)
    {
        string name = members.SelectMany(member => (string[])[member.Name, member.Id.ToString()]).Where(name => text.StartsWith(name + " ", StringComparison.Ordinal))
            .MaxBy(name => name.Length) ?? Split(text).Word;
        var member = Member(name);
        string rest = text.Length > name.Length ? text[(name.Length + 1)..].Trim() : "";
        if (rest.Length == 0) throw CommandException.BadInput($"{option} '{text}': say what of it, such as \"{(option == "--do" ? "stock add -1" : "stock atLeast 1")}\"");
        return (member, rest);
    }

    private static (string Word, string? Argument) Split(string? text) => (text ?? "").IndexOf(' ', StringComparison.Ordinal) is >= 0 and var at ? (text![..at], text[(at + 1)..]) : (text ?? "", null);

    // In JSON a member can be named, too.
    private Literal WithIds(Literal literal, string text)
    {
        if (literal is not Literal.Map { Count: > 0 } map) throw CommandException.BadInput($"--require '{text}': a condition in JSON is an object, such as {{\"member\":\"stock\",\"atLeast\":\"1\"}}");
        foreach (string kind in (string[])["allOf", "anyOf"])
        {
            if (map[kind] is Literal.Array parts) return Literal.Map.Of((kind, new Literal.Array([.. parts.Items.ToArray().Select(part => WithIds(part, text))])));
        }
        if (map.Text("member") is not { } name) throw CommandException.BadInput($"--require '{text}': a condition in JSON names its \"member\"");
        return name == SpacePayloads.Capabilities ? map : map.With("member", Member(name).Id.ToString());
    }

    private static Literal Json(string text) => LiteralReader.TryRead(Encoding.UTF8.GetBytes(text), out var literal, out var why)
        ? literal : throw CommandException.BadInput($"'{text}' is not JSON: {why.Detail}");

    private const int NamedMax = 20;
}
