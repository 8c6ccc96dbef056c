using System.Globalization;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Members;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Space;

namespace Hhs.Model.Tests.Types.Space.Laws;

/// <summary>Every transaction moves an amount from one counter to another, and writes one word into two registers, a log and a sequence: no version shows a part of that.</summary>
public sealed class SpaceAtomicTests
{
    [Fact]
    public void No_version_shows_a_part_of_a_transaction()
    {
        var (written, notLive) = (0, 0);
        for (int seed = 0; seed < 12; seed++)
        {
            var (more, waiting) = Run(seed);
            (written, notLive) = (written + more, notLive + waiting);
        }
        Assert.True(written > 120 && notLive > 120, $"{written} written, at {notLive} times one of them not live");
    }

    private static (int Written, int NotLive) Run(int seed)
    {
        var random = new Random(seed);
        var home = SpaceReplica.Create(SpaceReplica.Key(1));
        ContentHash from = home.AddCounter(SpaceReplica.Key(1), "from", 5), to = home.AddCounter(SpaceReplica.Key(1), "to", 0);
        ContentHash left = home.AddRegister(SpaceReplica.Key(1), "left"), right = home.AddRegister(SpaceReplica.Key(1), "right");
        ContentHash log = home.Write(SpaceReplica.Key(1), SpacePayloads.Member("log", LogPayloads.Create("log"))),
            sequence = home.Write(SpaceReplica.Key(1), SpacePayloads.Member("sequence", SequencePayloads.Create("sequence")));
        SpaceReplica[] replicas = [home, home.Copy(), home.Copy()];
        int written = 0, notLive = 0;
        for (int step = 0; step < 60; step++)
        {
            int who = random.Next(replicas.Length);
            var replica = replicas[who];
            if (random.Next(4) == 0) replica.Receive(replicas[random.Next(replicas.Length)]);
            else if (replica.Try(SpaceReplica.Key(who + 1), Next(replica.Now)) is Model.Types.Judgement.Admitted) written++;
            Check(replica, replica.Log.FrontierVersion);
            Check(replica, replica.Log.MinimalCover(replica.Log.VersionOf([random.Next(6, replica.Log.Count), random.Next(6, replica.Log.Count)])));
            notLive += replica.Now.OpenCount;
        }
        return (written, notLive);

        Literal.Map Next(Settlement now)
        {
            if (now.OpenCount > 0 && random.Next(3) == 0) return SpacePayloads.Resolve(now.Review()[0].Entry, random.Next(3) > 0);
            if (random.Next(12) == 0) return SpacePayloads.Seal;
            var items = Items(now);
            int amount = random.Next(1, 3);
            string word = random.Next(1000).ToString(CultureInfo.InvariantCulture);
            bool isThere = random.Next(2) == 0;
            string source = (isThere ? from : to).ToString(), target = (isThere ? to : from).ToString();
            return SpacePayloads.Transact([SpacePayloads.Condition(source, "atLeast", amount.ToString(CultureInfo.InvariantCulture))],
                [(left.ToString(), RegisterPayloads.Set(word)), (source, CounterPayloads.Add(-amount)), (log.ToString(), LogPayloads.Append(word)),
                    (target, CounterPayloads.Add(amount)), (right.ToString(), RegisterPayloads.Set(word)), (sequence.ToString(), SequencePayloads.Insert(items, random.Next(items.Count + 1), word))],
                random.Next(2) == 0);
        }

        SequenceView Items(Settlement now)
        {
            var state = (ReplayedState)now.Member(sequence)!;
            return ((ReplicatedSequence)state.Object).View(state.Version);
        }

        void Check(SpaceReplica replica, DagVersion at)
        {
            var now = replica.Space.Settle(at);
            if (now.Member(right) is not RegisterState one || now.Member(left) is not RegisterState other) return;
            var (given, taken) = (((CounterState)now.Member(from)!).Total, ((CounterState)now.Member(to)!).Total);
            Assert.True(given + taken == 5 && given >= 0 && taken >= 0, $"seed {seed}: {given} and {taken}");
            var state = (ReplayedState)now.Member(log)!;
            var records = ((ReplicatedLog)state.Object).View(state.Version).All().Select(r => r.Value.ToString());
            Assert.True(records.Order().SequenceEqual(Items(now).Items().Select(item => item.ToString()).Order()), $"seed {seed}: the log and the sequence differ");
            Assert.True(Equals(one.View.Value, other.View.Value) && one.View.Candidates.Count == other.View.Candidates.Count, $"seed {seed}: {one.View} and {other.View}");
        }
    }
}
