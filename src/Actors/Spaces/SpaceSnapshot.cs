using System.Numerics;
using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Members;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Space;
using Hhs.Model.Types.Text;

namespace Hhs.Actors.Spaces;

/// <summary>What members of a space hold, all at one version: no part of a transaction is seen without the rest. Immutable.</summary>
/// <remarks>Errors: <see cref="HhsException"/> for a member that is not in it, or of a type that has no plain value.</remarks>
public sealed class SpaceSnapshot
{
    private readonly Dictionary<ContentHash, object?> _values;

    private SpaceSnapshot(IReadOnlyList<SpaceMember> members, Dictionary<ContentHash, object?> values, Position version, int openCount) =>
        (Members, _values, Version, OpenCount) = (members, values, version, openCount);

    /// <summary>The members that are in it.</summary>
    public IReadOnlyList<SpaceMember> Members { get; }

    /// <summary>The version: entries of the log, to read other things at the same one.</summary>
    public Position Version { get; }

    /// <summary>How many transactions wait for an answer.</summary>
    public int OpenCount { get; }

    /// <summary>The exact sum of a counter.</summary>
    public BigInteger ValueOf(CounterMember counter) => Get<CounterState>(counter).Total;

    /// <summary>The value of a register; null if it has none.</summary>
    public Literal? ValueOf(RegisterMember register) => Get<RegisterState>(register).View.Value;

    /// <summary>What a field of a record holds; null for nothing.</summary>
    public Literal? ValueOf(RecordMember record, FieldName field) => Get<RecordState>(record).Value(field.Text);

    /// <summary>The fields of a record that hold something, in ordinal order, with what concurrent writes say.</summary>
    public IReadOnlyList<RecordField> FieldsOf(RecordMember record)
    {
        var state = Get<RecordState>(record);
        return [.. state.Fields().Select(field => new RecordField(field, state.Candidates(field)))];
    }

    /// <summary>Whether an element is in a set.</summary>
    public bool Has(SetMember set, Literal element) => ElementsOf(set).Contains(element);

    /// <summary>The elements of a set, in ordinal order of their hashes.</summary>
    public IReadOnlyList<Literal> ElementsOf(SetMember set) => Get<IReadOnlyList<Literal>>(set);

    /// <summary>Whether an element is in a grow-only set.</summary>
    public bool Has(GrowSetMember set, Literal element) => Get<GrowSetState>(set).Has(element);

    /// <summary>The elements of a grow-only set, in ordinal order of their hashes.</summary>
    public IReadOnlyList<Literal> ElementsOf(GrowSetMember set) => [.. Get<GrowSetState>(set).Elements()];

    /// <summary>The records of a log.</summary>
    public IReadOnlyList<LogRecord> RecordsOf(LogMember log) => Get<IReadOnlyList<LogRecord>>(log);

    /// <summary>The items of a list.</summary>
    public IReadOnlyList<Literal> ItemsOf(ListMember list) => Get<IReadOnlyList<Literal>>(list);

    /// <summary>A text.</summary>
    public string TextOf(TextMember text) => Get<string>(text);

    internal static SpaceSnapshot Of(Settlement settled, IReadOnlyList<SpaceMember> members, Position version)
    {
        SpaceMember[] there = [.. members.Where(member => settled.Member(member.Id) is not null).Distinct()];
        return new(there, there.ToDictionary(member => member.Id, member => Plain(settled.Member(member.Id)!)), version, settled.OpenCount);
    }

    private T Get<T>(SpaceMember member) => _values.TryGetValue(member.Id, out object? value) && value is T own ? own : throw new HhsException(new(
        RejectCode.InvalidOperation, _values.ContainsKey(member.Id) ? $"member '{member.Name}' holds no such thing" : $"member '{member.Name}' is not in what was read"));

    // Folded states are immutable and share what they have; a replayed one lives in the space's actor, and only its value leaves it.
    private static object? Plain(MemberState state) => state switch
    {
        ReplayedState { Object: ReplicatedLog log } replayed => (IReadOnlyList<LogRecord>)[.. log.View(replayed.Version).All()],
        ReplayedState { Object: ReplicatedSequence list } replayed => (IReadOnlyList<Literal>)[.. list.View(replayed.Version).Items()],
        ReplayedState { Object: ReplicatedText text } replayed => text.View(replayed.Version).Text,
        ReplayedState { Object: ReplicatedSet set } replayed when set.View(replayed.Version) is var view => (IReadOnlyList<Literal>)[.. view.ElementHashes().Select(hash => view.ElementOf(hash)!)],
        ReplayedState => null,
        SetState set => (IReadOnlyList<Literal>)[.. set.Elements()],
        _ => state,
    };
}
