using System.Security.Cryptography;
using Hhs.Model;

namespace Hhs.Actors.Settings;

/// <summary>The operating system's randomness, for the pure layers.</summary>
public sealed class SystemRandom : IRandomSource
{
    /// <summary>The only instance.</summary>
    public static readonly SystemRandom Instance = new();

    private SystemRandom() { }

    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
