using Akka.Actor;
using Hhs.Actors.Tests.Sleepers;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Set;

namespace Hhs.Actors.Tests.Node;

/// <summary>What a caller is told when nobody answers: an object can be at a node that has died.</summary>
public sealed class UnansweredTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);
    private static readonly ContentHash Id = CanonicalJson.Hash("an object");

    [Fact(Timeout = 60_000)]
    public async Task A_write_that_nobody_answers_ends_with_its_being_unknown_and_a_question_without()
    {
        var system = ActorSystem.Create("unanswered", LogProbe.Config);
        try
        {
            var silent = new Probe(system, "silent");
            var write = new ObjectsProtocol.ToObject(Id, new ObjectProtocol.Apply(new SetMessages.Add("x")));
            var written = await Assert.ThrowsAsync<HhsException>(() => HhsNode.AskAsync<ObjectProtocol.Applied>(silent.Ref, write, Soon));
            Assert.Equal(RejectCode.TimedOut, written.Why.Code);
            Assert.Contains("not known whether the write counts", written.Message, StringComparison.Ordinal);

            var asked = await Assert.ThrowsAsync<HhsException>(() => HhsNode.AskAsync<ObjectProtocol.Status>(silent.Ref, new ObjectsProtocol.ToObject(Id, ObjectProtocol.GetStatus.Instance), Soon));
            Assert.Equal(RejectCode.TimedOut, asked.Why.Code);
            Assert.DoesNotContain("write", asked.Message, StringComparison.Ordinal);
        }
        finally
        {
            await system.Terminate();
        }
    }
}
