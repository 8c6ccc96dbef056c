using Hhs.Actors.Mesh;
using Hhs.Actors.Node;

namespace Hhs.Actors.Tests.Mesh;

public sealed class ManyTopicsTests
{
    /// <summary>Interests in all topics at once are several times as much as may wait to be sent.</summary>
    [Fact(Timeout = 60_000)]
    public async Task More_topics_than_fit_into_what_may_wait_to_be_sent_are_all_offered()
    {
        await using var net = new MeshNet(new() { SendQueueBytesMax = 256 << 10 });
        var (many, few) = (await net.StartAsync("many"), await net.StartAsync("few"));
        var log = new LogProbe(many.System);
        var sets = await Task.WhenAll(Enumerable.Range(0, 4_000).Select(i => MeshNet.NewSet(many, $"{i}")));
        var shared = await Task.WhenAll(Enumerable.Range(0, 4_000).Where(i => i % 40 == 0).Select(i => MeshNet.NewSet(few, $"{i}")));
        many.AddPeer(few.Address());
        await Task.WhenAll(shared.Select((copy, i) => MeshNet.Syncs(sets[i * 40], copy, "offered")));
        Assert.Single(await many.PeersAsync());
        Assert.DoesNotContain(log.Since(0), l => l.Contains("the send queue is full", StringComparison.Ordinal));
    }

    [Fact]
    public void Questions_go_out_as_answers_come_in_and_those_that_stay_unanswered_are_asked_again()
    {
        var (sent, moot) = (new List<string>(), new HashSet<string> { "300" });
        var questions = new TopicQuestions(sent.Add, moot.Contains);
        for (int i = 0; i < 600; i++) questions.Ask($"{i}");
        questions.Ask("599");   // waits already
        Assert.Equal(256, sent.Count);
        Assert.True(questions.Answered("400"));   // the peer has named it itself
        for (int i = 0; i < 200; i++) Assert.True(questions.Answered($"{i}"));
        Assert.False(questions.Answered("0"));
        Assert.Equal([.. Enumerable.Range(0, 458).Where(i => i is not (300 or 400)).Select(i => $"{i}")], sent);
        sent.Clear();
        questions.AskAgain();   // those that have not been asked yet come first
        Assert.Equal(Enumerable.Range(458, 142).Select(i => $"{i}"), sent.Take(142));
        Assert.Equal(256, sent.Distinct().Count());
        Assert.All(sent.Skip(142), topic => Assert.InRange(int.Parse(topic), 200, 457));
        Assert.Equal(398, questions.Count);
        Assert.Equal(398, questions.Topics.Distinct().Count());
    }
}
