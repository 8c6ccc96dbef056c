using System.Text;
using Hhs.Actors.Journal;
using Hhs.Model.Identity;

namespace Hhs.Actors.Tracker;

/// <summary>Which key a tracker must prove: the one in its address, or else the one that was met there first, which the journal remembers.</summary>
internal sealed class TrackerKeys
{
    private readonly IJournal _journal;
    private readonly string _setting;

    public TrackerKeys(IJournal journal, TrackerAddress tracker)
    {
        _journal = journal;
        _setting = $"tracker-key:{tracker.Endpoint.OriginalString.TrimEnd('/')}";
        IsPinned = tracker.KeyId is not null;
        Expected = tracker.KeyId ?? Stored();
    }

    /// <summary>The key that must be proved; null if any will do.</summary>
    public KeyId? Expected { get; private set; }

    /// <summary>Whether the key came from the address, and not from the first contact.</summary>
    public bool IsPinned { get; }

    /// <summary>Holds the tracker to this key from now on; false if there was one already.</summary>
    public bool TryLearn(KeyId key)
    {
        if (Expected is not null) return false;
        _journal.PutSetting(_setting, Encoding.ASCII.GetBytes(key.ToString()));
        Expected = key;
        return true;
    }

    private KeyId? Stored() =>
        _journal.TryGetSetting(_setting, out var value) && KeyId.TryParse(Encoding.ASCII.GetString(value.Span), out var key) ? key : null;
}
