using System.Collections.Concurrent;

namespace Hhs.Node.Control;

/// <summary>The standard input of a caller in another process, line by line.</summary>
internal sealed class ControlInput : TextReader
{
    private readonly BlockingCollection<string> _lines = new(LinesMax);

    /// <summary>Adds a line; waits while the command is behind.</summary>
    public void Supply(string line, CancellationToken cancel) => _lines.Add(line, cancel);

    /// <summary>Nothing more comes.</summary>
    public void End() => _lines.CompleteAdding();

    public override string? ReadLine() => _lines.TryTake(out string? line, Timeout.Infinite) ? line : null;

    protected override void Dispose(bool disposing)
    {
        if (disposing) _lines.Dispose();
        base.Dispose(disposing);
    }

    private const int LinesMax = 1024;
}
