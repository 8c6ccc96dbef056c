using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;

namespace Hhs.Bench.Micro;

/// <summary><c>micro [FILTER]</c>: single operations under BenchmarkDotNet, with what they allocate.</summary>
internal static class MicroBenchmarks
{
    /// <summary>Runs the benchmarks whose name has the filter in it; 1 if one failed or none was there to run.</summary>
    public static int Run(string filter)
    {
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run(["--filter", $"*{filter}*"], Settings);
        bool good = summaries.Any() && summaries.All(s => !s.HasCriticalValidationErrors && s.Reports.All(r => r.Success));
        return good ? 0 : 1;
    }

    // A process for each benchmark, built from the packages that this one was built from: that needs no feed.
    private static IConfig Settings => ManualConfig.CreateEmpty()
        .AddJob(Job.Default.WithWarmupCount(3).WithIterationCount(10))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddLogger(ConsoleLogger.Default)
        .WithOptions(ConfigOptions.DisableLogFile);
}
