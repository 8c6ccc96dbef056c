using Hhs.Actors.Objects;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Record;

namespace Hhs.Actors.Node;

/// <summary>A replicated record: fields that hold values or nested objects.</summary>
public sealed class RecordHandle(ObjectHandle handle) : TypedHandle<RecordDelta>(handle)
{
    /// <summary>Writes a field.</summary>
    public Task<ContentHash> SetAsync(string field, Literal value) => SetAsync((field, value));

    /// <summary>Writes 1 to 64 fields, all by one operation.</summary>
    public Task<ContentHash> SetAsync(params IReadOnlyList<(string Field, Literal Value)> fields) => Object.ApplyAsync(new RecordMessages.Set(fields));

    /// <summary>Removes 1 to 64 fields, all by one operation.</summary>
    public Task<ContentHash> RemoveAsync(params IReadOnlyList<string> fields) => Object.ApplyAsync(new RecordMessages.Remove(fields));

    /// <summary>The value of a field; null if it has none, or holds a nested object.</summary>
    public async Task<Literal?> ValueAsync(string field, Position? at = null) => await FieldAsync(field, at).ConfigureAwait(false) is { } found ? found.Value : null;

    /// <summary>All fields that hold something, in ordinal order, with what concurrent writes say.</summary>
    /// <param name="at">A version of the past; null for all that is known.</param>
    public Task<IReadOnlyList<RecordField>> FieldsAsync(Position? at = null) => Object.AskAsync<IReadOnlyList<RecordField>>(new RecordMessages.GetFields(), at);

    /// <summary>Makes a nested object of any type from its create payload, which the field holds from then on.</summary>
    public async Task<ObjectHandle> AddNestedAsync(string field, Literal.Map create) =>
        await Object.NestedAsync(await Object.ApplyAsync(new RecordMessages.Add(field, create)).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>The nested object that a field holds; null if it holds none.</summary>
    public async Task<ObjectHandle?> NestedAsync(string field) =>
        (await FieldAsync(field, null).ConfigureAwait(false))?.Child is { } child ? await Object.NestedAsync(child).ConfigureAwait(false) : null;

    private async Task<RecordField?> FieldAsync(string field, Position? at) => (await FieldsAsync(at).ConfigureAwait(false)).FirstOrDefault(f => f.Name == field);
}
