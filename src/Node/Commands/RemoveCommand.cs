using System.CommandLine;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Node.Commands;

/// <summary><c>hhs remove</c>.</summary>
internal static class RemoveCommand
{
    public static Command Make() => WriteCommand.Make("remove", "Remove elements from a set", "removed", (set, target) => target switch
    {
        { Child: { } child } => element => set.RemoveFromNestedAsync(child, element),
        { Nested: true } => element => set.RemoveByHashAsync(
            element is Literal.String text && ContentHash.TryParse(text.Value, out var id) ? id : throw ObjectNames.BadId(element.ToString()), target.Barrier),
        _ => element => set.RemoveAsync(element, target.Barrier),
    });
}
