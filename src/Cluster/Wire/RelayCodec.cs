using System.Buffers;
using System.Diagnostics;
using System.Text;
using Hhs.Actors.Objects;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Protocols;

namespace Hhs.Cluster.Wire;

/// <summary>Bytes of what nodes say to one another. A manifest names kind and version; a change of a format is a new manifest, read one release before it is written.</summary>
/// <remarks>
/// Shape: fields in the order of the records, integers little-endian, those of lists seven bits a byte, hashes as 32 bytes, texts with a length in front, a message's bytes up to
/// the end. Errors: <see cref="InvalidDataException"/> for what does not read; it is not guessed at.
/// </remarks>
internal static class RelayCodec
{
    public static string Manifest(object message) => message switch
    {
        Carried => "carried-1",
        Charged => "charged-1",
        Drained => "drained-2",
        Ended => "ended-1",
        FromPeer => "from-peer-1",
        Join => "join-1",
        Joined => "joined-1",
        Leave => "leave-1",
        Parted => "parted-1",
        Processed => "processed-1",
        SettingsChanged => "settings-changed-1",
        ToEntity to => "to-entity-1/" + Manifest(to.Message),
        ToPeers => "to-peers-1",
        ObjectProtocol.FollowLost => "follow-lost-1",
        ObjectProtocol.Grew => "grew-1",
        ObjectsProtocol.Create => "create-1",
        ObjectsProtocol.Drop => "drop-1",
        ObjectsProtocol.Follow => "follow-1",
        ObjectsProtocol.Open => "open-1",
        ObjectsProtocol.ToObject => "to-object-1",
        _ => throw new ArgumentException($"{message.GetType()} is not said between nodes", nameof(message)),
    };

