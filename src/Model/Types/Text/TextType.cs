using Hhs.Model.Json;

namespace Hhs.Model.Types.Text;

/// <summary>The text, <c>hhs-actors/text_v1</c>.</summary>
/// <remarks>Source: docs/types/text.md.</remarks>
public sealed class TextType() : NativeType(TextType.Id, ["insert", "delete"])
{
    /// <summary>The type id.</summary>
    public const string Id = "hhs-actors/text_v1";

    /// <inheritdoc/>
    public override ReplicatedObject Open(ObjectScope scope, Literal.Map create) => new ReplicatedText(scope, create);
}
