using Hhs.Model.Hashing;
using Hhs.Model.Settling;
using Hhs.Model.Types;

namespace Hhs.Model.Tests.Types.Space.Laws;

/// <summary>The laws of docs/types/space.md, of the engine: whatever the members' types are.</summary>
public abstract class SpaceLawContract
{
    private protected abstract IReadOnlyList<SpaceLawHistory> Histories { get; }

    [Fact]
    public void Replicas_come_to_the_same_whatever_the_order_the_duplicates_and_the_partitions()
    {
        foreach (var history in Histories)
        {
            string? expected = null;
            for (int delivery = 0; delivery < 3; delivery++)
            {
                var random = new Random(delivery);
                // Two sides of a partition, each with what the other has not: they settle alone, and then meet.
                MemoryReplica[] sides = [history.Open(), history.Open()];
                foreach (var entry in history.Shuffled(random))
                {
                    foreach (var side in sides)
                    {
                        if (side.Log.Count > 0 && random.Next(3) == 0) continue;
                        side.Admit(entry);
                        if (random.Next(4) == 0) Assert.IsNotType<Judgement.Admitted>(side.Admit(entry));
                        if (random.Next(4) == 0) side.Now();
                    }
                }
                foreach (var side in sides)
                {
                    foreach (var entry in history.Shuffled(random)) Assert.False(side.Admit(entry) is Judgement.Refused or Judgement.Waiting, $"{history}: {entry.Hash}");
                    string text = SettlementText.Of(side.Now());
                    expected ??= text;
                    Assert.True(expected == text, $"{history}, delivery {delivery}:\n{text}\n  but was\n{expected}");
                }
            }
        }
    }

    [Fact]
    public void Settling_entry_by_entry_is_settling_from_scratch()
    {
        foreach (var history in Histories)
        {
            var replica = history.Open();
            foreach (var entry in history.Shuffled(new Random(history.Entries.Count)))
            {
                Assert.IsType<Judgement.Admitted>(replica.Admit(entry));
                string bitByBit = SettlementText.Of(replica.Now()), fromScratch = SettlementText.Of(replica.Reopen(history.Types).Now());
                Assert.True(bitByBit == fromScratch, $"{history}, with {entry.Hash}:\n{bitByBit}\n  but from scratch\n{fromScratch}");
            }
        }
    }

    [Fact]
    public void Replaying_the_live_entries_makes_their_conditions_hold_and_those_of_the_void_ones_fail()
    {
        int failing = 0;
        foreach (var history in Histories)
        {
            var replica = history.Open();
            var random = new Random(history.Entries.Count);
            foreach (var entry in history.Shuffled(random))
            {
                replica.Admit(entry);
                if (replica.Log.Count != history.Entries.Count && random.Next(8) > 0) continue;
                failing += new SerialReplay(history, replica, replica.Now()).Run();
            }
        }
        Assert.True(failing > Histories.Count, $"only {failing} conditions failed");
    }

    [Fact]
    public void What_is_sealed_stays_as_it_is()
    {
        int compared = 0;
        foreach (var history in Histories)
        {
            var replica = history.Open();
            var final = new List<(ContentHash Entry, string Verdict)>();
            foreach (var entry in history.Shuffled(new Random(history.Entries.Count)))
            {
                replica.Admit(entry);
                var now = replica.Now();
                if (now.EquivocationCount > 0) break;
                var order = now.Order;
                for (int i = 0; i < final.Count; i++)
                    Assert.True(order[i] == final[i].Entry && now.VerdictOf(order[i])!.ToString() == final[i].Verdict && now.IsFinal(order[i]), $"{history}, with {entry.Hash}: {order[i]}");
                compared += final.Count;
                final = [.. order.TakeWhile(now.IsFinal).Select(e => (e, now.VerdictOf(e)!.ToString()))];
                Assert.True(final.Count == order.Count(now.IsFinal), $"{history}: what is final is not at the beginning");
            }
        }
        Assert.True(compared > 100, $"only {compared}");
    }

    [Fact]
    public void Without_what_is_beside_it_every_entry_is_live()
    {
        foreach (var history in Histories)
        {
            var replica = history.Open();
            foreach (var entry in history.Shuffled(new Random(history.Entries.Count))) replica.Admit(entry);
            foreach (var entry in history.Entries)
                Assert.True(replica.Settle(replica.Version(entry.Hash)).VerdictOf(entry.Hash) is { IsLive: true }, $"{history}: {entry.Hash}");
        }
    }

    [Fact]
    public void What_is_revived_counts_again_and_nothing_is_ever_done_twice()
    {
        int revived = 0;
        foreach (var history in Histories)
        {
            var replica = history.Open();
            var wasVoid = new HashSet<ContentHash>();
            foreach (var entry in history.Shuffled(new Random(history.Entries.Count)))
            {
                replica.Admit(entry);
                var now = replica.Now();
                var live = now.Order.Where(e => now.VerdictOf(e)!.IsLive).ToList();
                var done = live.Select(e => (Entry: e, Payload: replica.PayloadOf(e))).Where(e => e.Payload.Text("action") is "transact" or "resolve")
                    .Select(e => e.Payload.Text("transaction") ?? e.Entry.ToString()).ToList();
                Assert.True(done.Count == done.Distinct().Count(), $"{history}, with {entry.Hash}");
                revived += live.Count(wasVoid.Remove);
                wasVoid.UnionWith(now.Order.Where(e => now.VerdictOf(e)!.Fate != Fate.Live));
            }
        }
        Assert.True(revived > 3, $"only {revived} revived");
    }
}
