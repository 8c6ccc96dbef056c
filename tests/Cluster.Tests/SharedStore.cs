using Hhs.Actors.Journal;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Tests;

/// <summary>One store in memory for the nodes of a test, each with a door of its own; it lets the last who acquired an object append to it, as a shared store does.</summary>
internal sealed class SharedStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ContentHash, long> _epochs = [];
    private readonly List<long> _asked = [];
    private long _last;

    public MemoryJournal Journal { get; } = new();

    /// <summary>Appends that were refused because somebody else had acquired the object.</summary>
    public int Fenced { get; private set; }

    /// <summary>Whoever asks the store while this is not set waits: its server is away.</summary>
    public ManualResetEventSlim IsThere { get; } = new(initialState: true);

    /// <summary>From which numbers on objects were asked for.</summary>
    public IReadOnlyList<long> Asked
    {
        get
        {
            lock (_asked) return [.. _asked];
        }
    }

    public IJournal Open() => new Door(this);

    private sealed class Door(SharedStore shared) : IJournal
    {
        private MemoryJournal Store
        {
            get
            {
                shared.IsThere.Wait();
                return shared.Journal;
            }
        }

        public JournalOpening Opening => shared.Journal.Opening;

        public IReadOnlyList<ObjectSummary> Objects => Store.Objects;

        public IReadOnlyList<NumberedObject> ObjectsFrom(long number)
        {
            lock (shared._asked) shared._asked.Add(number);
            return Store.ObjectsFrom(number);
        }

        public IReadOnlyList<QuarantinedRecord> Quarantine => Store.Quarantine;

        public Epoch Acquire(ContentHash objectId)
        {
            shared.IsThere.Wait();
            lock (shared._lock) return new(shared._epochs[objectId] = ++shared._last);
        }

        public void Append(IReadOnlyList<ObjectBatch> batches)
        {
            shared.IsThere.Wait();
            lock (shared._lock)
            {
                foreach (var batch in batches.Where(b => shared._epochs[b.ObjectId] != b.Epoch.Number))
                {
                    shared.Fenced++;
                    throw new JournalException(JournalFault.Fenced, $"object {batch.ObjectId} has another writer");
                }
                Store.Append(batches);
            }
        }

        public bool Contains(ContentHash objectId, ContentHash entry) => Store.Contains(objectId, entry);

        public IEnumerable<IndexedEntry> ReadIndex(ContentHash objectId) => Store.ReadIndex(objectId);

        public bool TryReadPayload(ContentHash objectId, ContentHash entry, out ReadOnlyMemory<byte> payload) => Store.TryReadPayload(objectId, entry, out payload);

        public long BytesOf(ContentHash objectId) => Store.BytesOf(objectId);

        public void Drop(ContentHash objectId) => Store.Drop(objectId);

        public JournalVerification VerifyAll(IProgress<long>? progress = null) => Store.VerifyAll(progress);

        public void ForgetQuarantine() => Store.ForgetQuarantine();

        public bool TryGetSetting(string name, out ReadOnlyMemory<byte> value) => Store.TryGetSetting(name, out value);

        public void PutSetting(string name, ReadOnlyMemory<byte>? value) => Store.PutSetting(name, value);

        public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Settings(string prefix) => Store.Settings(prefix);

        public void Dispose()
        {
        }
    }
}
