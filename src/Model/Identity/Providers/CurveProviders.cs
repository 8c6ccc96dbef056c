using System.Diagnostics;

namespace Hhs.Model.Identity.Providers;

/// <summary>Which libraries this process has, in the order of preference: what the build brings, then the fastest first.</summary>
internal static partial class CurveProviders
{
    /// <summary>NSec where the build has it; libsodium and OpenSSL where they load and pass a test of one's own; BouncyCastle always.</summary>
    public static IReadOnlyList<ICurveProvider> All { get; } = FindAll();

    /// <summary>The first of them.</summary>
    public static ICurveProvider Best => All[0];

    private static List<ICurveProvider> FindAll()
    {
        List<ICurveProvider> found = [];
        AddPackaged(found);
        if (SodiumProvider.TryLoad() is { } sodium && Works(sodium)) found.Add(sodium);
        if (OpenSslProvider.TryLoad() is { } openSsl && Works(openSsl)) found.Add(openSsl);
        var managed = new BouncyCastleProvider();
        if (!Works(managed)) throw new UnreachableException("BouncyCastle computes another Ed25519");
        found.Add(managed);
        return found;
    }

    // Those that come as packages, where the build has any (docs/decisions/062-nsec.md).
    static partial void AddPackaged(List<ICurveProvider> found);

    // A build of OpenSSL for FIPS has no Ed25519, and a library under a known name may be anything: try it before trusting it.
    private static bool Works(ICurveProvider provider)
    {
        Span<byte> key = stackalloc byte[32], signature = stackalloc byte[64], product = stackalloc byte[32];
        try
        {
            provider.DerivePublicKey(Seed, key);
            provider.Sign(Seed, [], signature);
            return key.SequenceEqual(PublicKey) && signature[..16].SequenceEqual(SignatureStart)
                && provider.Verify(key, [], signature) && !provider.Verify(key, [0], signature)
                && provider.Multiply(Seed, X25519.BasePoint, product) && product.ContainsAnyExcept((byte)0);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    // RFC 8032 section 7.1, test 1: the empty message.
    private static byte[] Seed => Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    private static byte[] PublicKey => Convert.FromHexString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    private static byte[] SignatureStart => Convert.FromHexString("e5564300c360ac729086e2cc806e828a");
}
