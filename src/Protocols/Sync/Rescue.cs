using Hhs.Model.Hashing;

namespace Hhs.Protocols.Sync;

/// <summary>How far the rescue of one original has come.</summary>
internal sealed class Rescue
{
    /// <summary>The first entry by arrival that it lacked when we last looked; null when it lacked none.</summary>
    public ContentHash? Lowest { get; set; }

    /// <summary>Since when it has made nothing of what we told it.</summary>
    public TimeSpan Since { get; set; }

    public RescueStep Step { get; set; }

    /// <summary>When the present step is over.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>Calls in vain so far.</summary>
    public int Calls { get; set; }
}

/// <summary>What we are doing about an original that may be stuck.</summary>
internal enum RescueStep
{
    /// <summary>Nothing: it is told what there is.</summary>
    Waiting,
    /// <summary>It is told nothing that it lacks.</summary>
    Withdrawn,
    /// <summary>It has been told again, after tips that keep its other peers busy.</summary>
    Called,
}
