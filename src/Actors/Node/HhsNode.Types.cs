using Hhs.Actors.Objects;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Space;
using Hhs.Model.Types.Text;

namespace Hhs.Actors.Node;

// Objects of our own types: the same options and seed give the same object. Whoever passes an authority
// (CapabilitiesHandle.Require) lets only holders of its capabilities write.
public sealed partial class HhsNode
{
    /// <summary>Creates a counter.</summary>
    /// <param name="seed">Tells objects with equal options apart.</param>
    /// <param name="initial">What it begins at.</param>
    /// <param name="authority">Who may do what (<c>add</c>), see <see cref="CapabilitiesHandle.Require"/>; null: anybody anything.</param>
    public async Task<CounterHandle> CreateCounterAsync(string seed, long initial = 0, AuthorityRules? authority = null) =>
        new(await CreateAsync(CounterPayloads.Create(seed, initial), authority).ConfigureAwait(false));

    /// <summary>Opens a counter that is stored here or that a peer has.</summary>
    /// <exception cref="HhsException">No peer had it in time, or it is none.</exception>
    public async Task<CounterHandle> OpenCounterAsync(ContentHash id) => new(await OpenAsync(id, "a counter", CounterType.Id).ConfigureAwait(false));

    /// <summary>Creates a register.</summary>
    /// <param name="seed">Tells objects with equal options apart.</param>
    /// <param name="initial">The value that it begins with; null for none.</param>
    /// <param name="authority">Who may do what (<c>set</c>, <c>clear</c>); null: anybody anything.</param>
    public async Task<RegisterHandle> CreateRegisterAsync(string seed, Literal? initial = null, AuthorityRules? authority = null) =>
        new(await CreateAsync(RegisterPayloads.Create(seed, initial), authority).ConfigureAwait(false));

    /// <summary>Opens a register that is stored here or that a peer has.</summary>
    /// <exception cref="HhsException">No peer had it in time, or it is none.</exception>
    public async Task<RegisterHandle> OpenRegisterAsync(ContentHash id) => new(await OpenAsync(id, "a register", RegisterType.Id).ConfigureAwait(false));

    /// <summary>Creates a record.</summary>
    /// <param name="seed">Tells objects with equal options apart.</param>
    /// <param name="initial">The fields that it begins with.</param>
    /// <param name="schema">What its fields may hold; null for anything.</param>
    /// <param name="isOpen">Whether fields that the schema does not name are allowed.</param>
    /// <param name="authority">Who may do what (<c>set</c>, <c>remove</c>, <c>add</c>, <c>keep</c>, <c>update</c>); null: anybody anything.</param>
    public async Task<RecordHandle> CreateRecordAsync(
        string seed, Literal.Map? initial = null, IReadOnlyDictionary<string, FieldRule>? schema = null, bool isOpen = false, AuthorityRules? authority = null) =>
        new(await CreateAsync(RecordPayloads.Create(seed, initial, schema, isOpen), authority).ConfigureAwait(false));

    /// <summary>Opens a record that is stored here or that a peer has.</summary>
    /// <exception cref="HhsException">No peer had it in time, or it is none.</exception>
    public async Task<RecordHandle> OpenRecordAsync(ContentHash id) => new(await OpenAsync(id, "a record", RecordType.Id).ConfigureAwait(false));

    /// <summary>Creates a list.</summary>
    /// <param name="seed">Tells objects with equal options apart.</param>
    /// <param name="authority">Who may do what (<c>insert</c>, <c>delete</c>, <c>move</c>); null: anybody anything.</param>
    public async Task<SequenceHandle> CreateSequenceAsync(string seed, AuthorityRules? authority = null) =>
        new(await CreateAsync(SequencePayloads.Create(seed), authority).ConfigureAwait(false));

    /// <summary>Opens a list that is stored here or that a peer has.</summary>
    /// <exception cref="HhsException">No peer had it in time, or it is none.</exception>
    public async Task<SequenceHandle> OpenSequenceAsync(ContentHash id) => new(await OpenAsync(id, "a list", SequenceType.Id).ConfigureAwait(false));

