using Akka.Actor;
using FsCheck;
using FsCheck.Fluent;
using Hhs.Actors.Mesh;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;

namespace Hhs.Actors.Tests.Mesh;

public sealed class CarriedTopicsTests
{
    /// <summary>A session that looks among the topics of everyone must not meet a forbidden one: that would take longer than meeting nothing.</summary>
    [Fact]
    public void What_is_open_to_some_is_never_among_what_is_open_to_everyone()
    {
        var policies = new[] { null, TopicPolicy.Everyone, TopicPolicy.Nobody, new TopicPolicy([new KeyId(ContentHash.Of([1]))]) };
        var change = Gen.Choose(0, 9).SelectMany(_ => Gen.Elements(policies), (topic, policy) => (Topic: $"topic {topic}", Now: policy is null ? null : new CarriedTopic(ActorRefs.Nobody, policy)));
        Check.QuickThrowOnFailure(Prop.ForAll(change.ListOf().ListOf().ToArbitrary(), rounds =>
        {
            var (topics, expected) = (CarriedTopics.None, new Dictionary<string, CarriedTopic>());
            foreach (var changes in rounds)
            {
                topics = topics.With(changes.DistinctBy(c => c.Topic));
                foreach (var (topic, now) in changes.DistinctBy(c => c.Topic))
                {
                    if (now is null) expected.Remove(topic);
                    else expected[topic] = now;
                }
            }
            Assert.Equal(expected.Keys.Order(), topics.Names.Order());
            Assert.All(expected, e => Assert.True(topics.TryFind(e.Key, out var found) && found == e.Value));
            Assert.All(topics.ToEveryone.Values, carried => Assert.Null(carried.Policy.Keys));
            Assert.All(topics.ToSome.Values, carried => Assert.NotNull(carried.Policy.Keys));
        }));
    }
}
