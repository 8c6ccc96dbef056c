using System.ComponentModel;
using System.Diagnostics;

namespace Hhs.Network.Tests;

/// <summary>A host of its own on this machine: a network namespace, with its own interfaces and addresses.</summary>
internal sealed class NetworkHost : IDisposable
{
    private static int _number;

    public NetworkHost()
    {
        Name = $"hhs-{Environment.ProcessId}-{Interlocked.Increment(ref _number)}";
        Ip("netns", "add", Name);
        Inside("link", "set", "lo", "up");
    }

    public string Name { get; }

    /// <summary>Runs <c>ip</c> inside.</summary>
    public void Inside(params string[] arguments) => Ip(["-n", Name, .. arguments]);

    /// <summary>Runs <c>ip</c>.</summary>
    public static void Ip(params string[] arguments)
    {
        if (Run("ip", arguments) is { } complaint) throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {complaint}");
    }

    /// <summary>Why hosts cannot be made here; null when they can.</summary>
    public static string? WhyNot { get; } = Try();

    public void Dispose() => Ip("netns", "del", Name);

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux()) return "network namespaces are Linux's";
        try
        {
            if (Run("ip", ["-V"]) is { } noIp) return noIp;
            using var host = new NetworkHost();
            using var device = new TunDevice($"hhsp{Environment.ProcessId % 100_000}");
            Ip("link", "set", device.Name, "netns", host.Name);
            return null;
        }
        catch (Exception failure) when (failure is InvalidOperationException or Win32Exception or DllNotFoundException)
        {
            return $"this user may not make network namespaces and TUN devices: {failure.Message}";
        }
    }

    private static string? Run(string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            string complaint = process.StandardError.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : complaint;
        }
        catch (Win32Exception)
        {
            return $"'{program}' is not installed (Debian: iproute2)";
        }
    }
}
