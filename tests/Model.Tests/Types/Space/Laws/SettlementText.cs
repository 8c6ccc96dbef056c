using System.Diagnostics;
using Hhs.Model.Hashing;
using Hhs.Model.Types;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Members;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Space;
using Hhs.Model.Types.Text;

namespace Hhs.Model.Tests.Types.Space.Laws;

/// <summary>All that a settlement says, as one text: two are equal if their texts are.</summary>
internal static class SettlementText
{
    public static string Of(Settlement settled) => string.Join('\n', (string[])[
        .. settled.Order.Select(e => $"{e} {(settled.IsFinal(e) ? "final" : "")} {settled.VerdictOf(e)} {Blame(settled, e)}"),
        .. settled.Equivocations.Select(pair => $"equivocation {pair}"),
        .. settled.Members.Select(m => $"member {m.Id} {Of(settled.Member(m.Id)!)}"),
        .. settled.Review().Select(e => $"review {e.Entry}"),
        .. settled.Conflicts().Select(c => $"conflict {c.Member.Id} {c.Conflict.Subject} {Texts(c.Conflict.Candidates.Select(candidate => candidate.Entry))}")]);

    public static string Of(MemberState state) => state is ReplayedState replayed ? Of(replayed.Object, replayed) : SpaceEngine.StateOf(state).ToString();

    private static string Of(ReplicatedObject obj, ReplayedState state) => obj switch
    {
        ReplicatedLog log => string.Join(' ', log.View(state.Version).All()),
        ReplicatedSequence sequence => string.Join(' ', sequence.View(state.Version).Items()),
        ReplicatedText text => text.View(state.Version).Text,
        ReplicatedSet set => string.Join(' ', set.View(state.Version).ElementHashes().Select(e => $"{e}: {(set.TryGetChild(e, out var child) ? Of(child, state) : "")};")),
        Chain chain => string.Join(' ', chain.Links(state.Version)),
        _ => throw new UnreachableException(obj.TypeId),
    };

    private static string Blame(Settlement settled, ContentHash entry)
    {
        if (settled.VerdictOf(entry)!.IsLive) return "";
        var explained = settled.Explain(entry)!;
        return $"winners {explained.Winners.Count} {Texts(explained.Winners.First)} lost {explained.Lost.Count} {Texts(explained.Lost.First)}";
    }

    private static string Texts(IEnumerable<ContentHash> hashes) => string.Join(' ', hashes);
}
