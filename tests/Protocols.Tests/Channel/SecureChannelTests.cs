using System.Text;
using Hhs.Model;
using Hhs.Protocols.Channel;

namespace Hhs.Protocols.Tests.Channel;

public class SecureChannelTests
{
    private static readonly byte[] KeyA = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly byte[] KeyB = [.. Enumerable.Range(101, 32).Select(i => (byte)i)];

    private static (SecureChannel Here, SecureChannel There) Pair() => (new(new ChannelKeys(KeyA, KeyB)), new(new ChannelKeys(KeyB, KeyA)));

    [Fact]
    public void Frames_at_every_count_of_the_vectors_are_sealed_and_opened()
    {
        var aead = ProtocolVectors.Crypto.GetProperty("aead");
        var keys = new ChannelKeys(aead.Hex("keyHex"), aead.Hex("keyHex"));
        int cases = 0;
        foreach (var v in aead.GetProperty("sequence").EnumerateArray())
        {
            ulong count = v.GetProperty("counter").GetUInt64();
            byte[] message = Encoding.UTF8.GetBytes(v.Text("plaintextUtf8"));
            using var channel = new SecureChannel(keys, count, count);
            Assert.Equal(v.Hex("ciphertextWithTagHex"), channel.Seal(message));
            Assert.True(channel.TryOpenInPlace(v.Hex("ciphertextWithTagHex"), out var opened, out _));
            Assert.Equal(message, opened.ToArray());
            cases++;
        }
        Assert.Equal(8, cases);
    }

    [Fact]
    public void Each_direction_counts_for_itself_and_messages_may_be_empty()
    {
        var (here, there) = Pair();
        using (here) using (there)
        {
            for (int i = 0; i < 50; i++)
            {
                byte[] message = new byte[i * 7];
                Array.Fill(message, (byte)i);
                Assert.True(there.TryOpenInPlace(here.Seal(message), out var opened, out _));
                Assert.Equal(message, opened.ToArray());
                if (i % 3 == 0) Assert.True(here.TryOpenInPlace(there.Seal([]), out opened, out _) && opened.IsEmpty);
            }
        }
    }

    [Fact]
    public void A_message_is_sealed_in_the_memory_it_lies_in()
    {
        var (here, there) = Pair();
        using (here) using (there)
        {
            var buffer = new byte[40];
            "in place"u8.CopyTo(buffer);
            int length = here.Seal(buffer.AsSpan(0, 8), buffer);
            Assert.Equal(24, length);
            Assert.True(there.TryOpenInPlace(buffer.AsMemory(0, length), out var opened, out _));
            Assert.Equal("in place"u8, opened.Span);
        }
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("cut")]
    [InlineData("short")]
    [InlineData("empty")]
    [InlineData("repeated")]
    [InlineData("skipped")]
    [InlineData("reflected")]
    public void A_frame_that_is_not_the_next_one_breaks_the_channel_for_good(string how)
    {
        var (here, there) = Pair();
        using (here) using (there)
        {
            byte[] first = here.Seal("one"u8), second = here.Seal("two"u8);
            byte[] bad = how switch
            {
                "changed" => [.. first[..^1], (byte)(first[^1] ^ 1)],
                "cut" => first[..^1],
                "short" => first[..15],
                "empty" => [],
                "skipped" => second,
                "reflected" => there.Seal("one"u8),
                _ => [.. first],
            };
            if (how == "repeated") Assert.True(there.TryOpenInPlace(first.ToArray(), out _, out _));
            Assert.False(there.TryOpenInPlace(bad, out var message, out var why));
            Assert.Equal(RejectCode.BadCiphertext, why.Code);
            Assert.True(message.IsEmpty);
            Assert.False(there.TryOpenInPlace(first.ToArray(), out _, out _));
            Assert.False(there.TryOpen(second, new byte[3], out _));
        }
    }

    [Fact]
    public void Noise_and_changed_frames_never_open_and_never_throw()
    {
        var random = new Random(104);
        var (here, _) = Pair();
        byte[] valid = here.Seal("a message of some length"u8);
        for (int i = 0; i < 10_000; i++)
        {
            using var there = new SecureChannel(new ChannelKeys(KeyB, KeyA));
            byte[] bytes = i % 2 == 0 ? Mutation.Noise(random, 100) : Mutation.Of(valid, random);
            Assert.False(there.TryOpenInPlace(bytes, out _, out var why), $"case {i} of seed 104");
            Assert.Equal(RejectCode.BadCiphertext, why.Code);
        }
    }

    [Fact]
    public void Buffers_of_the_wrong_length_are_the_callers_mistake()
    {
        var (here, there) = Pair();
        using (here) using (there)
        {
            Assert.Throws<ArgumentException>(() => here.Seal("four"u8, new byte[19]));
            byte[] frame = here.Seal("four"u8);
            Assert.Throws<ArgumentException>(() => there.TryOpen(frame, new byte[5], out _));
            Assert.True(there.TryOpen(frame, new byte[4], out _));   // the mistake cost no count
        }
    }
}
