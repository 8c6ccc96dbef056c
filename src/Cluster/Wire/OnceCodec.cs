using System.Diagnostics;
using System.Text;
using Hhs.Actors.Discovery;
using Hhs.Actors.Relay;
using Hhs.Actors.Tracker;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Relay;

namespace Hhs.Cluster.Wire;

/// <summary>Bytes of what nodes say to what runs once among them, and back. Manifests, formats and errors are as in <see cref="RelayCodec"/>.</summary>
internal static class OnceCodec
{
    public static string Manifest(object message) => message switch
    {
        AnnouncerProtocol.Here => "here-1",
        RelayDeskProtocol.Answered => "answered-1",
        RelayDeskProtocol.Asked => "asked-1",
        RelayDeskProtocol.Follow => "follow-hosted-1",
        RelayDeskProtocol.Grew => "hosted-grew-1",
        RelayDeskProtocol.Hello => "hello-1",
        RelayDeskProtocol.Hosting => "hosting-1",
        RelayDeskProtocol.Hosts => "hosts-1",
        RelayDeskProtocol.Users => "users-1",
        RelayDeskProtocol.Wanted => "wanted-1",
        RelayDeskProtocol.Welcome => "welcome-1",
        RelayProtocol.GetHosted => "get-hosted-1",
        RelayProtocol.Hosted => "hosted-1",
        _ => throw new ArgumentException($"{message.GetType()} is not said to what runs once", nameof(message)),
    };

    public static byte[] Write(object message)
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes, Encoding.UTF8);
        switch (message)
        {
            case AnnouncerProtocol.Here(var addresses, var trackers):
                PutAll(addresses, to.Write);
                PutAll(trackers, to.Write);
                break;
            case RelayDeskProtocol.Answered(var id, var key): to.Put(id); to.Put(key.Hash); break;
            case RelayDeskProtocol.Asked(var id, var key): to.Put(id); to.Put(key.Hash); break;
            case RelayDeskProtocol.Follow(var id, var by): to.Put(id); to.Put(by); break;
            case RelayDeskProtocol.Grew(var id, var size): to.Put(id); to.Write(size); break;
            case RelayDeskProtocol.Hello(var known): to.Write(known); break;
            case RelayDeskProtocol.Hosting(var objects, var number):
                to.Write(number);
                PutAll(objects, one => { to.Put(one.Id); to.Write((byte)one.Mode); });
                break;
            case RelayDeskProtocol.Hosts(var id, var mode, var number): to.Put(id); to.Write((byte)mode); to.Write(number); break;
            case RelayDeskProtocol.Users(var counts, var isAll):
                to.Write(isAll);
                PutAll(counts, one => { to.Put(one.Id); to.Write(one.Count); });
                break;
            case RelayDeskProtocol.Wanted(var id, var by): to.Put(id); to.Put(by); break;
            case RelayDeskProtocol.Welcome(var incarnation): to.Write(incarnation); break;
            case RelayProtocol.GetHosted: break;
            case RelayProtocol.Hosted(var objects): PutAll(objects, one => Put(to, one)); break;
            default: throw new UnreachableException(message.GetType().Name);   // a new message must be written here
        }
        to.Flush();
        return bytes.ToArray();

        void PutAll<T>(IReadOnlyList<T> all, Action<T> put)
        {
            to.Write7BitEncodedInt(all.Count);
            foreach (var one in all) put(one);
        }
    }

    /// <summary>Reads a message.</summary>
    /// <exception cref="InvalidDataException">It is none, or of a version that is not known here.</exception>
    public static object Read(byte[] bytes, string manifest) => RelayCodec.ReadWhole(bytes, manifest, from => manifest switch
    {
        "here-1" => new AnnouncerProtocol.Here(from.List(from.ReadString), from.List(from.ReadString)),
        "answered-1" => new RelayDeskProtocol.Answered(from.Hash(), new(from.Hash())),
        "asked-1" => new RelayDeskProtocol.Asked(from.Hash(), new(from.Hash())),
        "follow-hosted-1" => new RelayDeskProtocol.Follow(from.Hash(), from.Hash()),
        "hosted-grew-1" => new RelayDeskProtocol.Grew(from.Hash(), from.ReadInt64()),
        "hello-1" => new RelayDeskProtocol.Hello(from.ReadInt64()),
        "hosting-1" => Hosting(from.ReadInt64(), from),
        "hosts-1" => new RelayDeskProtocol.Hosts(from.Hash(), Mode(from), from.ReadInt64()),
        "users-1" => Users(from.ReadBoolean(), from),
        "wanted-1" => new RelayDeskProtocol.Wanted(from.Hash(), from.Hash()),
        "welcome-1" => new RelayDeskProtocol.Welcome(from.ReadInt64()),
        "get-hosted-1" => RelayProtocol.GetHosted.Instance,
        "hosted-1" => new RelayProtocol.Hosted(from.List(() => Hosted(from))),
        _ => throw RelayCodec.NotKnown(manifest),
    });

    private static RelayDeskProtocol.Hosting Hosting(long number, BinaryReader from) => new(from.List(() => (from.Hash(), Mode(from))), number);

    private static RelayDeskProtocol.Users Users(bool isAll, BinaryReader from) => new(from.List(() => (from.Hash(), from.ReadInt32())), isAll);

    private static void Put(BinaryWriter to, HostedObject hosted)
    {
        to.Put(hosted.Id);
        to.Put(hosted.Owner.Hash);
        to.Write(hosted.LastUsed.UtcTicks);
        to.Write(hosted.Bytes);
        to.Write(hosted.Users);
        to.Write(hosted.Stopped is { } stop ? (int)stop : NotStopped);
    }

    private static HostedObject Hosted(BinaryReader from)
    {
        var hosted = new HostedObject(from.Hash(), new(from.Hash()), new(from.ReadInt64(), TimeSpan.Zero)) { Bytes = from.ReadInt64(), Users = from.ReadInt32() };
        int stop = from.ReadInt32();
        return stop == NotStopped ? hosted : hosted with { Stopped = from.Known<RelayStop>(stop) };
    }

    private static TopicMode Mode(BinaryReader from) => from.Known<TopicMode>(from.ReadByte());

    private const int NotStopped = -1;
}