    /// <summary>Creates a text.</summary>
    /// <param name="seed">Tells objects with equal options apart.</param>
    /// <param name="authority">Who may do what (<c>insert</c>, <c>delete</c>); null: anybody anything.</param>
    public async Task<TextHandle> CreateTextAsync(string seed, AuthorityRules? authority = null) =>
        new(await CreateAsync(TextPayloads.Create(seed), authority).ConfigureAwait(false));

    /// <summary>Opens a text that is stored here or that a peer has.</summary>
    /// <exception cref="HhsException">No peer had it in time, or it is none.</exception>
    public async Task<TextHandle> OpenTextAsync(ContentHash id) => new(await OpenAsync(id, "a text", TextType.Id).ConfigureAwait(false));

    /// <summary>Creates a grow-only set.</summary>
    /// <param name="seed">Tells objects with equal options apart.</param>
    /// <param name="initial">The elements that it begins with; null for none.</param>
    /// <param name="authority">Who may do what (<c>add</c>); null: anybody anything.</param>
    public async Task<GrowSetHandle> CreateGrowSetAsync(string seed, IReadOnlyList<Literal>? initial = null, AuthorityRules? authority = null) =>
        new(await CreateAsync(GrowSetPayloads.Create(seed, [.. initial ?? []]), authority).ConfigureAwait(false));

    /// <summary>Opens a grow-only set that is stored here or that a peer has.</summary>
    /// <exception cref="HhsException">No peer had it in time, or it is none.</exception>
    public async Task<GrowSetHandle> OpenGrowSetAsync(ContentHash id) => new(await OpenAsync(id, "a grow-only set", GrowSetType.Id).ConfigureAwait(false));

    /// <summary>Creates a log.</summary>
    /// <param name="seed">Tells objects with equal options apart.</param>
    /// <param name="authority">Who may do what (<c>append</c>); null: anybody anything.</param>
    public async Task<LogHandle> CreateLogAsync(string seed, AuthorityRules? authority = null) =>
        new(await CreateAsync(LogPayloads.Create(seed), authority).ConfigureAwait(false));

    /// <summary>Opens a log that is stored here or that a peer has.</summary>
    /// <exception cref="HhsException">No peer had it in time, or it is none.</exception>
    public async Task<LogHandle> OpenLogAsync(ContentHash id) => new(await OpenAsync(id, "a log", LogType.Id).ConfigureAwait(false));

    /// <summary>Creates a space without capabilities, with this node's identity as its creator, who alone may seal.</summary>
    /// <param name="seed">Tells spaces of one creator apart.</param>
    public Task<SpaceHandle> CreateSpaceAsync(string seed) => CreateSpaceAsync(new SpaceOptions { Seed = seed, Creators = [PublicKey] });

    /// <summary>Creates a space.</summary>
    /// <param name="options">Its creators, capabilities, and who may seal.</param>
    public async Task<SpaceHandle> CreateSpaceAsync(SpaceOptions options) => await OpenSpaceAsync(await CreateAsync(SpacePayloads.Create(options)).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Opens a space that is stored here or that a peer has.</summary>
    /// <exception cref="HhsException">No peer had it in time, or it is none.</exception>
    public async Task<SpaceHandle> OpenSpaceAsync(ContentHash id) => await OpenSpaceAsync(await OpenAsync(id, "a space", SpaceType.Id).ConfigureAwait(false)).ConfigureAwait(false);

    private static async Task<SpaceHandle> OpenSpaceAsync(ObjectHandle handle) => new(handle, await handle.AskAsync<SpaceCreate>(new SpaceMessages.GetCreate()).ConfigureAwait(false));

    private Task<ObjectHandle> CreateAsync(Literal.Map create, AuthorityRules? authority) => CreateAsync(authority is null ? create : authority.WriteTo(create));

    private async Task<ObjectHandle> OpenAsync(ContentHash id, string what, params string[] typeIds)
    {
        var handle = await OpenAsync(id).ConfigureAwait(false);
        return typeIds.Contains(handle.TypeId) ? handle : throw new HhsException(new(Model.RejectCode.InvalidOperation, $"object {id} is a {Model.Reject.Excerpt(handle.TypeId)}, not {what}"));
    }
}
