using Hhs.Actors.Node;
using Hhs.Actors.Settings;

namespace Hhs.Node.Control;

/// <summary>Where a command that another process asked for reads and writes, and the running node that it works on.</summary>
/// <remarks>
/// Commands use the console; <see cref="Install"/> makes the console's streams those of the command that is running, so that
/// one command serves both ways of calling it.
/// </remarks>
/// <param name="In">What the caller's standard input supplies.</param>
/// <param name="Out">The caller's standard output.</param>
/// <param name="Error">The caller's standard error.</param>
/// <param name="Node">The node that is running here.</param>
/// <param name="Settings">How it runs.</param>
internal sealed record CommandIo(TextReader In, TextWriter Out, TextWriter Error, HhsNode Node, HhsSettings Settings)
{
    private static readonly AsyncLocal<CommandIo?> Ambient = new();

    /// <summary>Of the command that is running, if another process asked for it.</summary>
    public static CommandIo? Current => Ambient.Value;

    /// <summary>Runs a command for another process.</summary>
    public Task<int> RunAsync(Func<Task<int>> command) => Task.Run(() =>
    {
        Ambient.Value = this;
        return command();
    });

    /// <summary>From now on the console's streams are those of whoever asked.</summary>
    public static void Install()
    {
        Console.SetIn(new AmbientReader(Console.In));
        Console.SetOut(new AmbientWriter(Console.Out, io => io.Out));
        Console.SetError(new AmbientWriter(Console.Error, io => io.Error));
    }

    private sealed class AmbientReader(TextReader own) : TextReader
    {
        public override string? ReadLine() => (Current?.In ?? own).ReadLine();

        public override int Read() => (Current?.In ?? own).Read();
    }

    private sealed class AmbientWriter(TextWriter own, Func<CommandIo, TextWriter> theirs) : TextWriter
    {
        private TextWriter To => Current is { } io ? theirs(io) : own;

        public override System.Text.Encoding Encoding => own.Encoding;

        public override void Write(char value) => To.Write(value);

        public override void Write(string? value) => To.Write(value);

        public override void WriteLine(string? value) => To.WriteLine(value);

        public override void Flush() => To.Flush();
    }
}
