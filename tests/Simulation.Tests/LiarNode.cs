using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols;
using Hhs.Protocols.Sync;
using Hhs.Protocols.Wire;

namespace Hhs.Simulation.Tests;

/// <summary>Takes part like everybody else, but a share of what it sends is not what it should be.</summary>
internal sealed class LiarNode(World world, string name, int seed, SyncSettings settings) : NativeNode(world, name, seed, settings)
{
    private readonly JsonBuffer _buffer = new();
    private readonly Random _random = new(seed);

    protected override void Send(PeerId peer, ReadOnlyMemory<byte> message)
    {
        if (_random.Next(3) > 0 || !SyncMessage.TryDecode(message.Span, out var honest, out _)) { base.Send(peer, message); return; }
        switch (_random.Next(7))
        {
            case 0: return;   // says nothing
            case 1: base.Send(peer, message); base.Send(peer, message); return;
            case 2: Garble(peer, message); return;
            case 3: Say(peer, new SyncMessage.NewFrontier(Replica.Id, [Invented()])); return;
            default: Say(peer, Twist(honest)); return;
        }
    }

    private SyncMessage Twist(SyncMessage honest) => honest switch
    {
        SyncMessage.HeaderBatch m when m.Headers.Count > 0 => m with
        {
            Headers = [.. m.Headers.Select((h, i) => i != 0 ? h : _random.Next(2) == 0 ? h with { Hash = Invented() } : InventedHeader())],
        },
        SyncMessage.HeaderResponseMeta m => m with { HeaderCount = m.HeaderCount + _random.Next(-1, 5), Complete = !m.Complete },
        SyncMessage.PayloadMsg m => _random.Next(2) == 0 ? m with { Payload = "lie" } : m with { Sequence = m.Sequence + 1 },
        SyncMessage.PayloadResponseMeta m => m with { PayloadCount = _random.Next(5) },
        SyncMessage.HeaderRequest m => m with { Start = [Invented()], MaxHeaders = int.MaxValue },
        SyncMessage.PayloadRequest m => m with { Hashes = [Invented(), .. m.Hashes] },
        _ => honest,
    };

    private NamedHeader InventedHeader()
    {
        var header = new Header(Invented(), [Invented()]);
        return new(header.Hash, header);
    }

    private ContentHash Invented()
    {
        var digest = new byte[ContentHash.SizeBytes];
        _random.NextBytes(digest);
        return ContentHash.FromDigest(digest);
    }

    private void Garble(PeerId peer, ReadOnlyMemory<byte> message)
    {
        var bytes = message.ToArray();
        bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        base.Send(peer, bytes);
    }

    private void Say(PeerId peer, SyncMessage message)
    {
        _buffer.Clear();
        message.Write(_buffer);
        base.Send(peer, _buffer.Written.ToArray());
    }
}
