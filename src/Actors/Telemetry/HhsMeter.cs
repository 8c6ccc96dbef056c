using System.Diagnostics.Metrics;

namespace Hhs.Actors.Telemetry;

/// <summary>The meter that every instrument of the runtime hangs on.</summary>
public static class HhsMeter
{
    /// <summary>What a listener subscribes to.</summary>
    public const string Name = "Hhs.Actors";

    internal static readonly Meter Instance = new(Name);
}
