namespace Hhs.Protocols;

/// <summary>Randomness, injected so that a run can be repeated from its seed.</summary>
public interface IRandomSource
{
    /// <summary>Fills the whole span with unpredictable bytes.</summary>
    void Fill(Span<byte> bytes);
}
