using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;
using Hhs.Protocols.Wire;

namespace Hhs.Bench.Micro;

/// <summary>What an entry costs before any rule is asked: its text, its hashes, its header on the wire.</summary>
public class EntryBenchmarks
{
    private const int Headers = 128;   // as many as one batch of ours to an original

    private readonly Literal.Map _payload = SetPayloads.Add("element number 12345 of the bench");
    private readonly Position _prev = Position.Of(CanonicalJson.Hash("one"), CanonicalJson.Hash("another"));
    private readonly JsonBuffer _buffer = new();
    private readonly byte[] _bytes = new byte[300], _digest = new byte[32];
    private byte[] _json = [], _batch = [];
    private SyncMessage.HeaderBatch? _message;

    /// <summary>The texts that are read.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _json = JsonText.Write(_payload);
        _message = new("0123456789abcdef", 0, [.. Histories.Set(Headers, 4).Skip(1).Select(e => new NamedHeader(e.Hash, e.Header))]);
        _message.Write(_buffer);
        _batch = _buffer.Written.ToArray();
    }

    /// <summary>What the others are compared with: machines differ, and so does one from hour to hour.</summary>
    [Benchmark(Baseline = true)]
    public int Sha256Of300Bytes() => SHA256.HashData(_bytes, _digest);

    /// <summary>Canonical text of a payload, and its SHA-256.</summary>
    [Benchmark]
    public ContentHash HashPayload() => CanonicalJson.Hash(_payload);

    /// <summary>The same and the header's, on two predecessors: what a new entry costs.</summary>
    [Benchmark]
    public ContentHash MakeEntry() => Entry.Make(_payload, _prev).Hash;

    /// <summary>A payload from its JSON text.</summary>
    [Benchmark]
    public bool ReadPayload() => LiteralReader.TryRead(_json, out _, out _);

    /// <summary>A payload to its JSON text.</summary>
    [Benchmark]
    public int WritePayload()
    {
        _buffer.Clear();
        JsonText.Write(_payload, _buffer);
        return _buffer.Written.Length;
    }

    /// <summary>One header of a batch to its bytes on the wire.</summary>
    [Benchmark(OperationsPerInvoke = Headers)]
    public int EncodeHeader()
    {
        _buffer.Clear();
        _message!.Write(_buffer);
        return _buffer.Written.Length;
    }

    /// <summary>One header of a batch from its bytes, hashed on the way.</summary>
    [Benchmark(OperationsPerInvoke = Headers)]
    public bool DecodeHeader() => SyncMessage.TryDecode(_batch, out _, out _);
}
