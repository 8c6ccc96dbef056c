using Hhs.Actors.Objects;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;

namespace Hhs.Actors.Tests.Samples;

/// <summary>The tutorial's messages: what is said to a poll on a node.</summary>
public static class PollMessages
{
    public sealed record Write(Literal.Map Operation) : IObjectCommand
    {
        public Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why) =>
            AsPoll(target, out why)?.Sign(Operation, at, author);
    }

    public sealed record Read : IObjectQuery
    {
        public object Answer(ReplicatedObject target, DagVersion at) => AsPoll(target, out var why) is { } poll ? poll.View(at) : why;
    }

    private static Poll? AsPoll(ReplicatedObject target, out Reject why)
    {
        why = target is Poll ? default : new(RejectCode.InvalidOperation, $"object {target.Id} is a {target.TypeId}, not a poll");
        return target as Poll;
    }
}
