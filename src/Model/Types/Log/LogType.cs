using Hhs.Model.Json;

namespace Hhs.Model.Types.Log;

/// <summary>The append-only log, <c>hhs-actors/log_v1</c>.</summary>
/// <remarks>Source: docs/types/log.md.</remarks>
public sealed class LogType() : NativeType(LogType.Id, ["append"])
{
    /// <summary>The type id.</summary>
    public const string Id = "hhs-actors/log_v1";

    /// <inheritdoc/>
    public override ReplicatedObject Open(ObjectScope scope, Literal.Map create) => new ReplicatedLog(scope, create);
}

/// <summary>Makes the payloads of a log.</summary>
public static class LogPayloads
{
    /// <summary>A new, empty log.</summary>
    public static Literal.Map Create(string seed) => NativeCreate.Of(LogType.Id, seed);

    /// <summary>Appends a record.</summary>
    public static Literal.Map Append(Literal value) => Literal.Map.Of(("action", "append"), ("value", value));
}