    /// <summary>Writes a message.</summary>
    /// <param name="message">What has a manifest.</param>
    /// <param name="facade">Writes what is said to an object.</param>
    public static byte[] Write(object message, Func<object, byte[]> facade)
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes, Encoding.UTF8);
        Write(message, to, facade);
        to.Flush();
        return bytes.ToArray();
    }

    private static void Write(object message, BinaryWriter to, Func<object, byte[]> facade)
    {
        switch (message)
        {
            case Carried(var id, var open): to.Put(id); to.Write(open); break;
            case Charged(var peer, var why, var points): to.Write(peer.Text); to.Write((int)why.Code); to.Write(why.Detail ?? ""); to.Write(points); break;
            case Drained(var parts):
                to.Write7BitEncodedInt(parts.Count);
                foreach (var (route, channel, bytes) in parts) { to.Write7BitEncodedInt64(route); to.Write7BitEncodedInt(channel); to.Write7BitEncodedInt(bytes); }
                break;
            case Ended: break;
            case FromPeer(var topic, var route, var number, var said): to.Put(topic); to.Write(route); to.Write(number); to.Write(said.Span); break;
            case Join(var topic, var route, var peer, var key, var kind): to.Put(topic); to.Write(route); to.Write(peer.Text); to.Put(key.Hash); to.Write((byte)kind); break;
            case Joined(var topic, var route): to.Put(topic); to.Write(route); break;
            case Leave(var topic, var route): to.Put(topic); to.Write(route); break;
            case Parted(var route): to.Write(route); break;
            case Processed(var route, var number): to.Write(route); to.Write(number); break;
            case SettingsChanged: break;
            case ToEntity(var id, var inner): to.Put(id); Write(inner, to, facade); break;
            case ToPeers(var said, var receivers):
                to.Write7BitEncodedInt(receivers.Count);
                foreach (var (route, number, channel) in receivers) { to.Write7BitEncodedInt64(route); to.Write7BitEncodedInt64(number); to.Write7BitEncodedInt(channel); }
                to.Write(said.Span);
                break;
            case ObjectProtocol.FollowLost: break;
            case ObjectProtocol.Grew(var id, var count, _): to.Put(id); to.Write(count); break;   // the entries are in the store, which is shared
            case ObjectsProtocol.Create(var payload): to.Write(JsonText.Write(payload)); break;
            case ObjectsProtocol.Drop(var id): to.Put(id); break;
            case ObjectsProtocol.Follow(var id, var by): to.Put(id); to.Write(by is not null); if (by is { } follower) to.Put(follower); break;
            case ObjectsProtocol.Open(var id): to.Put(id); break;
            case ObjectsProtocol.ToObject(var id, var said): to.Put(id); to.Write(facade(said)); break;
            default: throw new UnreachableException(message.GetType().Name);   // a new message must be written here
        }
    }

    /// <summary>Reads a message.</summary>
    /// <exception cref="InvalidDataException">It is none, or of a version that is not known here.</exception>
    public static object Read(byte[] bytes, string manifest, Func<byte[], object> facade) => ReadWhole(bytes, manifest, from => Read(from, manifest, facade, mayNest: true));

    /// <summary>Has all of the bytes read; every failure to do so is an <see cref="InvalidDataException"/>.</summary>
    public static object ReadWhole(byte[] bytes, string manifest, Func<BinaryReader, object> read)
    {
        using var from = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        try
        {
            object message = read(from);
            return from.BaseStream.Position == from.BaseStream.Length ? message : throw new InvalidDataException($"{manifest}: bytes are left over");
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException or IOException)
        {
            throw new InvalidDataException($"{manifest}: {e.Message}", e);
        }
    }

    public static InvalidDataException NotKnown(string manifest) => new($"a message '{Reject.Excerpt(manifest)}' is not known here");

    private static object Read(BinaryReader from, string manifest, Func<byte[], object> facade, bool mayNest)
    {
        if (mayNest && manifest.StartsWith(Nested, StringComparison.Ordinal)) return new ToEntity(from.Hash(), Read(from, manifest[Nested.Length..], facade, mayNest: false));
        return manifest switch
        {
            "carried-1" => new Carried(from.Hash(), from.ReadBoolean()),
            "charged-1" => new Charged(new(from.ReadString()), new(from.Known<RejectCode>(from.ReadInt32()), from.ReadString()), from.ReadInt32()),
            "drained-2" => new Drained(from.List(() => (from.Read7BitEncodedInt64(), from.Read7BitEncodedInt(), from.Read7BitEncodedInt()))),
            "ended-1" => Ended.Instance,
            "from-peer-1" => new FromPeer(from.Hash(), from.ReadInt64(), from.ReadInt64(), from.Rest()),
            "join-1" => new Join(from.Hash(), from.ReadInt64(), new(from.ReadString()), new KeyId(from.Hash()), from.Known<PeerKind>(from.ReadByte())),
            "joined-1" => new Joined(from.Hash(), from.ReadInt64()),
            "leave-1" => new Leave(from.Hash(), from.ReadInt64()),
            "parted-1" => new Parted(from.ReadInt64()),
            "processed-1" => new Processed(from.ReadInt64(), from.ReadInt64()),
            "settings-changed-1" => SettingsChanged.Instance,
            "to-peers-1" => Told(from.List(() => new Receiver(from.Read7BitEncodedInt64(), from.Read7BitEncodedInt64(), from.Read7BitEncodedInt())), from.Rest()),
            "follow-lost-1" => ObjectProtocol.FollowLost.Instance,
            "grew-1" => new ObjectProtocol.Grew(from.Hash(), from.ReadInt32(), []),
            "create-1" => new ObjectsProtocol.Create(from.Map()),
            "drop-1" => new ObjectsProtocol.Drop(from.Hash()),
            "follow-1" => new ObjectsProtocol.Follow(from.Hash(), from.ReadBoolean() ? from.Hash() : null),
            "open-1" => new ObjectsProtocol.Open(from.Hash()),
            "to-object-1" => new ObjectsProtocol.ToObject(from.Hash(), facade(from.Rest())),
            _ => throw NotKnown(manifest),
        };
    }

    public static void Put(this BinaryWriter to, ContentHash hash)
    {
        Span<byte> digest = stackalloc byte[ContentHash.SizeBytes];
        hash.CopyTo(digest);
        to.Write(digest);
    }

    public static ContentHash Hash(this BinaryReader from)
    {
        Span<byte> digest = stackalloc byte[ContentHash.SizeBytes];
        from.BaseStream.ReadExactly(digest);
        return ContentHash.FromDigest(digest);
    }

    private static ToPeers Told(List<Receiver> to, byte[] message) => new(message, to);

    /// <summary>A number, and so many; each takes bytes that are there, so that a wrong number ends where they do.</summary>
    public static List<T> List<T>(this BinaryReader from, Func<T> read)
    {
        int count = from.Read7BitEncodedInt();
        if (count < 0) throw new InvalidDataException($"{count} are announced");
        var all = new List<T>();
        for (int i = 0; i < count; i++) all.Add(read());
        return all;
    }

    private static byte[] Rest(this BinaryReader from) => from.ReadBytes((int)(from.BaseStream.Length - from.BaseStream.Position));

    private static Literal.Map Map(this BinaryReader from)
    {
        byte[] json = from.Rest();
        if (!LiteralReader.TryRead(json, json.Length, out var literal, out var why)) throw new InvalidDataException(why.ToString());
        return literal as Literal.Map ?? throw new InvalidDataException("a create payload is a map");
    }

    public static T Known<T>(this BinaryReader _, int number) where T : struct, Enum
    {
        var value = (T)Enum.ToObject(typeof(T), number);
        return Enum.IsDefined(value) ? value : throw new InvalidDataException($"{number} is no {typeof(T).Name}");
    }

    private const string Nested = "to-entity-1/";
}
