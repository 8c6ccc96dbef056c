using System.Diagnostics.CodeAnalysis;

namespace Hhs.Protocols.Tracker;

/// <summary>Announcements by the network that they came from, so that a full place is shared out between networks and not between keys.</summary>
/// <remarks>
/// A key costs nothing, an address in another network does. So the one who makes room is the newest of the network that has
/// most, and only for a network that would still have less than that one. What follows: a network is cut only while none has
/// more than it, so whoever is alone in its network is never pushed out, by however many keys.
/// </remarks>
internal sealed class NetworkShares
{
    private readonly Dictionary<string, SortedSet<Registration>> _members = new(StringComparer.Ordinal);
    private readonly SortedSet<(int Count, string Network)> _bySize = new(Comparer<(int Count, string Network)>.Create(static (a, b) =>
        a.Count != b.Count ? a.Count.CompareTo(b.Count) : string.CompareOrdinal(a.Network, b.Network)));

    public int Count { get; private set; }

    public void Add(Registration registration)
    {
        if (!_members.TryGetValue(registration.Network, out var members)) _members.Add(registration.Network, members = new(Registration.ByAge));
        else _bySize.Remove((members.Count, registration.Network));
        members.Add(registration);
        _bySize.Add((members.Count, registration.Network));
        Count++;
    }

    public void Remove(Registration registration)
    {
        var members = _members[registration.Network];
        _bySize.Remove((members.Count, registration.Network));
        members.Remove(registration);
        if (members.Count == 0) _members.Remove(registration.Network);
        else _bySize.Add((members.Count, registration.Network));
        Count--;
    }

    /// <summary>Who makes room for one more of a network; false when that one is to be turned away instead.</summary>
    public bool TryYield(string network, [NotNullWhen(true)] out Registration? who)
    {
        var (most, largest) = _bySize.Max;
        int own = _members.TryGetValue(network, out var members) ? members.Count : 0;
        who = own + 1 < most ? _members[largest].Max : null;
        return who is not null;
    }

    /// <summary>At most so many of those that are wanted: one of each network in turn, the networks and their members in random order.</summary>
    public List<Registration> Sample(int most, Func<Registration, bool> wanted, Dice dice)
    {
        var groups = new List<List<Registration>>();
        int count = 0;
        foreach (var members in _members.Values)
        {
            var group = members.Where(wanted).ToList();
            if (group.Count > 0) groups.Add(group);
            count += group.Count;
        }
        if (count <= most) return [.. groups.SelectMany(g => g).Order(Registration.ByAge)];
        dice.Shuffle(groups);
        var sample = new List<Registration>(most);
        while (sample.Count < most)
        {
            for (int i = groups.Count - 1; i >= 0 && sample.Count < most; i--)
            {
                sample.Add(dice.Draw(groups[i]));
                if (groups[i].Count == 0) groups.RemoveAt(i);
            }
        }
        return sample;
    }
}

/// <summary>An announcement as the registry holds it.</summary>
internal sealed class Registration(string topic, string network, long serial)
{
    public string Topic => topic;
    public string Network => network;
    public required TrackerPeer Peer { get; set; }
    public TimeSpan Expires { get; set; }

    // The order of arrival; announcing again does not change it.
    public static readonly IComparer<Registration> ByAge = Comparer<Registration>.Create(static (a, b) => a.Serial.CompareTo(b.Serial));

    private long Serial => serial;
}
