namespace Hhs.Protocols.Pool;

/// <summary>What a peer has been charged for, forgiven as time passes.</summary>
/// <param name="max">Charges at which it is enough.</param>
/// <param name="forgivenPerMinute">Points forgiven a minute.</param>
public sealed class ChargeMeter(int max, int forgivenPerMinute)
{
    private TimeSpan _last;
    private double _points;

    /// <summary>Charges at present, rounded up.</summary>
    public int Points => (int)Math.Ceiling(_points);

    /// <summary>Adds up; true when it is enough.</summary>
    /// <param name="points">How much.</param>
    /// <param name="now">Time since any fixed start.</param>
    public bool Charge(int points, TimeSpan now)
    {
        if (now > _last)
        {
            _points = Math.Max(0, _points - ((now - _last).TotalMinutes * forgivenPerMinute));
            _last = now;
        }
        _points += points;
        return _points >= max;
    }
}
