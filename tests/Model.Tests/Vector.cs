using System.Text;
using System.Text.Json;
using Hhs.Model.Json;

namespace Hhs.Model.Tests;

/// <summary>Reads the vector files (tests/Vectors).</summary>
internal static class Vector
{
    public static JsonElement Load(string file) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", file))).RootElement;

    public static Literal AsLiteral(this JsonElement element)
    {
        Assert.True(LiteralReader.TryRead(Encoding.UTF8.GetBytes(element.GetRawText()), out var literal, out var why), why.ToString());
        return literal;
    }
}
