using Hhs.Actors.Journal;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Set;

namespace Hhs.Bench;

/// <summary>Makes sets of a given size and shape, and puts them into journals.</summary>
internal static class Histories
{
    /// <summary>A set with so many adds in so many concurrent branches, predecessors first.</summary>
    public static List<Entry> Set(int adds, int branches)
    {
        var create = Entry.Make(SetPayloads.Create(new SetOptions { Seed = $"bench-{adds}-{branches}" }), Position.Empty);
        var entries = new List<Entry>(adds + 1) { create };
        var tips = Enumerable.Repeat(create.Hash, branches).ToArray();
        for (int i = 0; i < adds; i++)
        {
            var entry = Entry.Make(SetPayloads.Add($"element number {i} of the bench"), [tips[i % branches]]);
            tips[i % branches] = entry.Hash;
            entries.Add(entry);
        }
        return entries;
    }

    /// <summary>Admits the entries by the rules and stores them with their tags.</summary>
    public static void Store(IReadOnlyList<Entry> entries, IJournal journal)
    {
        var id = entries[0].Hash;
        var replica = Replica.Empty(id, Payloads(entries), TypeRegistry.BuiltIn);
        foreach (var chunk in entries.Chunk(4096))
        {
            journal.Append([new ObjectBatch(id, [.. chunk.Select(e =>
                new JournalEntry(e.Header, JsonText.Write(e.Payload), TagCode.Encode(((Judgement.Admitted)replica.Admit(e)).Tags)))])]);
        }
    }

    /// <summary>The payloads of the entries, from memory.</summary>
    public static IPayloadSource Payloads(IReadOnlyList<Entry> entries) => new MemoryPayloads(entries.ToDictionary(e => e.Hash, e => (Literal.Map)e.Payload));

    private sealed class MemoryPayloads(Dictionary<ContentHash, Literal.Map> payloads) : IPayloadSource
    {
        public Literal.Map PayloadOf(ContentHash entry) => payloads[entry];
    }
}
