using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hhs.Node.Control;

/// <summary>What a command and a running node say to each other over the control socket: one JSON object a line.</summary>
/// <remarks>The caller runs a command and supplies its input; the node answers with its output and exit code. Whoever hangs up cancels.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "say")]
[JsonDerivedType(typeof(End), "end")]
[JsonDerivedType(typeof(Error), "error")]
[JsonDerivedType(typeof(Exit), "exit")]
[JsonDerivedType(typeof(Input), "input")]
[JsonDerivedType(typeof(Output), "output")]
[JsonDerivedType(typeof(Run), "run")]
internal abstract record ControlMessage
{
    /// <summary>The standard input has ended.</summary>
    public sealed record End : ControlMessage;

    /// <summary>Text for the standard error.</summary>
    public sealed record Error(string Text) : ControlMessage;

    /// <summary>The command has ended.</summary>
    public sealed record Exit(int Code) : ControlMessage;

    /// <summary>A line of the standard input.</summary>
    public sealed record Input(string Line) : ControlMessage;

    /// <summary>Text for the standard output.</summary>
    public sealed record Output(string Text) : ControlMessage;

    /// <summary>Run a command.</summary>
    public sealed record Run(string[] Arguments) : ControlMessage;

    public string ToLine() => JsonSerializer.Serialize(this);

    /// <summary>Reads a line; null when it is none of the messages.</summary>
    public static ControlMessage? FromLine(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ControlMessage>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
