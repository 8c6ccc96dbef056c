using System.Globalization;
using System.Text.Json.Nodes;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Spaces;
using Hhs.Model.Dag;
using Hhs.Node.Output;

namespace Hhs.Node.Commands.Spaces;

/// <summary>What a space holds, as <c>hhs show</c> shows it.</summary>
internal static class ShownSpace
{
    public static async Task<Shown> ReadAsync(ObjectHandle handle, Position? at)
    {
        var snapshot = await handle.AskAsync<SpaceSnapshot>(new SpaceMessages.Read([]), at);
        var conflicts = await handle.AskAsync<IReadOnlyList<MemberConflict>>(new SpaceMessages.Conflicts(), at);
        var members = JsonLine.Array(snapshot.Members, member => new JsonObject
        {
            ["name"] = member.Name, ["id"] = member.Id.ToString(), ["type"] = member.TypeId, ["value"] = JsonOf(snapshot, member), ["conflict"] = IsDisputed(member),
        });
        string open = snapshot.OpenCount == 0 ? "" : $"; {snapshot.OpenCount} wait for an answer, see 'hhs review'";
        return new(
            new() { ["members"] = members, ["open"] = snapshot.OpenCount, ["conflicts"] = conflicts.Count }, ["member", "type", "holds", "id", ""],
            [.. snapshot.Members.Select(member => (string[])
                [Report.Visible(member.Name), Report.Visible(Kinds.Of(member.TypeId)), Report.Visible(Cut(TextOf(snapshot, member))), member.Id.ToString(), IsDisputed(member) ? "conflict" : ""])],
            $"{snapshot.Members.Count} members{open}");

        bool IsDisputed(SpaceMember member) => conflicts.Any(conflict => conflict.Member.Id == member.Id);
    }

    private static JsonNode? JsonOf(SpaceSnapshot snapshot, SpaceMember member) => member switch
    {
        // A JSON number is a double to most readers.
        CounterMember counter => snapshot.ValueOf(counter).ToString(CultureInfo.InvariantCulture),
        GrowSetMember set => JsonLine.Array(snapshot.ElementsOf(set), JsonLine.From),
        ListMember list => JsonLine.Array(snapshot.ItemsOf(list), JsonLine.From),
        LogMember log => JsonLine.Array(snapshot.RecordsOf(log), record => JsonLine.From(record.Value)),
        RecordMember record => new JsonObject([.. snapshot.FieldsOf(record).Select(field => KeyValuePair.Create(field.Name, (JsonNode?)JsonLine.From(field.Value!)))]),
        RegisterMember register => snapshot.ValueOf(register) is { } value ? JsonLine.From(value) : null,
        SetMember set => JsonLine.Array(snapshot.ElementsOf(set), JsonLine.From),
        TextMember text => snapshot.TextOf(text),
        _ => null,
    };

    private static string TextOf(SpaceSnapshot snapshot, SpaceMember member) => member switch
    {
        CounterMember counter => snapshot.ValueOf(counter).ToString(CultureInfo.InvariantCulture),
        GrowSetMember set => string.Join(", ", snapshot.ElementsOf(set).Select(SpaceText.Argument)),
        ListMember list => string.Join(", ", snapshot.ItemsOf(list).Select(SpaceText.Argument)),
        LogMember log => string.Join(", ", snapshot.RecordsOf(log).Select(record => SpaceText.Argument(record.Value))),
        RecordMember record => string.Join(", ", snapshot.FieldsOf(record).Select(field => $"{field.Name}={SpaceText.Argument(field.Value!)}")),
        RegisterMember register => snapshot.ValueOf(register) is { } value ? SpaceText.Argument(value) : "(nothing)",
        SetMember set => string.Join(", ", snapshot.ElementsOf(set).Select(SpaceText.Argument)),
        TextMember text => snapshot.TextOf(text),
        _ => "(not read)",
    };

    private static string Cut(string text) => text.Length <= UnitsMax ? text : $"{text[..UnitsMax]}...";

    private const int UnitsMax = 100;
}
