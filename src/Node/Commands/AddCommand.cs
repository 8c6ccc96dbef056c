using System.CommandLine;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;

namespace Hhs.Node.Commands;

/// <summary><c>hhs add</c>.</summary>
internal static class AddCommand
{
    public static Command Make() => WriteCommand.Make("add", "Add elements to a set", "added", (set, target) => target switch
    {
        { Child: { } child } => element => set.AddToNestedAsync(child, element),
        // An element of a nested set is a set: the text is its seed, the entry its id.
        { Nested: true } => element => set.AddNestedSetAsync(new SetOptions { Seed = element is Literal.String seed ? seed.Value : element.ToString() }),
        _ => element => set.AddAsync(element, target.Barrier),
    });
}
