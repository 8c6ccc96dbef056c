namespace Hhs.Model;

/// <summary>Where Model and Protocols get randomness from; injected, so that a test can replay it.</summary>
public interface IRandomSource
{
    /// <summary>Fills the whole span with bytes that, outside tests, nobody can predict.</summary>
    void Fill(Span<byte> bytes);
}
