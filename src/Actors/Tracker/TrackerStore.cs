using System.Globalization;
using System.Text;
using Hhs.Actors.Journal;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Protocols.Tracker;

namespace Hhs.Actors.Tracker;

/// <summary>A tracker's announcements on disk, so that a restart does not make every object unfindable for a minute.</summary>
/// <remarks>
/// One file, written whole under another name and moved: after a crash there is the former snapshot or the new one. What is
/// lost with the time since the last snapshot is announced again by its owners before long. A line that cannot be read is left out.
/// See docs/decisions/020-tracker-snapshot.md. Not safe for use by two threads at once.
/// </remarks>
internal sealed class TrackerStore : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _path;

    /// <exception cref="JournalException">Another tracker uses the folder, or it cannot be written to.</exception>
    public TrackerStore(string directory)
    {
        _path = Path.Combine(directory, Name);
        _lock = StoreLock.Take(_path);
    }

    /// <summary>Reads the snapshot; nothing if there is none.</summary>
    /// <param name="now">The registry's clock, which the times are told on.</param>
    /// <param name="utc">The wall clock, which the file is written by.</param>
    /// <param name="damaged">Lines that could not be read.</param>
    public IReadOnlyList<TrackerRegistration> Load(TimeSpan now, DateTimeOffset utc, out int damaged)
    {
        damaged = 0;
        var read = new List<TrackerRegistration>();
        if (!File.Exists(_path)) return read;
        var lines = File.ReadLines(_path, Encoding.UTF8).GetEnumerator();
        if (!lines.MoveNext() || lines.Current != Header)
        {
            damaged = 1;
            return read;
        }
        while (lines.MoveNext())
        {
            if (Read(lines.Current, now, utc) is { } registration) read.Add(registration);
            else damaged++;
        }
        return read;
    }

    /// <summary>Writes a snapshot; it is on the disk when the call returns.</summary>
    public void Save(IReadOnlyList<TrackerRegistration> registrations, TimeSpan now, DateTimeOffset utc)
    {
        string draft = _path + ".new";
        var buffer = new JsonBuffer();
        using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            file.Write(Encoding.UTF8.GetBytes(Header + "\n"));
            foreach (var registration in registrations)
            {
                buffer.Clear();
                Write(registration, now, utc, buffer);
                file.Write(buffer.Written);
            }
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, _path, overwrite: true);
    }

    public void Dispose() => _lock.Dispose();

    private static void Write(TrackerRegistration registration, TimeSpan now, DateTimeOffset utc, JsonBuffer to)
    {
        JsonText.Write(
            Literal.Map.Of(
                ("addresses", new Literal.Array([.. registration.Peer.Addresses.Select(a => (Literal)a)])),
                ("expires", (utc + (registration.Expires - now)).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
                ("keyId", registration.Peer.KeyId.ToString()),
                ("network", registration.Network),
                ("topic", registration.Topic)),
            to);
        to.Add((byte)'\n');
    }

    private static TrackerRegistration? Read(string line, TimeSpan now, DateTimeOffset utc)
    {
        if (!LiteralReader.TryRead(Encoding.UTF8.GetBytes(line), out var json, out _) || json is not Literal.Map map) return null;
        if (map.Text("topic") is not { Length: > 0 } topic || map.Text("network") is not { } network || !KeyId.TryParse(map.Text("keyId"), out var keyId)) return null;
        if (!long.TryParse(map.Text("expires"), CultureInfo.InvariantCulture, out long expires) || map["addresses"] is not Literal.Array { Items: var items }) return null;
        var addresses = new List<string>(items.Length);
        foreach (var item in items)
        {
            if (item is not Literal.String { Value: var address } || !DialAddress.IsValid(address)) return null;
            addresses.Add(address);
        }
        double left = Math.Clamp(expires - utc.ToUnixTimeMilliseconds(), -1, FarAhead);
        return new(topic, new(keyId, addresses), network, now + TimeSpan.FromMilliseconds(left));
    }

    /// <summary>Name of the file in a data folder.</summary>
    public const string Name = "tracker.announcements";

    private const string Header = "hhs tracker announcements, version 1";
    private const double FarAhead = 1e9;   // the registry knows what is too far
}
