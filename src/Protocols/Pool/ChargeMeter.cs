namespace Hhs.Protocols.Pool;

/// <summary>What a peer has been charged for, forgiven as time passes.</summary>
/// <param name="max">Charges at which it is enough.</param>
/// <param name="forgivenPerMinute">Points forgiven a minute, one by one.</param>
public sealed class ChargeMeter(int max, int forgivenPerMinute)
{
    private readonly TimeSpan _each = TimeSpan.FromMinutes(1) / forgivenPerMinute;
    private TimeSpan _last;

    /// <summary>Charges at present.</summary>
    public int Points { get; private set; }

    /// <summary>Adds up; true when it is enough.</summary>
    /// <param name="points">How much.</param>
    /// <param name="now">Time since any fixed start.</param>
    public bool Charge(int points, TimeSpan now)
    {
        if (Points == 0) _last = now;
        long forgiven = now > _last ? (long)((now - _last) / _each) : 0;
        Points = (int)Math.Max(0, Points - forgiven);
        _last += forgiven * _each;
        Points += points;
        return Points >= max;
    }
}
