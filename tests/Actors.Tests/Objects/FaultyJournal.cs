using Hhs.Actors.Journal;
using Hhs.Model.Hashing;

namespace Hhs.Actors.Tests.Objects;

/// <summary>A journal in memory that fails when told to.</summary>
internal sealed class FaultyJournal : IJournal
{
    private readonly MemoryJournal _inner = new();

    public volatile bool DiskFull;
    public ManualResetEventSlim Writable { get; } = new(initialState: true);   // while it is not set, a write waits
    public ContentHash? DamagedPayload;   // reported once, as a store would that then puts it aside
    public ContentHash? BrokenIndex;

    public JournalOpening Opening => _inner.Opening;
    public IReadOnlyList<ObjectSummary> Objects => _inner.Objects;
    public IReadOnlyList<NumberedObject> ObjectsFrom(long number) => _inner.ObjectsFrom(number);
    public IReadOnlyList<QuarantinedRecord> Quarantine => _inner.Quarantine;

    public void Append(IReadOnlyList<ObjectBatch> batches)
    {
        Writable.Wait();
        if (DiskFull) throw new JournalException(JournalFault.Full, "the disk is full");
        _inner.Append(batches);
    }

    public IEnumerable<IndexedEntry> ReadIndex(ContentHash objectId) =>
        objectId == BrokenIndex ? throw new InvalidDataException("the index makes no sense") : _inner.ReadIndex(objectId);

    public bool Contains(ContentHash objectId, ContentHash entry) => _inner.Contains(objectId, entry);

    public bool TryReadPayload(ContentHash objectId, ContentHash entry, out ReadOnlyMemory<byte> payload)
    {
        if (DamagedPayload == entry)
        {
            DamagedPayload = null;
            throw new JournalException(JournalFault.DamagedRecord, "a payload is damaged");
        }
        return _inner.TryReadPayload(objectId, entry, out payload);
    }

    public long BytesOf(ContentHash objectId) => _inner.BytesOf(objectId);
    public void Drop(ContentHash objectId) => _inner.Drop(objectId);
    public JournalVerification VerifyAll(IProgress<long>? progress = null) => _inner.VerifyAll(progress);
    public void ForgetQuarantine() => _inner.ForgetQuarantine();
    public bool TryGetSetting(string name, out ReadOnlyMemory<byte> value) => _inner.TryGetSetting(name, out value);
    public void PutSetting(string name, ReadOnlyMemory<byte>? value) => _inner.PutSetting(name, value);
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Settings(string prefix) => _inner.Settings(prefix);
    public void Dispose()
    {
        _inner.Dispose();
        Writable.Dispose();
    }
}
