using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hhs.Model.Json;

namespace Hhs.Node.Output;

/// <summary>JSON for scripts: one object a line.</summary>
internal static class JsonLine
{
    // Base64 has '+', which the default encoder would write as an escape. The output is no HTML.
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonNode node) => node.ToJsonString(Options);

    public static JsonNode From(Literal literal) => JsonNode.Parse(JsonText.Write(literal))!;

    public static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> each) => new([.. items.Select(each)]);
}
