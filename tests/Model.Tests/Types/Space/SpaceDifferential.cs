using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Types;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>One replica of a space, with whatever settles it.</summary>
internal interface ISpaceUnderTest
{
    Judgement Admit(Entry entry);

    OracleOutcome Settle(IReadOnlyCollection<ContentHash> tips);

    /// <summary>The same replica after a restart.</summary>
    ISpaceUnderTest Reopen();
}

/// <summary>A replica and the oracle say different things of one history.</summary>
internal sealed class SpaceDisagreement(string what) : Exception(what);

/// <summary>Plays a history to a replica in an order of its own, and compares what it says with what the oracle says, field by field.</summary>
internal static class SpaceDifferential
{
    /// <summary>Entries come in any order that has predecessors first, forgeries among them, each twice now and then, some too early.</summary>
    /// <param name="history">The history.</param>
    /// <param name="open">A replica that knows nothing but which space it is.</param>
    /// <param name="delivery">Seed of the order of delivery.</param>
    /// <param name="every">After how many entries versions are compared; the whole is at the end, and again after a restart.</param>
    public static void Compare(SpaceHistories history, Func<SpaceHistories, ISpaceUnderTest> open, int delivery, int every = 5)
    {
        var random = new Random(delivery);
        var replica = open(history);
        var left = history.Offers.ToList();
        var admitted = new List<ContentHash>();
        var known = new HashSet<ContentHash>();
        while (left.Count > 0)
        {
            var offer = left[Math.Min(random.Next(left.Count), random.Next(left.Count))];
            string Said() => $"{history}, delivery {delivery}: {offer.Entry.Hash} {offer.Entry.Payload}\n{history.Story(history.Oracle.Settle(history.Oracle.Frontier()))}";
            var judgement = replica.Admit(offer.Entry);
            if (!offer.Entry.Header.PrevEntryHashes.All(known.Contains))
            {
                // The create entry's place is the beginning, so only others can come too early.
                Agree(judgement is Judgement.Waiting, () => $"{judgement} for what came too early: {Said()}");
                continue;
            }
            left.Remove(offer);
            Agree(offer.IsAdmissible ? judgement is Judgement.Admitted : judgement is Judgement.Refused, () => $"{judgement}, {offer.IsAdmissible} expected: {Said()}");
            if (!offer.IsAdmissible) continue;
            admitted.Add(offer.Entry.Hash);
            known.Add(offer.Entry.Hash);
            if (random.Next(8) == 0) Agree(replica.Admit(offer.Entry) is Judgement.Known, () => $"not known when it came again: {Said()}");
            if (admitted.Count % every == 0)
            {
                CompareAt(history, replica, [.. history.Oracle.Graph.Maximal(admitted)], delivery);
                CompareAt(history, replica, RandomVersion(history, admitted, random), delivery);
            }
        }
        var frontier = history.Oracle.Frontier();
        var whole = history.Oracle.Settle(frontier);
        CompareAt(history, replica, frontier, delivery, whole);
        var reopened = replica.Reopen();
        CompareAt(history, reopened, RandomVersion(history, admitted, random), delivery);
        CompareAt(history, reopened, frontier, delivery, whole);
    }

    /// <summary>What two outcomes differ in, in words.</summary>
    public static IEnumerable<string> Differences(OracleOutcome expected, OracleOutcome actual)
    {
        if (!expected.Order.SequenceEqual(actual.Order)) yield return $"order: {Short(expected.Order)}\n  but is {Short(actual.Order)}";
        foreach (var hash in expected.Order)
        {
            var (was, now) = (expected.Verdicts[hash], actual.Verdicts.GetValueOrDefault(hash));
            if (was != now) yield return $"{hash.Short}: {was}, but is {now}";
            if (expected.Final.Contains(hash) != actual.Final.Contains(hash)) yield return $"{hash.Short}: final {expected.Final.Contains(hash)}, but is not so";
            string? blamed = expected.Blame.GetValueOrDefault(hash)?.ToString(), blames = actual.Blame.GetValueOrDefault(hash)?.ToString();
            if (blamed != blames) yield return $"{hash.Short}: {blamed}\n  but is {blames}";
        }
        if (expected.EquivocationCount != actual.EquivocationCount || !expected.Equivocations.SequenceEqual(actual.Equivocations)) yield return $"{expected.EquivocationCount} equivocations, but are {actual.EquivocationCount}, or others";
        foreach (var member in expected.Members.Keys.Union(actual.Members.Keys))
        {
            string? was = expected.Members.GetValueOrDefault(member)?.ToString(), now = actual.Members.GetValueOrDefault(member)?.ToString();
            if (was != now) yield return $"member {member.Short}: {was}\n  but is {now}";
        }
        if (!expected.Review.SequenceEqual(actual.Review)) yield return $"review: {Short(expected.Review)}\n  but is {Short(actual.Review)}";
        string conflicts = Text(expected.Conflicts), found = Text(actual.Conflicts);
        if (conflicts != found) yield return $"conflicts: {conflicts}\n  but are {found}";
    }

    private static void CompareAt(SpaceHistories history, ISpaceUnderTest replica, ContentHash[] tips, int delivery, OracleOutcome? expected = null)
    {
        expected ??= history.Oracle.Settle(tips);
        var differences = Differences(expected, replica.Settle(tips)).ToList();
        Agree(differences.Count == 0, () => $"{history}, delivery {delivery}, at {Short(tips)}:\n{string.Join('\n', differences)}\n{history.Story(expected)}");
    }

    private static ContentHash[] RandomVersion(SpaceHistories history, List<ContentHash> admitted, Random random) =>
        [.. history.Oracle.Graph.Maximal([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => admitted[random.Next(admitted.Count)]).Distinct()])];

    // With arguments that are made only where they are said.
    private static void Agree(bool isSo, Func<string> otherwise)
    {
        if (!isSo) throw new SpaceDisagreement(otherwise());
    }

    private static string Text(IEnumerable<OracleConflict> conflicts) =>
        string.Join("; ", conflicts.Select(c => $"{c.Member.Short} {c.Field} {Short(c.Candidates)}"));

    private static string Short(IEnumerable<ContentHash> hashes) => string.Join(' ', hashes.Select(h => h.Short));
}
