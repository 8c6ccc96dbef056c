using System.Text.Json;
using Hhs.Model.Identity;

namespace Hhs.Actors.Settings;

/// <summary>A node's identity on disk: JSON with suite, public key and secret key in Base64, readable by its owner only.</summary>
/// <remarks>The original's tracker keeps the same fields. Source: supplement section 9.</remarks>
public static class IdentityFile
{
    /// <summary>Name of the file in a data folder.</summary>
    public const string Name = "identity.json";

    /// <summary>Where the settings have it; null where nothing is kept on disk.</summary>
    public static string? PathOf(HhsSettings settings) =>
        settings.IdentityPath ?? (settings.DataDirectory is { } directory ? Path.Combine(directory, Name) : null);

    /// <summary>Reads an identity; null if there is no such file.</summary>
    /// <exception cref="IdentityFileException">The file is damaged, or others can read it.</exception>
    public static SecretKey? TryLoad(string path)
    {
        if (!File.Exists(path)) return null;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            throw new IdentityFileException($"{path} can be read by others than its owner. If nobody else has seen it, run: chmod 600 {path}");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.GetProperty("suite").GetString() != "ed25519") throw new IdentityFileException($"{path} is for another signature suite than ed25519");
            var key = SecretKey.FromSeed(json.RootElement.GetProperty("secretKey").GetBytesFromBase64());
            if (!json.RootElement.GetProperty("publicKey").GetBytesFromBase64().AsSpan().SequenceEqual(key.PublicKey.Key.Span))
                throw new IdentityFileException($"{path}: the public key does not belong to the secret key. Restore the file from a backup");
            return key;
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new IdentityFileException($"{path} is damaged: {failure.Message} Restore it from a backup, or move it away to make a new identity", failure);
        }
    }

    /// <summary>Reads an identity, or makes one there.</summary>
    /// <exception cref="IdentityFileException">The file is damaged, or others can read it.</exception>
    public static SecretKey LoadOrCreate(string path) => TryLoad(path) ?? Create(path);

    private static SecretKey Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var key = SecretKey.Generate(SystemRandom.Instance);
        byte[] seed = new byte[SecretKey.SeedBytes];
        key.CopySeedTo(seed);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new { suite = "ed25519", publicKey = key.PublicKey.Key.ToArray(), secretKey = seed }, Indented);

        // Written whole under another name and moved, so that no crash leaves half an identity.
        string draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(draft, options))
        {
            file.Write(json);
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: false);
        return key;
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
}

/// <summary>The identity cannot be used; the message says what to do.</summary>
public sealed class IdentityFileException(string message, Exception? inner = null) : Exception(message, inner);
