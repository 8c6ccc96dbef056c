using Akka.Actor;
using Hhs.Actors.Mesh;
using Hhs.Actors.Transport;

namespace Hhs.Actors.Tests.Mesh;

public sealed class TopicCreditTests
{
    private sealed class Counting : IFrameConnection
    {
        public (int Bytes, int Frames) Returned { get; private set; }

        public string Remote => "test";
        public void Start(IActorRef owner) { }
        public void Send(ReadOnlyMemory<byte> frame) { }
        public void Close(string reason) { }
        public void Consumed(int bytes, int frames = 1) => Returned = (Returned.Bytes + bytes, Returned.Frames + frames);
    }

    [Fact]
    public void What_an_ended_channel_did_not_process_is_given_back_once()
    {
        var connection = new Counting();
        var credit = new TopicCredit(connection);
        for (int i = 0; i < 3; i++) credit.Passed(100);
        credit.Processed(100);
        Assert.Equal((100, 1), connection.Returned);
        credit.Abandon();
        Assert.Equal((300, 3), connection.Returned);
        credit.Processed(100);
        credit.Abandon();
        Assert.Equal((300, 3), connection.Returned);
    }
}
