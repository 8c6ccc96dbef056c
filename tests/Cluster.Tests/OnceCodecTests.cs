using FsCheck;
using FsCheck.Fluent;
using Hhs.Actors.Discovery;
using Hhs.Actors.Node;
using Hhs.Actors.Relay;
using Hhs.Actors.Tracker;
using Hhs.Cluster.Wire;
using Hhs.Model.Hashing;
using Hhs.Protocols.Relay;

namespace Hhs.Cluster.Tests;

/// <summary>What is said to what runs once, and back, comes back as it was, and nothing else is read.</summary>
public sealed class OnceCodecTests
{
    private static readonly ContentHash Id = ContentHash.Of("one"u8), Other = ContentHash.Of("other"u8);

    private static readonly IOnceMessage[] All =
    [
        new AnnouncerProtocol.Here(["ws://one.example:1", "wss://one.example"], ["wss://tracker.example"]),
        new RelayDeskProtocol.Answered(Id, new(Other)), new RelayDeskProtocol.Asked(Id, new(Other)), new RelayDeskProtocol.Follow(Id, Other), new RelayDeskProtocol.Grew(Id, 1L << 40),
        new RelayDeskProtocol.Hello(7), new RelayDeskProtocol.Hosting([(Id, TopicMode.Passive), (Other, TopicMode.Dormant)], 9), new RelayDeskProtocol.Hosts(Id, TopicMode.Active, 3),
        new RelayDeskProtocol.Users([(Id, 0), (Other, 300)], IsAll: true), new RelayDeskProtocol.Wanted(Id, Other), new RelayDeskProtocol.Welcome(-1), RelayProtocol.GetHosted.Instance,
        new RelayProtocol.Hosted([new(Id, new(Other), DateTimeOffset.UnixEpoch) { Bytes = 5, Users = 2 }, new(Other, new(Id), DateTimeOffset.UnixEpoch.AddDays(1)) { Stopped = RelayStop.KeyBytes }]),
    ];

    public static TheoryData<string> Names => [.. typeof(IOnceMessage).Assembly.GetTypes().Where(t => !t.IsInterface && t.IsAssignableTo(typeof(IOnceMessage))).Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_message_comes_back_as_it_was(string name)
    {
        var message = All.Single(m => m.GetType().Name == name);
        object read = OnceCodec.Read(OnceCodec.Write(message), OnceCodec.Manifest(message));
        Assert.Equivalent(message, read, strict: true);
        Assert.Equal(OnceCodec.Write(message), OnceCodec.Write(read));
    }

    [Fact]
    public void What_is_no_message_is_refused_by_its_name_or_its_bytes()
    {
        Assert.Throws<InvalidDataException>(() => OnceCodec.Read([], "hello-2"));
        Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<(byte At, byte Value, byte Cut, byte Which)>(), mutation =>
        {
            var message = All[mutation.Which % All.Length];
            byte[] bytes = OnceCodec.Write(message);
            bytes = bytes[..Math.Max(0, bytes.Length - (mutation.Cut > 20 ? mutation.Cut - 20 : 0))];
            if (bytes.Length > 0) bytes[mutation.At % bytes.Length] = mutation.Value;
            try
            {
                return OnceCodec.Read(bytes, OnceCodec.Manifest(message)).GetType() == message.GetType();
            }
            catch (InvalidDataException)
            {
                return true;
            }
        }));
    }
}
