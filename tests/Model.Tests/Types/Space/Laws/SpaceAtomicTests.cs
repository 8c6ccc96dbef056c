using System.Globalization;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Space;

namespace Hhs.Model.Tests.Types.Space.Laws;

/// <summary>Every transaction moves an amount from one counter to another and writes two registers alike: no version shows half of that.</summary>
public sealed class SpaceAtomicTests
{
    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_version_shows_a_part_of_a_transaction(int seed)
    {
        var random = new Random(seed);
        var home = SpaceReplica.Create(SpaceReplica.Key(1));
        ContentHash from = home.AddCounter(SpaceReplica.Key(1), "from", 5), to = home.AddCounter(SpaceReplica.Key(1), "to", 0);
        ContentHash left = home.AddRegister(SpaceReplica.Key(1), "left"), right = home.AddRegister(SpaceReplica.Key(1), "right");
        SpaceReplica[] replicas = [home, home.Copy(), home.Copy()];
        int written = 0, notLive = 0;
        for (int step = 0; step < 60; step++)
        {
            int who = random.Next(replicas.Length);
            var replica = replicas[who];
            if (random.Next(4) == 0) replica.Receive(replicas[random.Next(replicas.Length)]);
            else if (replica.Try(SpaceReplica.Key(who + 1), Next(replica.Now)) is Model.Types.Judgement.Admitted) written++;
            Check(replica, replica.Log.FrontierVersion);
            Check(replica, replica.Log.MinimalCover(replica.Log.VersionOf([random.Next(4, replica.Log.Count), random.Next(4, replica.Log.Count)])));
            notLive += replica.Now.OpenCount;
        }
        Assert.True(written > 20 && notLive > 0, $"seed {seed}: {written} written, {notLive} not live");

        Literal.Map Next(Settlement now)
        {
            if (now.OpenCount > 0 && random.Next(3) == 0) return SpacePayloads.Resolve(now.Review()[0].Entry, random.Next(3) > 0);
            if (random.Next(12) == 0) return SpacePayloads.Seal;
            int amount = random.Next(1, 3);
            string word = random.Next(1000).ToString(CultureInfo.InvariantCulture);
            bool isThere = random.Next(2) == 0;
            string source = (isThere ? from : to).ToString(), target = (isThere ? to : from).ToString();
            return SpacePayloads.Transact([SpacePayloads.Condition(source, "atLeast", amount.ToString(CultureInfo.InvariantCulture))],
                [(left.ToString(), RegisterPayloads.Set(word)), (source, CounterPayloads.Add(-amount)), (target, CounterPayloads.Add(amount)), (right.ToString(), RegisterPayloads.Set(word))],
                random.Next(2) == 0);
        }

        void Check(SpaceReplica replica, DagVersion at)
        {
            var now = replica.Space.Settle(at);
            if (now.Member(right) is not RegisterState one || now.Member(left) is not RegisterState other) return;
            var (given, taken) = (((CounterState)now.Member(from)!).Total, ((CounterState)now.Member(to)!).Total);
            Assert.True(given + taken == 5 && given >= 0 && taken >= 0, $"seed {seed}: {given} and {taken}");
            Assert.True(Equals(one.View.Value, other.View.Value) && one.View.Candidates.Count == other.View.Candidates.Count, $"seed {seed}: {one.View} and {other.View}");
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 8)];
}
