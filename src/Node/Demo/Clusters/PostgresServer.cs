using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Hhs.Node.Demo.Clusters;

/// <summary>A throw-away PostgreSQL server on 127.0.0.1, run by an unprivileged user out of a temporary folder. It flushes like a real one.</summary>
internal sealed class PostgresServer : IDisposable
{
    private readonly string _folder;
    private readonly string _programs;
    private readonly string? _user;
    private Process? _server;

    private PostgresServer(string programs, string? user)
    {
        (_programs, _user) = (programs, user);
        _folder = Directory.CreateTempSubdirectory("hhs-postgres-").FullName;
    }

    /// <summary>Why there can be no server on this machine; null if there can.</summary>
    public static string? Missing => Found.Missing;

    private static readonly (string? Missing, string? Programs) Found = (FindMissing(out string? programs), programs);

    public int Port { get; private set; }

    public string ConnectionString => ConnectionStringAt(Port);

    /// <summary>The same server, seen at another port.</summary>
    public static string ConnectionStringAt(int port) => $"Host=127.0.0.1;Port={port.ToString(CultureInfo.InvariantCulture)};Username=postgres;Database=postgres;Timeout=5";

    /// <summary>Makes a new database cluster and starts it.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message has what it said.</exception>
    public static PostgresServer Start()
    {
        if (Missing is not null) throw new InvalidOperationException(Missing);
        var server = new PostgresServer(Found.Programs!, Environment.UserName == "root" ? "postgres" : null);
        try
        {
            if (server._user is not null) Run("chown", server._user, server._folder);
            server.Run("initdb", "-D", server.Data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C");
            server.Resume();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Starts the server on its data again, at the same port if it had one.</summary>
    public void Resume()
    {
        for (int attempt = 0; attempt < 5; attempt++)
        {
            if (Port == 0 || attempt > 0) Port = FreePort();
            _server = Launch("postgres", "-D", Data, "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", "", "-c", "max_connections=60", "-c", "shared_buffers=32MB");
            if (Answers()) return;
            Kill();
        }
        throw new InvalidOperationException($"the server did not start: {File.ReadAllText(Path.Combine(_folder, "log"))}");
    }

    private bool Answers()
    {
        var patience = Stopwatch.StartNew();
        while (!_server!.HasExited && patience.Elapsed < TimeSpan.FromSeconds(30))
        {
            try
            {
                using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                connection.Open();
                return true;
            }
            catch (NpgsqlException)
            {
                _server.WaitForExit(TimeSpan.FromMilliseconds(20));   // or it has given up
            }
        }
        return false;
    }

    /// <summary>SIGKILL to the server and every process of it, as if the power had gone.</summary>
    public void Kill()
    {
        if (_server is null) return;
        var all = Children(_server.Id).Prepend(_server).ToArray();
        foreach (var process in all) if (!process.HasExited) process.Kill();
        foreach (var process in all) process.WaitForExit(TimeSpan.FromSeconds(10));
        foreach (var process in all) process.Dispose();
        _server = null;
    }

    private static List<Process> Children(int parent)
    {
        var children = new List<Process>();
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            try
            {
                // pid (name) state parent ...
                string stat = File.ReadAllText(Path.Combine(folder, "stat"));
                if (int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) != parent) continue;
                children.Add(Process.GetProcessById(int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)));
            }
            catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
            {
                // No process, or one that ended this moment.
            }
        }
        return children;
    }

    /// <summary>Runs SQL behind the journal's back; gives the first value.</summary>
    public object? Sql(string sql)
    {
        using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }

    private void Run(string program, params string[] arguments)
    {
        using var process = Launch(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {File.ReadAllText(Path.Combine(_folder, "log"))}");
    }

    private static void Run(string program, string first, string second)
    {
        using var process = Process.Start(program, [first, second]);
        process.WaitForExit();
    }

    // The shell only joins the outputs into a file, and gives its process over to the program.
    private Process Launch(string program, params string[] arguments)
    {
        string[] unprivileged = _user is null ? [] : ["setpriv", $"--reuid={_user}", $"--regid={_user}", "--clear-groups"];
        string[] words = [.. unprivileged, Path.Combine(_programs, program), .. arguments];
        return Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; cd /; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", Path.Combine(_folder, "log"), .. words]))!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string? FindMissing(out string? programs)
    {
        // Debian has its programs outside of PATH, a folder for each version.
        programs = new[] { "/usr/lib/postgresql", "/usr/local/pgsql" }.Where(Directory.Exists)
            .SelectMany(folder => Directory.GetDirectories(folder).Select(version => Path.Combine(version, "bin")).Append(Path.Combine(folder, "bin")))
            .Order(StringComparer.Ordinal).Reverse().Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
        if (programs is null) return "no PostgreSQL server is installed (Debian: apt-get install postgresql-15)";
        if (Environment.UserName != "root") return null;
        if (!File.Exists("/usr/bin/setpriv")) return "a PostgreSQL server does not run as root, and setpriv (util-linux) is missing";
        return File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? null : "a PostgreSQL server does not run as root, and there is no user postgres";
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
    }
}
