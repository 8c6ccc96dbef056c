using System.CommandLine;
using Hhs.Actors.Node;
using Hhs.Model.Json;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Set;

namespace Hhs.Node.Commands;

/// <summary><c>hhs add</c>.</summary>
internal static class AddCommand
{
    public static Command Make() => WriteCommand.Make("add", "Add elements to a set or grow-only set, records to a log", "added", (handle, target) => handle.TypeId switch
    {
        GrowSetType.Id => element => new GrowSetHandle(handle).AddAsync(element),
        LogType.Id => new LogHandle(handle).AppendAsync,
        // An element of a nested set is a set: the text is its seed, the entry its id.
        SetType.Id when target.Nested => element => new SetHandle(handle).AddNestedSetAsync(new SetOptions { Seed = element is Literal.String seed ? seed.Value : element.ToString() }),
        SetType.Id => element => new SetHandle(handle).AddAsync(element, target.Barrier),
        _ => throw Kinds.Wrong(handle, "add", "set, growset or log"),
    });
}
