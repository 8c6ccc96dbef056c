using System.Globalization;
using Hhs.Actors.Objects;
using Hhs.Actors.Spaces;
using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types;
using Hhs.Model.Types.Space;

namespace Hhs.Node.Demo;

/// <summary>Asks a space for its whole account at one version: order, verdicts, members. For demos and tests; an app asks for less.</summary>
internal sealed record SpaceAccount : IObjectQuery
{
    public object Answer(ReplicatedObject target, DagVersion at)
    {
        var settled = ((ReplicatedSpace)target).Settle(at);
        var snapshot = (SpaceSnapshot)((IObjectQuery)new SpaceMessages.Read([])).Answer(target, at);
        return new DemoEvent.Accounted(
            [.. snapshot.Version.Select(e => e.ToString())],
            [.. settled.Order.Select(e => Of(settled.Explain(e)!))],
            snapshot.Members.ToDictionary(m => m.Id.ToString(), m => Held(snapshot, m), StringComparer.Ordinal));
    }

    private static AccountedEntry Of(Explanation of) => new(
        of.Entry.ToString(), of.Action, of.Author, of.Verdict.Fate.ToString(), of.Verdict.Reason?.ToString() ?? "", (of.Verdict.Reason as SettledReason.ConditionFails)?.Index, of.IsFinal, of.Transaction?.ToString(),
        [.. of.Operations.Select(op => (string[])[op.Member.Id.ToString(), op.Payload.ToString()])],
        [.. of.Winners.First.Select(e => e.ToString())], of.Winners.Count, [.. of.Lost.First.Select(e => e.ToString())]);

    private static IReadOnlyList<HeldValue> Held(SpaceSnapshot snapshot, SpaceMember member) => member switch
    {
        CounterMember counter => [new("", [snapshot.ValueOf(counter).ToString(CultureInfo.InvariantCulture)])],
        RecordMember record => [.. snapshot.FieldsOf(record).Select(field => new HeldValue(field.Name, [.. field.Candidates.Select(c => SpaceText.Argument(c.Value!))]))],
        RegisterMember register => [new("", snapshot.ValueOf(register) is { } value ? [SpaceText.Argument(value)] : [])],
        _ => throw new ArgumentException($"no demo has a member of type {member.TypeId}"),
    };
}
