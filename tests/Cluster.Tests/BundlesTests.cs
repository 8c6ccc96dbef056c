using FsCheck;
using FsCheck.Fluent;
using Hhs.Cluster.Sessions;
using Hhs.Cluster.Wire;

namespace Hhs.Cluster.Tests;

/// <summary>What is the same for several crosses once, and nobody's messages change places.</summary>
public sealed class BundlesTests
{
    [Fact]
    public void What_is_said_to_all_is_one_bundle()
    {
        var bundles = new Bundles();
        for (int route = 1; route <= 300; route++) bundles.Add(new(route, 1, 1), new byte[] { 1, 2, 3 });
        var one = Assert.Single(bundles.All);
        Assert.Equal(Enumerable.Range(1, 300).Select(r => (long)r), one.To.Select(t => t.Route));
    }

    [Fact]
    public void Each_session_has_its_own_in_the_order_in_which_it_was_said() =>
        Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<(byte Route, byte Message)[]>(), said =>
        {
            var bundles = new Bundles();
            var expected = new Dictionary<long, List<(long Number, byte Message)>>();
            foreach (var (r, m) in said)
            {
                var (route, message) = (r % 4, (byte)(m % 3));   // few, so that they meet
                if (!expected.TryGetValue(route, out var own)) expected.Add(route, own = []);
                own.Add((own.Count + 1, message));
                bundles.Add(new(route, own.Count, 0), new[] { message });
            }
            var told = expected.ToDictionary(e => e.Key, _ => new List<(long, byte)>());
            foreach (var bundle in bundles.All) foreach (var to in bundle.To) told[to.Route].Add((to.Number, bundle.Message.Span[0]));
            return expected.All(e => e.Value.SequenceEqual(told[e.Key]));
        }));
}
