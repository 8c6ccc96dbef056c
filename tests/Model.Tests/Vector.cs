using System.Text;
using System.Text.Json;
using Hhs.Model.Json;

namespace Hhs.Model.Tests;

/// <summary>Cases made by running the original; see tests/Vectors/README.md.</summary>
internal static class Vector
{
    public static JsonElement File(string name) =>
        JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", name))).RootElement;

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static string[] Texts(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];

    public static Literal AsLiteral(this JsonElement element)
    {
        Assert.True(LiteralReader.TryRead(Encoding.UTF8.GetBytes(element.GetRawText()), out var literal, out var why), why.ToString());
        return literal;
    }
}
