namespace Hhs.Model.Dag;

/// <summary>Which entries a cover is about: those that bear every tag and every tag key listed.</summary>
/// <remarks>Shape: immutable; with nothing listed it lets every entry pass. Source: supplement section 4, filter.</remarks>
public sealed class TagFilter
{
    private readonly Tag[] _tags;
    private readonly string[] _keys;

    private TagFilter(Tag[] tags, string[] keys) => (_tags, _keys) = (tags, keys);

    /// <summary>Lets every entry pass.</summary>
    public static readonly TagFilter Any = new([], []);

    /// <summary>Entries that bear all the tags (the original's <c>containsValues</c>).</summary>
    public static TagFilter Of(params ReadOnlySpan<Tag> tags) => new(tags.ToArray(), []);

    /// <summary>Entries that bear some tag under each of the keys (the original's <c>containsKeys</c>).</summary>
    public static TagFilter OfKeys(params ReadOnlySpan<string> keys) => new([], keys.ToArray());

    /// <summary>This filter, and some tag under the key.</summary>
    public TagFilter WithKey(string key) => new(_tags, [.. _keys, key]);

    /// <summary>This filter, and the tag.</summary>
    public TagFilter With(Tag tag) => new([.. _tags, tag], _keys);

    /// <summary>The tags asked for.</summary>
    public ReadOnlySpan<Tag> Tags => _tags;

    /// <summary>The tag keys asked for.</summary>
    public ReadOnlySpan<string> Keys => _keys;
}
