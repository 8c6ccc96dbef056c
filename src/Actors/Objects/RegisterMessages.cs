using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types.Register;

namespace Hhs.Actors.Objects;

/// <summary>Commands and questions for a register.</summary>
public static class RegisterMessages
{
    /// <summary>Writes a value.</summary>
    public sealed record Set(Literal Value) : ObjectCommand<ReplicatedRegister>
    {
        internal override Literal.Map PayloadFor(ReplicatedRegister target, DagVersion at) => RegisterPayloads.Set(Value);
    }

    /// <summary>Takes the value away.</summary>
    public sealed record Clear : ObjectCommand<ReplicatedRegister>
    {
        internal override Literal.Map PayloadFor(ReplicatedRegister target, DagVersion at) => RegisterPayloads.Clear;
    }

    /// <summary>The candidates, of which the last is the value; answers <see cref="RegisterView"/>.</summary>
    public sealed record GetView : ObjectQuery<ReplicatedRegister>
    {
        internal override object AnswerFor(ReplicatedRegister target, DagVersion at) => target.View(at);
    }
}
