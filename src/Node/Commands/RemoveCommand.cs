using System.CommandLine;
using Hhs.Actors.Node;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Set;

namespace Hhs.Node.Commands;

/// <summary><c>hhs remove</c>.</summary>
internal static class RemoveCommand
{
    public static Command Make() => WriteCommand.Make("remove", "Remove elements from a set, fields from a record", "removed", (handle, target) => handle.TypeId switch
    {
        RecordType.Id => element => new RecordHandle(handle).RemoveAsync(element is Literal.String field ? field.Value : throw CommandException.BadInput("a field's name is a text")),
        SetType.Id when target.Nested => element => new SetHandle(handle).RemoveByHashAsync(
            element is Literal.String text && ContentHash.TryParse(text.Value, out var id) ? id : throw ObjectNames.BadId(element.ToString()), target.Barrier),
        SetType.Id => element => new SetHandle(handle).RemoveAsync(element, target.Barrier),
        _ => throw Kinds.Wrong(handle, "remove", "set or record"),
    });
}
