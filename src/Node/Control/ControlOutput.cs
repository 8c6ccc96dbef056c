using System.Text;

namespace Hhs.Node.Control;

/// <summary>What a command writes, on its way to the caller: whole messages, from whatever thread.</summary>
internal sealed class ControlOutput(Stream stream)
{
    private readonly Lock _lock = new();

    public void Say(ControlMessage message)
    {
        byte[] line = Encoding.UTF8.GetBytes(message.ToLine() + "\n");
        lock (_lock) stream.Write(line);
    }

    /// <summary>A writer whose text becomes messages.</summary>
    public TextWriter Of(Func<string, ControlMessage> message) => new Writer(this, message);

    private sealed class Writer(ControlOutput output, Func<string, ControlMessage> message) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write(value.ToString());

        public override void Write(string? value)
        {
            if (!string.IsNullOrEmpty(value)) output.Say(message(value));
        }

        public override void WriteLine(string? value) => Write(value + Environment.NewLine);
    }
}
