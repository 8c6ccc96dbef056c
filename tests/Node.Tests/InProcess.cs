using System.Text;

namespace Hhs.Node.Tests;

/// <summary>Commands that end by themselves, run in the test's own process: the same code behind the same entry point, without half a second of start.</summary>
/// <remarks>That the executable itself does the same is tested by ExecutableTests, and wherever a test starts a process.</remarks>
internal static class InProcess
{
    private static readonly AsyncLocal<Streams?> Current = new();

    static InProcess()
    {
        Console.SetIn(new Input(Console.In));
        Console.SetOut(new Output(Console.Out, streams => streams.Output));
        Console.SetError(new Output(Console.Error, streams => streams.Errors));
    }

    public static Task<HhsProcess.Outcome> RunAsync(params string[] arguments) => Task.Run(async () =>
    {
        var streams = new Streams();
        Current.Value = streams;
        int code = await CommandLine.ExecuteAsync(arguments, TestContext.Current.CancellationToken);
        return new HhsProcess.Outcome(code, streams.Said, streams.Complained);
    });

    private sealed class Streams
    {
        private readonly StringWriter _output = new(), _errors = new();

        public Streams() => (Output, Errors) = (TextWriter.Synchronized(_output), TextWriter.Synchronized(_errors));

        public TextWriter Output { get; }

        public TextWriter Errors { get; }

        public string Said => _output.ToString();

        public string Complained => _errors.ToString();
    }

    private sealed class Input(TextReader own) : TextReader
    {
        public override string? ReadLine() => Current.Value is null ? own.ReadLine() : null;

        public override int Read() => Current.Value is null ? own.Read() : -1;
    }

    private sealed class Output(TextWriter own, Func<Streams, TextWriter> theirs) : TextWriter
    {
        private TextWriter To => Current.Value is { } streams ? theirs(streams) : own;

        public override Encoding Encoding => own.Encoding;

        public override void Write(char value) => To.Write(value);

        public override void Write(string? value) => To.Write(value);

        public override void WriteLine(string? value) => To.WriteLine(value);

        public override void Flush() => To.Flush();
    }
}
