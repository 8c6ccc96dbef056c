using System.CommandLine;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Model.Json;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Set;

namespace Hhs.Node.Commands;

/// <summary><c>hhs add</c>.</summary>
internal static class AddCommand
{
    public static Command Make() => WriteCommand.Make("add", "Add elements to a set or grow-only set, records to a log, nested objects to a record", "added", (handle, target) => handle.TypeId switch
    {
        GrowSetType.Id => element => new GrowSetHandle(handle).AddAsync(element),
        LogType.Id => new LogHandle(handle).AppendAsync,
        RecordType.Id => element => handle.ApplyAsync(Nested(element)),
        // An element of a nested set is a set: the text is its seed, the entry its id.
        SetType.Id when target.Nested => element => new SetHandle(handle).AddNestedSetAsync(new SetOptions { Seed = element is Literal.String seed ? seed.Value : element.ToString() }),
        SetType.Id => element => new SetHandle(handle).AddAsync(element, target.Barrier),
        _ => throw Kinds.Wrong(handle, "add", "set, growset, log or record"),
    });

    // The field is the seed of the object that it holds, the entry the object's id. A name can have '=', a type cannot.
    private static RecordMessages.Add Nested(Literal element)
    {
        if (element is not Literal.String { Value: var text } || text.LastIndexOf('=') is not (> 0 and var at))
            throw CommandException.BadInput($"'{element}' is not FIELD=TYPE: 'hhs add' makes a nested object in a field of a record, 'hhs set' writes a value");
        var (field, kind) = (text[..at], text[(at + 1)..]);
        return new(field, Kinds.Nested(kind, field) ?? throw CommandException.BadInput($"'{text}': no object of type '{kind}' can be in a field; types are {Kinds.Nestable}"));
    }
}
