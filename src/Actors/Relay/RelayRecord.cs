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
    /// <summary>What the store says is hosted. Records of what is not stored are left over from fetches that a crash has ended, and are removed.</summary>
    public static IReadOnlyList<HostedObject> Load(IJournal journal)
    {
        var hosted = new List<HostedObject>();
        foreach (var (name, text) in journal.Settings(Prefix))
        {
            if (ContentHash.TryParse(name.AsSpan(Prefix.Length), out var id) && journal.BytesOf(id) is > 0 and var bytes
                && Encoding.UTF8.GetString(text.Span).Split(' ') is [var key, var seconds] && KeyId.TryParse(key, out var owner)
                && long.TryParse(seconds, CultureInfo.InvariantCulture, out long at) && at is >= 0 and < SecondsMax)
                hosted.Add(new(id, owner, DateTimeOffset.FromUnixTimeSeconds(at)) { Bytes = bytes });
            else journal.PutSetting(name, null);
        }
        return hosted;
    }

    public static void Save(IJournal journal, HostedObject hosted) =>
        journal.PutSetting(Prefix + hosted.Id, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{hosted.Owner} {hosted.LastUsed.ToUnixTimeSeconds()}")));

    public static void Remove(IJournal journal, ContentHash id) => journal.PutSetting(Prefix + id, null);

    private const string Prefix = "relay/";
    private const long SecondsMax = 253_402_300_799;   // the year 9999
}
