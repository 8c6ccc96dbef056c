using BenchmarkDotNet.Attributes;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Set;

namespace Hhs.Bench.Micro;

/// <summary>A set of 10,000 elements that was written in one branch or in 64: admitting an entry of it, and reading it.</summary>
public class SetBenchmarks
{
    private const int Entries = 10_000;

    private List<Entry> _entries = [];
    private IPayloadSource? _payloads;
    private Replica? _replica;
    private ContentHash[] _elements = [];
    private int _asked;

    /// <summary>How many wrote at once.</summary>
    [Params(1, 64)]
    public int Branches { get; set; }

    /// <summary>The entries, hashed, and a replica that has them.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _entries = Histories.Set(Entries - 1, Branches);   // and the create entry
        _payloads = Histories.Payloads(_entries);
        _elements = [.. Enumerable.Range(0, Entries - 1).Select(i => CanonicalJson.Hash($"element number {i} of the bench"))];
        _replica = AdmitAll();
        if (_replica.Log.Count != Entries || ElementsAtTheFrontier() != Entries - 1) throw new InvalidOperationException("entries are missing");
    }

    /// <summary>One entry judged by the rules of its type and appended, in a log that grows from nothing to all of them.</summary>
    [Benchmark(OperationsPerInvoke = Entries)]
    public int AdmitEntry() => AdmitAll().Log.Count;

    /// <summary>Whether an element is there now.</summary>
    [Benchmark]
    public bool HasAtTheFrontier() => Set.View(_replica!.Log.FrontierVersion).HasByHash(Next());

    /// <summary>Whether an element was there at some version of the past.</summary>
    [Benchmark]
    public bool HasInThePast() => Set.View(_replica!.Log.VersionOf((int)(_asked * 104729L % Entries))).HasByHash(Next());

    /// <summary>The whole set, once.</summary>
    [Benchmark]
    public int ElementsAtTheFrontier() => Set.View(_replica!.Log.FrontierVersion).ElementHashes().Count;

    private ReplicatedSet Set => (ReplicatedSet)_replica!.Object!;

    private ContentHash Next() => _elements[(int)(++_asked * 7919L % _elements.Length)];

    private Replica AdmitAll()
    {
        var replica = Replica.Empty(_entries[0].Hash, _payloads!, TypeRegistry.BuiltIn);
        foreach (var entry in _entries) replica.Admit(entry);
        return replica;
    }
}
