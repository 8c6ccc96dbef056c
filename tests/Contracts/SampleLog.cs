using System.Text;
using Hhs.Actors.Journal;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Tests.Contracts;

/// <summary>Small logs to store: distinct payloads, chained or forked as asked.</summary>
public static class SampleLog
{
    public static ContentHash ObjectId(int number) => ContentHash.Of(Encoding.UTF8.GetBytes($"object {number}"));

    public static JournalEntry Entry(string text, params ContentHash[] prev)
    {
        Literal payload = Literal.Map.Of(("text", text));
        return new(new Header(CanonicalJson.Hash(payload), Position.Of(prev)), JsonText.Write(payload), Encoding.UTF8.GetBytes("tags of " + text[..Math.Min(text.Length, 20)]));
    }

    public static List<JournalEntry> Chain(int length, string name = "entry", ContentHash? after = null)
    {
        var entries = new List<JournalEntry>(length);
        for (int i = 0; i < length; i++)
        {
            var entry = Entry($"{name} {i}", after is { } prev ? [prev] : []);
            entries.Add(entry);
            after = entry.Entry;
        }
        return entries;
    }

    public static void Append(this IJournal journal, ContentHash objectId, params JournalEntry[] entries) =>
        journal.Append([new ObjectBatch(objectId, entries)]);

    public static ContentHash[] Names(this IJournal journal, ContentHash objectId) =>
        [.. journal.ReadIndex(objectId).Select(e => e.Header.Hash)];
}
