using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Set;

namespace Hhs.Model.Tests.Types.Capabilities;

/// <summary>Permissioned sets against a literal reading of the rules, on random histories of set and capability object.</summary>
public sealed class PermissionedSetDifferentialTests
{
    [Theory]
    [InlineData(false, 300)]
    [InlineData(true, 300)]
    public void Permissioned_sets_are_those_of_a_literal_reading(bool isOurs, int histories)
    {
        int voided = 0;
        for (int seed = 0; seed < histories; seed++)
        {
            try
            {
                var random = new Random(seed);
                voided += RunSet(random, new(random, isOurs ? CapabilityType.Ours : CapabilityType.Original, 18));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }
        }
        Assert.True(voided > histories / 10, $"{voided} entries voided");
    }

    private static int RunSet(Random random, RandomCapabilities caps)
    {
        bool barrierDelete = random.Next(2) == 0;
        var twin = new TwinLog(SetPayloads.Create(new SetOptions
        {
            Seed = "set", InitialElements = ["x"], AcceptRedundantDelete = true,
            SupportBarrierDelete = barrierDelete ? true : null, SupportBarrierAdd = barrierDelete ? null : true,
            Authority = new(caps.Object.Id.ToString(), new Dictionary<string, string> { ["add"] = "mod", ["delete"] = "write" }, ["admin"], true),
        }), ForeignObjects.Of(caps.Twin.Replica));
        var set = (ReplicatedSet)twin.Replica.Replica.Object!;
        var naive = new NaivePermissionedSet(twin.Naive, caps.Naive, barrierDelete);
        string[] elements = ["x", "y"];
        for (int i = 0; i < 40 && twin.Naive.Count < 22; i++)
        {
            string element = elements[random.Next(2)];
            var hash = CanonicalJson.Hash(element);
            bool barrier = random.Next(2) == 0;
            var payload = random.Next(5) switch
            {
                0 => CapabilityPayloads.RefAdvance(caps.Object.Id, caps.Twin.Replica.Log.PositionOf(caps.Twin.Version(caps.Twin.RandomPosition(random)))),
                1 or 2 => SetPayloads.Add(element, barrierDelete ? null : barrier),
                _ => SetPayloads.Delete(hash, barrierDelete ? barrier : null),
            };
            ulong at = twin.RandomPosition(random);
            var signed = SignedPayload.Sign(payload, RandomCapabilities.People[random.Next(3) == 0 ? 0 : random.Next(RandomCapabilities.People.Length)]);
            twin.Offer(signed, at, naive.Accepts(signed, at));
        }
        int voided = 0;
        for (int i = 0; i < 8; i++)
        {
            ulong at = twin.RandomPosition(random), from = twin.Naive.MinimalCover(at | twin.RandomPosition(random));
            var view = set.View(twin.Version(at), twin.Version(from));
            Assert.Equal(HashesOf(caps, naive.RefVersion(at, from)), set.Authority!.RefVersion(twin.Version(at), twin.Version(from)));
            foreach (string element in elements) Assert.Equal(naive.Has(CanonicalJson.Hash(element), at, from), view.Has(element));
            foreach (int entry in NaiveLog.Entries(twin.Naive.History(from)))
            {
                bool counts = naive.IsAuthorized(entry, from);
                if (!counts) voided++;
                Assert.Equal(counts, view.Counts(entry));
            }
        }
        CompareDelta(random, twin, set);
        return voided;
    }

    private static Hhs.Model.Dag.Position HashesOf(RandomCapabilities caps, ulong version) => caps.Twin.Replica.Log.PositionOf(caps.Twin.Version(version));

    // The bounded delta says what comparing the two views in full says.
    private static void CompareDelta(Random random, TwinLog twin, ReplicatedSet set)
    {
        ulong a = twin.RandomPosition(random), b = random.Next(2) == 0 ? twin.RandomPosition(random) : twin.Naive.MinimalCover(a | twin.RandomPosition(random));
        var (start, end) = (twin.Version(a), twin.Version(b));
        var delta = set.Delta(start, end);
        SetView before = set.View(start), after = set.View(end);
        Assert.Equal(after.ElementHashes().Except(before.ElementHashes()).Order(), delta.Added);
        Assert.Equal(before.ElementHashes().Except(after.ElementHashes()).Order(), delta.Removed);
        ulong both = twin.Naive.History(a) & twin.Naive.History(b);
        Assert.Equal(Changed(true), delta.Voided);
        Assert.Equal(Changed(false), delta.Revived);

        IEnumerable<ContentHash> Changed(bool counted) => NaiveLog.Entries(both)
            .Where(e => before.Counts(e) == counted && after.Counts(e) != counted && twin.Naive.Payloads[e].Text("action") != "ref-advance")
            .Select(e => twin.Naive.Hashes[e]).Order();
    }
}
