using System.Text.Json;
using Hhs.Model.Identity;

namespace Hhs.Protocols.Tests;

internal static class ProtocolVectors
{
    public static readonly JsonElement Crypto = Load("crypto.json");
    public static readonly JsonElement Handshake = Load("handshake.json");

    public static SecretKey Key(string label)
    {
        foreach (var v in Crypto.GetProperty("identities").EnumerateArray())
        {
            if (v.GetProperty("label").GetString() == label) return SecretKey.FromSeed(v.Hex("secretKeySeedHex"));
        }
        throw new ArgumentException(label);
    }

    public static byte[] Hex(this JsonElement element, string name) => Convert.FromHexString(element.Text(name));

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static JsonElement Load(string file) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", file))).RootElement;
}
