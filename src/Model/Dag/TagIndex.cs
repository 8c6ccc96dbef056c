namespace Hhs.Model.Dag;

/// <summary>Which entries bear a tag, or any tag under a key: posting lists by chain.</summary>
/// <remarks>
/// A *term* is a tag or a tag key. Its postings are the positions, ascending, of the entries that bear it in each chain, so
/// the highest one inside a history is found by a binary search a chain. Most terms have one posting (an element that was
/// added once), which takes no list.
/// </remarks>
internal sealed class TagIndex
{
    private readonly Numbering<Tag> _tags = new();
    private readonly Numbering<string> _keys = new();
    private IntList _keyOfTag;
    private IntList[] _tagsOfKey = [];
    private Postings[] _byTag = new Postings[8];
    private Postings[] _byKey = new Postings[4];

    // Tag numbers of each entry: the number itself for one tag, ~offset into the pool (count, then numbers) otherwise.
    private IntList _ofEntry;
    private IntList _pool;

    /// <summary>Indexes the tags of the next entry in arrival order.</summary>
    public void Add(IReadOnlyList<Tag> tags, int chain, int position)
    {
        if (tags.Count == 1)
        {
            _ofEntry.Add(Post(tags[0], chain, position));
            return;
        }
        _ofEntry.Add(~_pool.Count);
        _pool.Add(tags.Count);
        for (int i = 0; i < tags.Count; i++) _pool.Add(Post(tags[i], chain, position));
    }

    /// <summary>The tags of an entry as they were given.</summary>
    public Tag[] TagsOf(int entry)
    {
        int code = _ofEntry[entry];
        if (code >= 0) return [_tags[code]];
        var tags = new Tag[_pool[~code]];
        for (int i = 0; i < tags.Length; i++) tags[i] = _tags[_pool[~code + 1 + i]];
        return tags;
    }

    /// <summary>All tags seen under a key, in order of their first appearance.</summary>
    public IEnumerable<Tag> TagsUnder(string key)
    {
        if (!_keys.TryFind(key, out int number)) yield break;
        for (int i = 0; i < _tagsOfKey[number].Count; i++) yield return _tags[_tagsOfKey[number][i]];
    }

    /// <summary>The postings of every term of a filter, the shortest first; false when some term was never seen.</summary>
    public bool TryFind(TagFilter filter, out Postings[] terms)
    {
        terms = new Postings[filter.Tags.Length + filter.Keys.Length];
        int at = 0;
        foreach (var tag in filter.Tags)
        {
            if (!_tags.TryFind(tag, out int number)) return false;
            terms[at++] = _byTag[number];
        }
        foreach (string key in filter.Keys)
        {
            if (!_keys.TryFind(key, out int number)) return false;
            terms[at++] = _byKey[number];
        }
        Array.Sort(terms, static (x, y) => x.Count.CompareTo(y.Count));
        return true;
    }

    private int Post(Tag tag, int chain, int position)
    {
        int number = _tags.Add(tag, out bool isNew);
        if (isNew)
        {
            int key = _keys.Add(tag.Key, out bool isNewKey);
            if (isNewKey) Array.Resize(ref _tagsOfKey, _keys.Count);
            _tagsOfKey[key].Add(number);
            _keyOfTag.Add(key);
            if (number == _byTag.Length) Array.Resize(ref _byTag, number * 2);
            if (key == _byKey.Length) Array.Resize(ref _byKey, key * 2);
        }
        _byTag[number].Add(chain, position);
        _byKey[_keyOfTag[number]].Add(chain, position);
        return number;
    }
}
