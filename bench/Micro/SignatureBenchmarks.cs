using BenchmarkDotNet.Attributes;
using Hhs.Model.Identity;
using Hhs.Model.Identity.Providers;

namespace Hhs.Bench.Micro;

/// <summary>Ed25519 by each library that this machine has, and by the exact check that decides when all of them say no.</summary>
public class SignatureBenchmarks
{
    private readonly byte[] _key = new byte[32], _message = new byte[200], _signature = new byte[64];
    private ICurveProvider _provider = CurveProviders.Best;

    /// <summary>The libraries that load here, and the exact check of ZIP-215.</summary>
    public static IEnumerable<string> Libraries => CurveProviders.All.Select(p => p.Name).Append(Exact);

    /// <summary>By which the signature is checked.</summary>
    [ParamsSource(nameof(Libraries))]
    public string Library { get; set; } = "";

    /// <summary>One signature, good for all of them.</summary>
    [GlobalSetup]
    public void Setup()
    {
        byte[] seed = new byte[32];
        _provider = CurveProviders.All.FirstOrDefault(p => p.Name == Library) ?? CurveProviders.Best;
        _provider.DerivePublicKey(seed, _key);
        _provider.Sign(seed, _message, _signature);
        if (!Verify()) throw new InvalidOperationException($"{Library} refuses a good signature");
    }

    /// <summary>A good signature over 200 bytes.</summary>
    [Benchmark]
    public bool Verify() => Library == Exact ? Zip215.Verify(_key, _message, _signature) : _provider.Verify(_key, _message, _signature);

    private const string Exact = "ZIP-215, exact";
}
