using System.Text.Json;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Identity;

internal static class CryptoVectors
{
    public static readonly JsonElement Root =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "crypto.json"))).RootElement;

    public static byte[] Hex(this JsonElement element, string name) => Convert.FromHexString(element.Text(name));

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static bool Has(this JsonElement element, string name) => element.TryGetProperty(name, out _);

    public static Literal.Map Map(this JsonElement element, string name)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(element.GetProperty(name).GetRawText());
        Assert.True(LiteralReader.TryRead(utf8, out var literal, out var why), why.ToString());
        return Assert.IsType<Literal.Map>(literal);
    }
}
