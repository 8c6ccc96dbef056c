using Hhs.Actors.Objects;
using Hhs.Actors.Spaces;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Space;
using Hhs.Model.Types.Text;

namespace Hhs.Actors.Node;

// Adding and finding members. "requires" is the capability that each action of the member takes, in a space with capabilities.
public sealed partial class SpaceHandle
{
    /// <summary>Adds a member of any type from its create payload.</summary>
    public async Task<SpaceMember> AddMemberAsync(string name, Literal.Map create, IReadOnlyDictionary<string, string>? requires = null) =>
        SpaceMember.Of(await WriteAsync(SpacePayloads.Member(name, create, requires)).ConfigureAwait(false), name, create.Text("type") ?? "");

    /// <summary>Adds a counter (action <c>add</c>).</summary>
    public Task<CounterMember> AddCounterAsync(string name, long initial = 0, IReadOnlyDictionary<string, string>? requires = null) =>
        AddAsync<CounterMember>(name, CounterPayloads.Create(name, initial), requires);

    /// <summary>Adds a grow-only set (action <c>add</c>).</summary>
    public Task<GrowSetMember> AddGrowSetAsync(string name, IReadOnlyList<Literal>? initial = null, IReadOnlyDictionary<string, string>? requires = null) =>
        AddAsync<GrowSetMember>(name, GrowSetPayloads.Create(name, [.. initial ?? []]), requires);

    /// <summary>Adds a list (actions <c>insert</c>, <c>delete</c>, <c>move</c>).</summary>
    public Task<ListMember> AddListAsync(string name, IReadOnlyDictionary<string, string>? requires = null) => AddAsync<ListMember>(name, SequencePayloads.Create(name), requires);

    /// <summary>Adds a log (action <c>append</c>).</summary>
    public Task<LogMember> AddLogAsync(string name, IReadOnlyDictionary<string, string>? requires = null) => AddAsync<LogMember>(name, LogPayloads.Create(name), requires);

    /// <summary>Adds a record (actions <c>set</c>, <c>remove</c>).</summary>
    public Task<RecordMember> AddRecordAsync(string name, Literal.Map? initial = null,
        IReadOnlyDictionary<string, FieldRule>? schema = null, bool isOpen = false, IReadOnlyDictionary<string, string>? requires = null) =>
        AddAsync<RecordMember>(name, RecordPayloads.Create(name, initial, schema, isOpen), requires);

    /// <summary>Adds a register (actions <c>set</c>, <c>clear</c>).</summary>
    public Task<RegisterMember> AddRegisterAsync(string name, Literal? initial = null, IReadOnlyDictionary<string, string>? requires = null) =>
        AddAsync<RegisterMember>(name, RegisterPayloads.Create(name, initial), requires);

    /// <summary>Adds a set (actions <c>add</c>, <c>delete</c>) in which what is there can be added again, and what is not there removed.</summary>
    public Task<SetMember> AddSetAsync(string name, IReadOnlyList<string>? initial = null, IReadOnlyDictionary<string, string>? requires = null) => AddAsync<SetMember>(
        name, SetPayloads.Create(new SetOptions { Seed = name, InitialElements = initial ?? [], AcceptRedundantAdd = true, AcceptRedundantDelete = true }), requires);

    /// <summary>Adds a text (actions <c>insert</c>, <c>delete</c>).</summary>
    public Task<TextMember> AddTextAsync(string name, IReadOnlyDictionary<string, string>? requires = null) => AddAsync<TextMember>(name, TextPayloads.Create(name), requires);

    /// <summary>The members, in the order in which they were added.</summary>
    public Task<IReadOnlyList<SpaceMember>> MembersAsync() => Object.AskAsync<IReadOnlyList<SpaceMember>>(new SpaceMessages.GetMembers());

    /// <summary>The member of a type with a name.</summary>
    /// <exception cref="HhsException">There is none, or several.</exception>
    public async Task<T> MemberAsync<T>(string name) where T : SpaceMember
    {
        T[] fitting = [.. (await MembersAsync().ConfigureAwait(false)).OfType<T>().Where(member => member.Name == name)];
        return fitting is [var only] ? only : throw new HhsException(new(RejectCode.InvalidOperation, fitting.Length == 0
            ? $"the space has no such member '{name}' here" : $"{fitting.Length} members are called '{name}': use an id"));
    }

    /// <summary>The member of a type with an id.</summary>
    /// <exception cref="HhsException">There is none.</exception>
    public async Task<T> MemberAsync<T>(ContentHash id) where T : SpaceMember =>
        (await MembersAsync().ConfigureAwait(false)).OfType<T>().FirstOrDefault(member => member.Id == id)
        ?? throw new HhsException(new(RejectCode.InvalidOperation, $"the space has no such member {id} here"));

    private async Task<T> AddAsync<T>(string name, Literal.Map create, IReadOnlyDictionary<string, string>? requires) where T : SpaceMember =>
        (T)await AddMemberAsync(name, create, requires).ConfigureAwait(false);
}
