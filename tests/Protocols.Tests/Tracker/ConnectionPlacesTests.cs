using FsCheck;
using FsCheck.Fluent;
using Hhs.Protocols.Tracker;

namespace Hhs.Protocols.Tests.Tracker;

public sealed class ConnectionPlacesTests
{
    [Fact]
    public void The_oldest_without_a_request_gives_way_of_the_network_that_has_most_of_those()
    {
        var places = new ConnectionPlaces<string>(max: 6, perHostMax: 3);
        foreach (string name in new[] { "lone", "one", "two", "three", "busy", "also" })
            Assert.Null(places.Enter(name, $"host of {name}", name is "lone" ? "small" : name is "busy" or "also" ? "working" : "large"));
        places.Finished("busy");
        Assert.Equal("one", places.Enter("new", "h", "another"));
        places.Leave("one");   // it has no place any more
        Assert.Equal(6, places.Count);
        Assert.Equal("two", places.Enter("newer", "h", "large"));
        Assert.Equal("three", places.Enter("newest", "h", "large"));   // the newcomer's network is no exception
        Assert.Equal("too many connections of one address", places.RefusalFor("h"));
        Assert.Equal("newer", places.Enter("last", "h2", "small"));
        foreach (string name in new[] { "lone", "also", "new", "newest", "last" }) places.Finished(name);
        Assert.Equal("too many connections", places.RefusalFor("h3"));
        Assert.Throws<InvalidOperationException>(() => places.Enter("x", "h3", "any"));
        places.Leave("busy");
        Assert.Null(places.RefusalFor("h3"));
    }

    [Fact]
    public void Whatever_comes_and_goes_bounds_hold_and_nobody_with_a_request_loses_its_place()
    {
        var step = Gen.Choose(0, 2).SelectMany(_ => Gen.Choose(0, 40), (what, who) => (What: what, Who: $"{who}"));
        Check.QuickThrowOnFailure(Prop.ForAll(step.ListOf().ToArbitrary(), steps =>
        {
            var places = new ConnectionPlaces<string>(max: 8, perHostMax: 4);
            var (inside, finished) = (new Dictionary<string, string>(), new HashSet<string>());
            foreach (var (what, who) in steps)
            {
                string host = $"{int.Parse(who) % 5}";
                if (what == 0 && !inside.ContainsKey(who) && places.RefusalFor(host) is null)
                {
                    if (places.Enter(who, host, $"{int.Parse(who) % 3}") is { } loser) Assert.True(inside.Remove(loser) && !finished.Contains(loser));
                    inside.Add(who, host);
                }
                else if (what == 1 && inside.ContainsKey(who))
                {
                    places.Finished(who);
                    finished.Add(who);
                }
                else if (what == 2)
                {
                    places.Leave(who);
                    inside.Remove(who);
                    finished.Remove(who);
                }
                Assert.Equal(inside.Count, places.Count);
                Assert.InRange(places.Count, 0, 8);
                Assert.All(inside.CountBy(i => i.Value), host => Assert.InRange(host.Value, 1, 4));
            }
        }));
    }
}
