using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hhs.Model.Tests;

/// <summary>Processor time of the calling thread: a bound on it holds on a busy machine as on an idle one.</summary>
internal readonly struct ThreadTime
{
    private readonly TimeSpan _started;

    private ThreadTime(TimeSpan started) => _started = started;

    public static ThreadTime Start() => new(Now());

    public TimeSpan Elapsed => Now() - _started;

    // Elsewhere than on Linux the wall clock must do.
    private static TimeSpan Now()
    {
        if (!OperatingSystem.IsLinux()) return Stopwatch.GetElapsedTime(0);
        return clock_gettime(ThreadCpuTime, out var time) == 0 ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / 100) : throw new InvalidOperationException("no clock of the thread");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [DllImport("libc")]
    private static extern int clock_gettime(int clock, out TimeSpec time);

    private const int ThreadCpuTime = 3;
}
