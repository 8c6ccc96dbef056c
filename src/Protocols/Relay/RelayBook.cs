using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;

namespace Hhs.Protocols.Relay;

/// <summary>What a relay hosts, for whom, and what it hosts no more: the allow list, quotas and retention.</summary>
/// <remarks>
/// An object counts for the key id that asked for it first, from that moment on: what is only being fetched takes a place too,
/// so that a flood of invented ids is bounded like one of objects. No clock in here: times are arguments.
/// </remarks>
/// <param name="allowed">Key ids that may have objects hosted; null for all.</param>
/// <param name="quotas">The bounds.</param>
public sealed class RelayBook(IReadOnlySet<KeyId>? allowed, RelayQuotaSettings quotas)
{
    private readonly Dictionary<ContentHash, HostedObject> _hosted = [];
    private readonly Dictionary<KeyId, (int Objects, long Bytes)> _shares = [];

    /// <summary>What is hosted, or being fetched.</summary>
    public IReadOnlyCollection<HostedObject> Hosted => _hosted.Values;

    /// <summary>Stored bytes of all that is hosted.</summary>
    public long Bytes { get; private set; }

    /// <summary>The hosted object; null when it is none.</summary>
    public HostedObject? Find(ContentHash id) => _hosted.GetValueOrDefault(id);

    /// <summary>The key id asks for the object.</summary>
    public RelayVerdict Ask(ContentHash id, KeyId key, DateTimeOffset now)
    {
        if (allowed is not null && !allowed.Contains(key)) return new RelayVerdict.Refused(new(RejectCode.Declined, "the key is not allowed to have objects hosted"), []);
        if (_hosted.ContainsKey(id))
        {
            Used(id, now);
            return new RelayVerdict.Hosted();
        }
        var dropped = new List<ContentHash>();
        if (Full(key) is not null)
        {
            foreach (var due in Due(now))
            {
                if (Full(key) is null) break;
                Forget(due);
                dropped.Add(due);
            }
        }
        if (Full(key) is { } why) return new RelayVerdict.Refused(new(RejectCode.OverLimit, why), dropped);
        Put(new(id, key, now));
        return new RelayVerdict.Accepted(dropped);
    }

    /// <summary>The object is hosted since before a restart. Quotas that were lowered meanwhile drop nothing.</summary>
    public void Restore(HostedObject hosted) =>
        Put(hosted with { Users = 0, Stopped = hosted.Bytes > quotas.ObjectBytesMax ? RelayStop.ObjectBytes : null });

    /// <summary>The object is not hosted any more: it could not be fetched.</summary>
    public void Forget(ContentHash id)
    {
        if (_hosted.Remove(id, out var gone)) Count(gone.Owner, -1, -gone.Bytes);
    }

    /// <summary>Somebody has used the object.</summary>
    public void Used(ContentHash id, DateTimeOffset now)
    {
        if (_hosted.TryGetValue(id, out var hosted) && now > hosted.LastUsed) _hosted[id] = hosted with { LastUsed = now };
    }

    /// <summary>So many connected peers take part in the object from now on.</summary>
    public void SetUsers(ContentHash id, int users, DateTimeOffset now)
    {
        Used(id, now);
        if (_hosted.TryGetValue(id, out var hosted)) _hosted[id] = hosted with { Users = users };
    }

    /// <summary>The object takes so many bytes now. Answers why it is not to be carried any more, once; null while it is, or when that was said.</summary>
    public RelayStop? Grew(ContentHash id, long bytes, DateTimeOffset now)
    {
        if (!_hosted.TryGetValue(id, out var hosted)) return null;
        Count(hosted.Owner, 0, bytes - hosted.Bytes);
        hosted = hosted with { Bytes = bytes };
        var stop = hosted.Stopped is null ? Beyond(hosted) : null;
        _hosted[id] = hosted with { Stopped = hosted.Stopped ?? stop };
        Used(id, now);
        return stop;
    }

    /// <summary>Objects that nobody has used for so long that they are to be dropped, oldest first; none that a connected peer takes part in.</summary>
    public IReadOnlyList<ContentHash> Due(DateTimeOffset now) =>
        [.. _hosted.Values.Where(o => o.Users == 0 && now - o.LastUsed >= quotas.Retain).OrderBy(o => o.LastUsed).ThenBy(o => o.Id).Select(o => o.Id)];

    /// <summary>Carries again those that were stopped for want of room where there is room now; answers them.</summary>
    public IReadOnlyList<ContentHash> Resume()
    {
        var resumed = _hosted.Values.Where(o => o.Stopped is RelayStop.AllBytes or RelayStop.KeyBytes && Beyond(o) is null).Select(o => o.Id).ToList();
        foreach (var id in resumed) _hosted[id] = _hosted[id] with { Stopped = null };
        return resumed;
    }

    private RelayStop? Beyond(HostedObject hosted) =>
        hosted.Bytes > quotas.ObjectBytesMax ? RelayStop.ObjectBytes
        : _shares[hosted.Owner].Bytes > quotas.BytesPerKeyMax ? RelayStop.KeyBytes
        : Bytes > quotas.BytesMax ? RelayStop.AllBytes
        : null;

    private string? Full(KeyId key)
    {
        var (objects, bytes) = _shares.GetValueOrDefault(key);
        return objects >= quotas.ObjectsPerKeyMax ? $"the key has {objects} objects hosted already"
            : bytes >= quotas.BytesPerKeyMax ? $"the key has {bytes} bytes hosted already"
            : _hosted.Count >= quotas.ObjectsMax ? $"{_hosted.Count} objects are hosted already"
            : Bytes >= quotas.BytesMax ? $"{Bytes} bytes are hosted already"
            : null;
    }

    private void Put(HostedObject hosted)
    {
        _hosted.Add(hosted.Id, hosted);
        Count(hosted.Owner, 1, hosted.Bytes);
    }

    private void Count(KeyId owner, int objects, long bytes)
    {
        var share = _shares.GetValueOrDefault(owner);
        share = (share.Objects + objects, share.Bytes + bytes);
        if (share.Objects == 0) _shares.Remove(owner);   // or keys that cost nothing would be remembered for ever
        else _shares[owner] = share;
        Bytes += bytes;
    }
}
