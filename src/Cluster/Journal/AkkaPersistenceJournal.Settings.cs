namespace Hhs.Cluster.Journal;

/// <summary>Settings, which all nodes of the store have in common.</summary>
internal sealed partial class AkkaPersistenceJournal
{
    /// <inheritdoc/>
    public bool TryGetSetting(string name, out ReadOnlyMemory<byte> value)
    {
        _table.Refresh();
        byte[]? bytes = _table.Find(SettingPrefix + name);
        value = bytes;
        return bytes is not null;
    }

    /// <inheritdoc/>
    public void PutSetting(string name, ReadOnlyMemory<byte>? value) => Put(SettingPrefix + name, value?.ToArray());

    private void Put(params IReadOnlyList<SharedTable.Change> changes) => Commit(() =>
    {
        var table = _table.Prepare(changes);
        return new([table], [], () => _table.Stored(table, changes));
    });

    private void Put(string key, byte[]? value) => Put(new SharedTable.Change(key, value));

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Settings(string prefix)
    {
        _table.Refresh();
        return [.. _table.Rows(SettingPrefix + prefix).Select(r => new KeyValuePair<string, ReadOnlyMemory<byte>>(r.Key[SettingPrefix.Length..], r.Value))];
    }
}
