using System.Text;
using Hhs.Actors.Settings;
using Hhs.Model.Identity;
using Hhs.Protocols.Handshake;

namespace Hhs.Actors.Tests.Hostile;

public sealed class InTheHandshakeTests(HostileFixture fixture) : HostileTest(fixture)
{
    private static readonly byte[] Nonce = new byte[32];

    public static TheoryData<string, byte[], string> FirstMessages => new()
    {
        { "empty", [], "Malformed" },
        { "noise", [1, 2, 3, 4, 5, 6, 7, 8, 9], "OverLimit" },
        { "too long", new byte[17 << 10], "OverLimit" },
        { "4 billion fields", [0xff, 0xff, 0xff, 0xff], "OverLimit" },
        { "a field past the end", [0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 1], "Malformed" },
        { "bad JSON", Message("[\"x25519"), "Malformed" },
        { "no array", Message("{\"a\":1}"), "Malformed" },
        { "deep JSON", Message(new string('[', 5000) + new string(']', 5000)), "OverLimit" },
        { "too many names", Message("[" + string.Join(',', Enumerable.Repeat("\"x\"", 33)) + "]"), "OverLimit" },
        { "no names", Message("[]"), "Unsupported" },
        { "unknown names", Message("[\"rot13\",\"\",7]"), "Unsupported" },
        { "short nonce", FieldArray.Write(new byte[31], Encoding.UTF8.GetBytes("[\"hhs-actors/x25519-hkdf-v1\"]")), "Malformed" },
    };

    private static byte[] Message(string names) => FieldArray.Write(Nonce, Encoding.UTF8.GetBytes(names));

    [Theory]
    [MemberData(nameof(FirstMessages))]
    public async Task A_bad_first_message_closes_the_connection(string what, byte[] message, string kind)
    {
        long before = Under.Metrics[Faults(kind)];
        await using var peer = await RawPeer.ConnectAsync(Under.Address);
        await peer.SendAsync(message);
        await peer.IsClosedAsync();
        await Logged($": {kind}: ");
        await Under.Metrics.Counts(Faults(kind), before);
        Assert.NotEmpty(what);
    }

    public static TheoryData<string, string> ThirdMessages => new()
    {
        { "noise", "OverLimit" },
        { "low-order key", "Malformed" },
        { "short key", "Malformed" },
        { "box of noise", "BadCiphertext" },
        { "box cut off", "BadCiphertext" },
        { "box over another transcript", "BadSignature" },
        { "an extra field", "Malformed" },
    };

    [Theory]
    [MemberData(nameof(ThirdMessages))]
    public async Task A_bad_third_message_closes_the_connection(string what, string kind)
    {
        long before = Under.Metrics[Faults(kind)];
        await using var peer = await RawPeer.ConnectAsync(Under.Address);
        await peer.SendAsync(await ThirdMessage(what, peer));
        await peer.IsClosedAsync();
        await Logged($": {kind}: ");
        await Under.Metrics.Counts(Faults(kind), before);
    }

    private static async Task<byte[]> ThirdMessage(string what, RawPeer peer)
    {
        byte[] msg1 = Message("[\"hhs-actors/x25519-hkdf-v1\"]");
        await peer.SendAsync(msg1);
        byte[] msg2 = (await peer.NextFrameAsync())!;
        Assert.True(FieldArray.TryRead(msg2, 4, out var fields, out _, out _));
        byte[] t2 = Transcript.Extend(Transcript.Open(msg1), FieldArray.Write(fields.AsSpan(0, 3)));
        Assert.True(new X25519Kem().TryEncapsulate(SystemRandom.Instance, fields[2].Span, out byte[]? ciphertext, out byte[]? secret));
        byte[] t3 = Transcript.Extend(t2, ciphertext);
        var keys = KeyAgreement.Native.Derive(secret, t3);
        var own = SecretKey.Generate(SystemRandom.Instance);
        byte[] box = IdentityBox.Seal(keys.Identity, own, t3);
        return what switch
        {
            "noise" => [9, 9, 9, 9, 9],
            "low-order key" => FieldArray.Write(new byte[32], box),
            "short key" => FieldArray.Write(ciphertext.AsMemory(1), box),
            "box of noise" => FieldArray.Write(ciphertext, new byte[200]),
            "box cut off" => FieldArray.Write(ciphertext, box.AsMemory(0, 10)),
            "box over another transcript" => FieldArray.Write(ciphertext, IdentityBox.Seal(keys.Identity, own, t2)),
            "an extra field" => FieldArray.Write(ciphertext, box, new byte[1]),
            _ => throw new ArgumentException(what),
        };
    }

    [Fact]
    public async Task A_handshake_recorded_elsewhere_opens_nothing()
    {
        long before = Under.Metrics[Faults("BadCiphertext")];
        await using var honest = await RawPeer.WithChannelAsync(Under.Address);
        await using var replay = await RawPeer.ConnectAsync(Under.Address);
        await replay.SendAsync(honest.Sent[0]);
        Assert.NotNull(await replay.NextFrameAsync());
        await replay.SendAsync(honest.Sent[1]);
        await replay.IsClosedAsync();
        await Logged("BadCiphertext: identity box of message 3");
        await Under.Metrics.Counts(Faults("BadCiphertext"), before);
    }

    [Fact]
    public async Task A_peer_that_stops_after_the_first_message_is_closed_by_the_deadline()
    {
        await using var peer = await RawPeer.ConnectAsync(Under.Address);
        await peer.SendAsync(Message("[\"x25519-hkdf\"]"));
        await peer.IsClosedAsync();
        await Logged("TimedOut: no message 3");
    }

    [Fact]
    public async Task A_peer_that_says_no_hello_is_closed_by_the_deadline()
    {
        await using var peer = await RawPeer.ConnectAsync(Under.Address);
        await peer.HandshakeAsync(KeyAgreement.Native);
        await peer.IsClosedAsync();
        await Logged("TimedOut: no hello came");
    }

    [Fact]
    public async Task An_original_that_asks_for_no_topic_is_closed_by_the_deadline()
    {
        await using var peer = await RawPeer.AsOriginalAsync(Under.Address);
        await peer.IsClosedAsync();
        await Logged("TimedOut: no interest came");
    }
}
