using System.Text;
using Hhs.Actors.Journal;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Node.Commands;

/// <summary>What people call objects: local names, kept in the store as settings <c>name/NAME</c>, and prefixes of ids.</summary>
internal sealed class ObjectNames(IJournal journal)
{
    /// <summary>The names that objects have here, in ordinal order.</summary>
    public IReadOnlyList<(string Name, ContentHash Id)> All =>
        [.. journal.Settings(Prefix).Where(s => ContentHash.TryParse(s.Value.Span, out _)).Select(s => (s.Key[Prefix.Length..], ContentHash.Parse(Encoding.ASCII.GetString(s.Value.Span))))];

    /// <summary>The names of one object, for a table; empty if it has none.</summary>
    public string Of(ContentHash id) => string.Join(", ", All.Where(n => n.Id == id).Select(n => n.Name));

    /// <summary>Refuses a name that cannot be given, or that another object has.</summary>
    public void RequireFree(string name, ContentHash? id = null)
    {
        if (name.Length is 0 or > NameLengthMax || name.Any(char.IsControl) || name[0] == '-' || ContentHash.TryParse(name, out _))
            throw CommandException.BadInput($"'{name}' cannot be a name: 1 to {NameLengthMax} characters, no control characters, no '-' in front, and not an id");
        if (TryFind(name, out var taken) && taken != id)
            throw new CommandException(ExitCode.Refused, $"the name '{name}' belongs to object {taken} already: choose another one");
    }

    /// <summary>Gives an object a name, durably.</summary>
    public void Give(string name, ContentHash id)
    {
        RequireFree(name, id);
        journal.PutSetting(Prefix + name, Encoding.ASCII.GetBytes(id.ToString()));
    }

    /// <summary>The object that is meant by a name, an id, or the beginning of one.</summary>
    public ContentHash Resolve(string text)
    {
        // No name is an id. What can be asked for by itself is: a database with thousands of objects is asked for each command.
        if (ContentHash.TryParse(text, out var id))
            return journal.BytesOf(id) > 0 ? id : throw CommandException.NotFound($"object {id} is not here: 'hhs list' shows what is, 'hhs join {id} --peer ...' fetches it");
        if (TryFind(text, out var named)) return named;
        if (text.Length >= ContentHash.TextLength) throw BadId(text);
        ContentHash[] matching = text.Length < PrefixLengthMin ? []
            : [.. journal.Objects.Select(o => o.ObjectId).Where(o => o.ToString().StartsWith(text, StringComparison.Ordinal))];
        return matching switch
        {
            [var only] => only,
            [] => throw CommandException.NotFound($"no object here has the name '{text}', or an id that begins so (with at least {PrefixLengthMin} characters): 'hhs list' shows what is here"),
            _ => throw CommandException.BadInput($"'{text}' is ambiguous: {string.Join(", ", matching.Select(m => m.ToString()))}"),
        };
    }

    /// <summary>Why a text that should be an id is none.</summary>
    public static CommandException BadId(string text) => CommandException.BadInput($"'{text}' is not an object id: expected {ContentHash.TextLength} characters of Base64, as 'hhs list' shows them");

    /// <summary>The create payload of an object in the store.</summary>
    public static Literal.Map CreatePayload(IJournal journal, ContentHash id) =>
        journal.TryReadPayload(id, id, out var json) && LiteralReader.TryRead(json.Span, out var literal, out _) && literal is Literal.Map map
            ? map
            : throw new CommandException(ExitCode.Store, $"the first entry of object {id} is damaged: run 'hhs verify', then fetch the object again with 'hhs join {id} --peer ...'");

    private bool TryFind(string name, out ContentHash id)
    {
        id = default;
        return journal.TryGetSetting(Prefix + name, out var value) && ContentHash.TryParse(value.Span, out id);
    }

    private const string Prefix = "name/";
    private const int NameLengthMax = 128;
    private const int PrefixLengthMin = 6;
}
