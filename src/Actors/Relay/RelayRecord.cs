using System.Globalization;
using System.Text;
using Hhs.Actors.Journal;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Relay;

namespace Hhs.Actors.Relay;

/// <summary>What is kept of a hosted object over restarts: a setting of the store, <c>relay/ID</c> with the owner and the time of last use.</summary>
internal static class RelayRecord
{
    /// <summary>What the store says is hosted; with no bytes what is being fetched, or was when the relay ended.</summary>
    public static IReadOnlyList<HostedObject> Load(IJournal journal)
    {
        var hosted = new List<HostedObject>();
        foreach (var (name, text) in journal.Settings(Prefix)) if (TryRead(name, text, journal) is { } one) hosted.Add(one);
        return hosted;
    }

    /// <summary>Removes what is no record.</summary>
    public static void RemoveUnreadable(IJournal journal)
    {
        foreach (var (name, text) in journal.Settings(Prefix)) if (TryRead(name, text, journal) is null) journal.PutSetting(name, null);
    }

    /// <summary>Whether the object is hosted, or being fetched.</summary>
    public static bool Exists(IJournal journal, ContentHash id) => journal.TryGetSetting(Prefix + id, out _);

    public static void Save(IJournal journal, HostedObject hosted) =>
        journal.PutSetting(Prefix + hosted.Id, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{hosted.Owner} {hosted.LastUsed.ToUnixTimeSeconds()}")));

    public static void Remove(IJournal journal, ContentHash id) => journal.PutSetting(Prefix + id, null);

    private static HostedObject? TryRead(string name, ReadOnlyMemory<byte> text, IJournal journal) =>
        ContentHash.TryParse(name.AsSpan(Prefix.Length), out var id) && Encoding.UTF8.GetString(text.Span).Split(' ') is [var key, var seconds] && KeyId.TryParse(key, out var owner)
            && long.TryParse(seconds, CultureInfo.InvariantCulture, out long at) && at is >= 0 and < SecondsMax
            ? new(id, owner, DateTimeOffset.FromUnixTimeSeconds(at)) { Bytes = journal.BytesOf(id) }
            : null;

    private const string Prefix = "relay/";
    private const long SecondsMax = 253_402_300_799;   // the year 9999
}
