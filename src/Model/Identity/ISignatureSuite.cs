namespace Hhs.Model.Identity;

/// <summary>A signature algorithm, found by the name that stands in a serialized public key.</summary>
public interface ISignatureSuite
{
    /// <summary>The name in serialized keys, such as <c>ed25519</c>.</summary>
    string Name { get; }

    /// <summary>Whether the signature is good. False, never an exception, for keys and signatures of any length and content.</summary>
    bool Verify(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}

/// <summary>The suites this node knows.</summary>
public static class SignatureSuites
{
    /// <summary>The suite of that name, or null: its keys can be stored and named, but nothing verifies under them.</summary>
    /// <remarks>The original knows <c>ml-dsa-65</c> and <c>ed25519+ml-dsa-65</c> too. Source: supplement section 2.</remarks>
    public static ISignatureSuite? Find(string name) => name == Ed25519.Suite.Name ? Ed25519.Suite : null;
}
