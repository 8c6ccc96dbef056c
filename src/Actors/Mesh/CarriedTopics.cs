using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Hhs.Actors.Mesh;

/// <summary>All topics that a node takes part in, those that are open to everyone apart from the others.</summary>
/// <remarks>
/// The two are kept apart for the sake of time: a session looks a topic up among those of everyone and among the few others that are open to
/// its peer. So it never meets one that is forbidden, and looking for that takes as long as looking for one that is not here.
/// </remarks>
/// <param name="ToEveryone">Those that are open to whoever asks.</param>
/// <param name="ToSome">Those that are open to some keys, or to nobody.</param>
internal sealed record CarriedTopics(ImmutableDictionary<string, CarriedTopic> ToEveryone, ImmutableDictionary<string, CarriedTopic> ToSome)
{
    public static readonly CarriedTopics None = new(ImmutableDictionary.Create<string, CarriedTopic>(StringComparer.Ordinal), ImmutableDictionary.Create<string, CarriedTopic>(StringComparer.Ordinal));

    public int Count => ToEveryone.Count + ToSome.Count;

    public IEnumerable<string> Names => ToEveryone.Keys.Concat(ToSome.Keys);

    public bool Contains(string topic) => TryFind(topic, out _);

    public bool TryFind(string topic, [NotNullWhen(true)] out CarriedTopic? carried) => ToEveryone.TryGetValue(topic, out carried) || ToSome.TryGetValue(topic, out carried);

    /// <summary>With these topics as they are now; null for one that is not carried any more.</summary>
    public CarriedTopics With(IEnumerable<(string Topic, CarriedTopic? Now)> changes)
    {
        var (toEveryone, toSome) = (ToEveryone.ToBuilder(), ToSome.ToBuilder());
        foreach (var (topic, now) in changes)
        {
            toEveryone.Remove(topic);
            toSome.Remove(topic);
            if (now is not null) (now.Policy.Keys is null ? toEveryone : toSome).Add(topic, now);
        }
        return new(toEveryone.ToImmutable(), toSome.ToImmutable());
    }
}
