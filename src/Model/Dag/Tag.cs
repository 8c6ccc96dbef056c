using Hhs.Model.Hashing;

namespace Hhs.Model.Dag;

/// <summary>One index key of an entry: a tag name and a value under it. Local, derived from the payload, never sent.</summary>
/// <remarks>Most values are hashes; holding those as 32 bytes keeps the index small. A value that is no hash is kept as text.</remarks>
public readonly record struct Tag
{
    private readonly ContentHash _hash;
    private readonly string? _text;

    /// <summary>A tag whose value is a hash.</summary>
    public Tag(string key, ContentHash value) => (Key, _hash, _text) = (key, value, null);

    /// <summary>A tag whose value is any text; the spelling of a hash makes the same tag as the hash.</summary>
    public Tag(string key, string value)
    {
        Key = key;
        if (!ContentHash.TryParse(value, out _hash)) _text = value;
    }

    /// <summary>The tag's name, such as <c>elmts</c>.</summary>
    public string Key { get; }

    /// <summary>The value as text.</summary>
    public string Value => _text ?? _hash.ToString();

    /// <summary>The value as a hash, if it is one.</summary>
    public ContentHash? ValueAsHash => _text is null ? _hash : null;
}
