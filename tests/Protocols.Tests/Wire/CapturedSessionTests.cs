using System.Text.Json;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols.Mux;
using Hhs.Protocols.Wire;

namespace Hhs.Protocols.Tests.Wire;

/// <summary>Whole sessions of our node with an original, as they were on the wire (Vectors/README.md).</summary>
public class CapturedSessionTests
{
    [Theory]
    [InlineData("captured_ours_pulls.json")]
    [InlineData("captured_ours_serves.json")]
    public void Every_frame_of_the_original_is_understood(string file)
    {
        foreach (byte[] frame in FramesOf(file, "original")) Understand(frame);
    }

    [Theory]
    [InlineData("captured_ours_pulls.json")]
    [InlineData("captured_ours_serves.json")]
    public void Every_frame_of_ours_is_written_again_byte_for_byte(string file)
    {
        foreach (byte[] frame in FramesOf(file, "ours")) Assert.Equal(frame, Rewrite(Understand(frame)));
    }

    [Fact]
    public void An_original_was_told_of_20_entries_in_three_stages()
    {
        var told = new List<Position>();
        foreach (byte[] frame in FramesOf("captured_ours_serves.json", "ours"))
        {
            if (Understand(frame).Message is SyncMessage.NewFrontier m && !told.Contains(m.Frontier)) told.Add(m.Frontier);
        }
        // Stages of 8, 8 and the rest; then the puller's two entries, each answered by the frontier that it made.
        Assert.Equal(5, told.Count);
    }

    [Theory]
    [InlineData("captured_ours_pulls.json")]
    [InlineData("captured_ours_serves.json")]
    public void Every_header_and_payload_hashes_to_its_name(string file)
    {
        var payloadHashes = new Dictionary<ContentHash, ContentHash>();
        int payloads = 0;
        foreach (byte[] frame in FramesOf(file, "ours").Concat(FramesOf(file, "original")))
        {
            if (Understand(frame).Message is not SyncMessage.HeaderBatch batch) continue;
            foreach (var (hash, header) in batch.Headers)
            {
                Assert.Equal(hash, header.Hash);
                payloadHashes[hash] = header.PayloadHash;
            }
        }
        foreach (byte[] frame in FramesOf(file, "ours").Concat(FramesOf(file, "original")))
        {
            if (Understand(frame).Message is not SyncMessage.PayloadMsg m) continue;
            Assert.Equal(payloadHashes[m.Hash], CanonicalJson.Hash(m.Payload));
            payloads++;
        }
        Assert.True(payloads >= payloadHashes.Count - 1, $"{payloads} payloads for {payloadHashes.Count} headers");
    }

    private static (MuxFrame Frame, SyncMessage? Message) Understand(byte[] bytes)
    {
        var frame = MuxCodec.Read(bytes);
        Assert.IsNotType<MuxFrame.Dropped>(frame);
        if (frame is not MuxFrame.TopicData(_, var payload)) return (frame, null);
        Assert.True(SyncMessage.TryDecode(payload.Span, out var message, out var why), why.ToString());
        Assert.IsNotType<SyncMessage.Unknown>(message);
        return (frame, message);
    }

    private static byte[] Rewrite((MuxFrame Frame, SyncMessage? Message) read)
    {
        if (read.Frame is not MuxFrame.TopicData(var topic, _)) return MuxCodec.Write(read.Frame);
        var buffer = new JsonBuffer();
        read.Message!.Write(buffer);
        return MuxCodec.Write(new MuxFrame.TopicData(topic, buffer.Written.ToArray()));
    }

    private static IEnumerable<byte[]> FramesOf(string file, string from)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", file)));
        foreach (var frame in json.RootElement.GetProperty("frames").EnumerateArray())
        {
            if (frame.Text("from") == from) yield return frame.Hex("hex");
        }
    }
}
