namespace Hhs.Protocols.Pool;

/// <summary>Tells whether a silent connection is still alive, and how long a round trip takes.</summary>
/// <remarks>
/// Any frame is a sign of life. After a silence of <paramref name="every"/> a ping goes out; when nothing at all has come for
/// <paramref name="timeout"/> after it, the connection is dead.
/// </remarks>
/// <param name="every">Silence after which a ping is sent.</param>
/// <param name="timeout">Longest wait after a ping.</param>
public sealed class KeepAlive(TimeSpan every, TimeSpan timeout)
{
    private TimeSpan _heard;
    private TimeSpan? _asked;
    private ulong _number;

    /// <summary>The last round trip measured; null before the first.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>A frame has come.</summary>
    public void Heard(TimeSpan now) => _heard = now;

    /// <summary>The answer to a ping has come; one that was not asked for last is no measure.</summary>
    public void Answered(ulong number, TimeSpan now)
    {
        if (_asked is { } asked && number == _number) RoundTrip = now - asked;
        _asked = null;
    }

    /// <summary>What to do now.</summary>
    public KeepAliveStep Check(TimeSpan now)
    {
        if (_asked is { } asked)
        {
            if (_heard >= asked) _asked = null;   // it lives, though its answer is late
            else if (now - asked >= timeout) return KeepAliveStep.Dead;
            else return KeepAliveStep.Wait;
        }
        if (now - _heard < every) return KeepAliveStep.Wait;
        AskNow(now);
        return KeepAliveStep.Ping;
    }

    /// <summary>A ping is sent now, under the next <see cref="Number"/>, whether there was silence or not.</summary>
    public void AskNow(TimeSpan now)
    {
        _asked = now;
        _number++;
    }

    /// <summary>Number of the ping to send.</summary>
    public ulong Number => _number;
}

/// <summary>What <see cref="KeepAlive"/> wants done.</summary>
public enum KeepAliveStep
{
    /// <summary>Nothing.</summary>
    Wait,
    /// <summary>Send a ping.</summary>
    Ping,
    /// <summary>Close: the other end is gone.</summary>
    Dead,
}
