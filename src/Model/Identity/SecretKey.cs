namespace Hhs.Model.Identity;

/// <summary>One's own identity: an Ed25519 seed, and the public key that follows from it.</summary>
/// <remarks>Shape: 32 bytes. Prints as its key id; only <see cref="CopySeedTo"/> gives the secret away. Source: supplement section 2.</remarks>
public sealed class SecretKey
{
    private readonly byte[] _seed;

    private SecretKey(byte[] seed)
    {
        _seed = seed;
        PublicKey = new(Ed25519.Suite.Name, Ed25519.PublicKeyOf(seed));
    }

    /// <summary>Length of a seed in bytes.</summary>
    public const int SeedBytes = 32;

    /// <summary>The public half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>The name of this identity.</summary>
    public KeyId KeyId => PublicKey.KeyId;

    /// <summary>Takes up a stored seed; the bytes are copied.</summary>
    /// <exception cref="ArgumentException">The seed is not 32 bytes long.</exception>
    public static SecretKey FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedBytes) throw new ArgumentException("an Ed25519 seed has 32 bytes", nameof(seed));
        return new(seed.ToArray());
    }

    /// <summary>Makes a new identity.</summary>
    public static SecretKey Generate(IRandomSource random)
    {
        var seed = new byte[SeedBytes];
        random.Fill(seed);
        return new(seed);
    }

    /// <summary>The 64-byte signature over a message; the same every time.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => Ed25519.Sign(_seed, message);

    /// <summary>Writes the 32 secret bytes, for storing them; the caller clears them.</summary>
    public void CopySeedTo(Span<byte> seed) => _seed.CopyTo(seed);

    /// <summary>The key id: never the secret.</summary>
    public override string ToString() => KeyId.ToString();
}
