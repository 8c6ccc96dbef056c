using System.Text.Json;
using Hhs.Model.Identity;

namespace Hhs.Actors.Settings;

/// <summary>The node's identity on disk: JSON with suite, public key and secret key in Base64, readable by its owner only.</summary>
/// <remarks>The original's tracker keeps the same fields. Source: supplement section 9.</remarks>
public static class IdentityFile
{
    /// <summary>Name of the file in a data folder.</summary>
    public const string Name = "identity.json";

    /// <summary>Reads the identity of a data folder; null if there is none.</summary>
    /// <exception cref="IdentityFileException">The file is damaged, or others can read it.</exception>
    public static SecretKey? TryLoad(string directory)
    {
        string path = Path.Combine(directory, Name);
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

    /// <summary>Reads the identity of a data folder, or makes one there.</summary>
    /// <exception cref="IdentityFileException">The file is damaged, or others can read it.</exception>
    public static SecretKey LoadOrCreate(string directory) => TryLoad(directory) ?? Create(directory);

    private static SecretKey Create(string directory)
    {
        Directory.CreateDirectory(directory);
        var key = SecretKey.Generate(SystemRandom.Instance);
        byte[] seed = new byte[SecretKey.SeedBytes];
        key.CopySeedTo(seed);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new { suite = "ed25519", publicKey = key.PublicKey.Key.ToArray(), secretKey = seed }, Indented);

        // Written whole under another name and moved, so that no crash leaves half an identity.
        string path = Path.Combine(directory, Name), draft = path + ".new";
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
