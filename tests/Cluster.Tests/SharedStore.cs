using Hhs.Actors.Journal;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Tests;

/// <summary>One store in memory for the nodes of a test, each with a door of its own; it lets the last who acquired an object append to it, as a shared store does.</summary>
internal sealed class SharedStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ContentHash, long> _epochs = [];
    private long _last;

    public MemoryJournal Journal { get; } = new();

    /// <summary>Appends that were refused because somebody else had acquired the object.</summary>
    public int Fenced { get; private set; }

    public IJournal Open() => new Door(this);

    private sealed class Door(SharedStore shared) : IJournal
    {
        public JournalOpening Opening => shared.Journal.Opening;

        public IReadOnlyList<ObjectSummary> Objects => shared.Journal.Objects;

        public IReadOnlyList<QuarantinedRecord> Quarantine => shared.Journal.Quarantine;

        public Epoch Acquire(ContentHash objectId)
        {
            lock (shared._lock) return new(shared._epochs[objectId] = ++shared._last);
        }

        public void Append(IReadOnlyList<ObjectBatch> batches)
        {
            lock (shared._lock)
            {
                foreach (var batch in batches.Where(b => shared._epochs[b.ObjectId] != b.Epoch.Number))
                {
                    shared.Fenced++;
                    throw new JournalException(JournalFault.Fenced, $"object {batch.ObjectId} has another writer");
                }
                shared.Journal.Append(batches);
            }
        }

        public bool Contains(ContentHash objectId, ContentHash entry) => shared.Journal.Contains(objectId, entry);

        public IEnumerable<IndexedEntry> ReadIndex(ContentHash objectId) => shared.Journal.ReadIndex(objectId);

        public bool TryReadPayload(ContentHash objectId, ContentHash entry, out ReadOnlyMemory<byte> payload) => shared.Journal.TryReadPayload(objectId, entry, out payload);

        public long BytesOf(ContentHash objectId) => shared.Journal.BytesOf(objectId);

        public void Drop(ContentHash objectId) => shared.Journal.Drop(objectId);

        public JournalVerification VerifyAll(IProgress<long>? progress = null) => shared.Journal.VerifyAll(progress);

        public void ForgetQuarantine() => shared.Journal.ForgetQuarantine();

        public bool TryGetSetting(string name, out ReadOnlyMemory<byte> value) => shared.Journal.TryGetSetting(name, out value);

        public void PutSetting(string name, ReadOnlyMemory<byte>? value) => shared.Journal.PutSetting(name, value);

        public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Settings(string prefix) => shared.Journal.Settings(prefix);

        public void Dispose()
        {
        }
    }
}
