using FsCheck;
using FsCheck.Fluent;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Protocols.Invitation;

namespace Hhs.Protocols.Tests.Invitation;

public sealed class InvitationTests
{
    [Fact]
    public void An_invitation_reads_back_from_its_link_and_from_its_words() => Prop.ForAll(Invitations, invitation =>
    {
        byte[] bytes = Bytes(invitation);
        Assert.True(InvitationUri.TryRead(InvitationUri.Write(bytes), out byte[] fromUri, out _));
        Assert.Equal(bytes, fromUri);
        Assert.True(InvitationWords.TryRead(string.Join(' ', InvitationWords.Write(bytes)).ToUpperInvariant(), out byte[] fromWords, out _));
        Assert.Equal(bytes, fromWords);
        Assert.True(InvitationCodec.TryRead(bytes, out var read, out _));
        Assert.Equal(Describe(invitation), Describe(read));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_change_anywhere_is_found_and_never_read_as_another_invitation() => Prop.ForAll(Invitations, Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), (invitation, where, what) =>
    {
        byte[] bytes = Bytes(invitation);
        bytes[where % bytes.Length] ^= (byte)what;
        Assert.False(InvitationCodec.TryRead(bytes, out _, out var why));
        Assert.Equal(RejectCode.HashMismatch, why.Code);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_with_a_checksum_that_fits_are_read_as_they_would_be_written_or_refused() => Prop.ForAll(Invitations, Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), (invitation, where, what) =>
    {
        byte[] bytes = Bytes(invitation);
        bytes[where % (bytes.Length - 4)] ^= (byte)what;
        Seal(bytes);
        if (InvitationCodec.TryRead(bytes, out var read, out var why)) Assert.Equal(bytes, Bytes(read));
        else Assert.Contains(why.Code, new[] { RejectCode.Malformed, RejectCode.Unsupported });
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_is_typed_is_read_or_refused_and_raises_nothing() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), ArbMap.Default.ArbFor<byte[]>(), (text, bytes) =>
    {
        string given = text ?? "";
        foreach (string typed in new[] { given, "hhs:" + given, $"{given} bada bado" })
        {
            if (!InvitationUri.TryRead(typed, out byte[] fromUri, out var why)) Assert.NotEmpty(why.Detail);
            else Assert.False(InvitationCodec.TryRead(fromUri, out _, out _));
            if (!InvitationWords.TryRead(typed, out _, out why)) Assert.NotEmpty(why.Detail);
            InvitationWords.LooksLike(typed);
        }
        Assert.False(InvitationCodec.TryRead(bytes, out _, out _));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Each_word_says_twelve_bits_and_none_says_those_of_another()
    {
        byte[] all = new byte[4096 / 2 * 3];
        for (int i = 0; i < 4096; i += 2)
        {
            (all[i / 2 * 3], all[(i / 2 * 3) + 1], all[(i / 2 * 3) + 2]) = ((byte)(i >> 4), (byte)(((i & 0xF) << 4) | ((i + 1) >> 8)), (byte)(i + 1));
        }
        var words = InvitationWords.Write(all);
        Assert.Equal(4096, words.Distinct().Count());
        Assert.Equal(("baba", "babi", "yuyu"), (words[0], words[1], words[4095]));
        Assert.DoesNotContain(words, word => word.Length != 4);
    }

    [Fact]
    public void An_invitation_of_another_version_is_said_to_be_one()
    {
        byte[] bytes = Bytes(Simple);
        bytes[0] = 2;
        Seal(bytes);
        Assert.False(InvitationCodec.TryRead(bytes, out _, out var why));
        Assert.Equal(RejectCode.Unsupported, why.Code);
        Assert.Contains("version 2", why.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bytes_of_an_invitation_stay_as_they_are()
    {
        byte[] bytes = Bytes(Simple);
        Assert.Equal("hhs:ARERERERERERERERERERERERERERERERERERERERERERBHR5cGUBIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIBAADAAAIHD6AAAACG1gKZ", InvitationUri.Write(bytes));   // written by hand, from the description
        Assert.Equal("bahi dahi dahi dahi", string.Join(' ', InvitationWords.Write(bytes).Take(InvitationWords.HintWords)));
        Assert.Equal("foki", InvitationWords.Write(bytes)[^1]);
    }

    [Fact]
    public void The_first_words_tell_invitations_apart_and_are_not_enough_to_join()
    {
        var words = InvitationWords.Write(Bytes(Simple));
        Assert.False(InvitationWords.TryRead(string.Join('-', words.Take(InvitationWords.HintWords)), out _, out var why));
        Assert.Contains("not to join", why.Detail, StringComparison.Ordinal);
        Assert.NotEqual(words.Take(InvitationWords.HintWords), InvitationWords.Write(Bytes(Simple with { Object = Hash(9) })).Take(InvitationWords.HintWords));
    }

    [Fact]
    public void A_mistyped_word_is_named_by_its_place()
    {
        string[] words = [.. InvitationWords.Write(Bytes(Simple))];
        words[6] = "word";
        Assert.False(InvitationWords.TryRead(string.Join(' ', words), out _, out var why));
        Assert.StartsWith("word 7 is mistyped", why.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://a.example:1")]
    [InlineData("ws://a.example:0")]
    [InlineData("tcp://a.example")]
    [InlineData("ws://user@a.example:1")]
    [InlineData("ws://a.example:1/#part")]
    [InlineData("ws://[fe80::1%25eth0]:1")]
    [InlineData("nonsense")]
    public void An_address_that_an_invitation_cannot_hold_is_refused(string text) => Assert.False(InvitedEndpoint.TryParse(text, out _, out string why) || why.Length == 0);

    [Theory]
    [InlineData("ws://192.0.2.7:4000", "ws://192.0.2.7:4000")]
    [InlineData("ws://192.0.2.7:4000/", "ws://192.0.2.7:4000")]
    [InlineData("wss://A.example", "wss://a.example:443")]
    [InlineData("wss://a.example/hhs?x=1", "wss://a.example:443/hhs?x=1")]
    [InlineData("tcp://[2001:DB8:0:0::1]:9", "tcp://[2001:db8::1]:9")]
    public void An_address_has_one_spelling(string text, string canonical)
    {
        Assert.True(InvitedEndpoint.TryParse(text, out var endpoint, out _));
        Assert.Equal(canonical, endpoint.ToString());
        Assert.True(InvitedEndpoint.TryParse(canonical, out var again, out _));
        Assert.Equal(endpoint, again);
    }

    [Fact]
    public void What_an_invitation_cannot_hold_is_not_written()
    {
        Assert.True(InvitedEndpoint.TryParse($"ws://{new string('a', 63)}.{new string('b', 63)}.{new string('c', 63)}:1/{new string('p', 100)}", out var longest, out _));
        var peer = new InvitedPeer(Hash(1), [longest, longest, longest, longest]);
        foreach (var tooMuch in new[]
        {
            Simple with { Peers = [.. Enumerable.Repeat(new InvitedPeer(Hash(1), []), 9)] }, Simple with { Trackers = [.. Enumerable.Repeat(new InvitedTracker(null, longest), 9)] },
            Simple with { Peers = [peer, peer] }, Simple with { TypeName = new string('t', 65) }, Simple with { TypeName = "a b" }, Simple with { Peers = [peer with { Endpoints = [longest, .. peer.Endpoints] }] },
        })
        {
            Assert.False(InvitationCodec.TryWrite(tooMuch, out byte[] bytes, out var why));
            Assert.Equal((RejectCode.OverLimit, 0), (why.Code, bytes.Length));
        }
    }

    private static ContentHash Hash(byte with) => ContentHash.FromDigest([.. Enumerable.Repeat(with, 32)]);

    private static ObjectInvitation Simple { get; } = new(Hash(0x11), "type", [new(Hash(0x22), [Endpoint("ws://192.0.2.7:4000")])], []);

    private static InvitedEndpoint Endpoint(string text) => InvitedEndpoint.TryParse(text, out var endpoint, out string why) ? endpoint : throw new ArgumentException(why);

    private static byte[] Bytes(ObjectInvitation invitation)
    {
        Assert.True(InvitationCodec.TryWrite(invitation, out byte[] bytes, out var why), why.Detail);
        return bytes;
    }

    private static void Seal(byte[] bytes) => ContentHash.Of([.. "hhs invitation:"u8, .. bytes[..^4]]).ToBytes()[..4].CopyTo(bytes, bytes.Length - 4);

    private static string Describe(ObjectInvitation of) =>
        $"{of.Object} {of.TypeName} {string.Join(';', of.Peers.Select(p => $"{p.KeyId}={string.Join(',', p.Endpoints)}"))} {string.Join(';', of.Trackers.Select(t => $"{t.KeyId}@{t.Endpoint}"))}";

    private static readonly Gen<ContentHash> Hashes = Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(32).Select(b => ContentHash.FromDigest(b));

    private static readonly Gen<InvitedEndpoint> Endpoints =
        from scheme in Gen.Elements("ws", "wss", "tcp")
        from host in Gen.Elements("192.0.2.7", "255.255.255.255", "a.example", "[2001:db8::7]", "localhost", "0.0.0.0")
        from port in Gen.Choose(1, 65_535)
        from path in Gen.Elements("", "/hhs", "/a/b?c=d")
        select Endpoint($"{scheme}://{host}:{port}{path}");

    private static readonly Arbitrary<ObjectInvitation> Invitations = (
        from id in Hashes
        from type in Gen.Elements("", "hhs/text_v1", "x")
        from peers in (from key in Hashes from count in Gen.Choose(0, 3) from endpoints in Endpoints.ArrayOf(count) select new InvitedPeer(key, endpoints)).ListOf(2)
        from trackers in (from named in Gen.Elements(true, false) from key in Hashes from endpoint in Endpoints select new InvitedTracker(named ? key : null, endpoint)).ArrayOf(2)
        from peerCount in Gen.Choose(0, 2)
        from trackerCount in Gen.Choose(0, 2)
        select new ObjectInvitation(id, type, [.. peers.Take(peerCount)], [.. trackers.Take(trackerCount)])).ToArbitrary();
}
