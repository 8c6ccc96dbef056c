using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Set;

namespace Hhs.Actors.Spaces;

/// <summary>What to do with a transaction that conflicts with another one, and has lost.</summary>
public enum OnConflict
{
    /// <summary>It is void.</summary>
    Void,
    /// <summary>It is not done either, and waits in the review for somebody to retry or dismiss it.</summary>
    Review,
}

/// <summary>A transaction being put together: what must hold, and what is done then, in order, all or nothing.</summary>
public sealed class Transaction
{
    private readonly List<Requirement> _require = [];
    private readonly List<SpaceOperation> _operations = [];

    /// <summary>What must hold.</summary>
    public IReadOnlyList<Requirement> Requirements => _require;

    /// <summary>What is done.</summary>
    public IReadOnlyList<SpaceOperation> Operations => _operations;

    /// <summary>Asks for what must hold where the transaction is done.</summary>
    public Transaction Require(params IReadOnlyList<Requirement> conditions)
    {
        _require.AddRange(conditions);
        return this;
    }

    /// <summary>Adds to a counter.</summary>
    public Transaction Increment(CounterMember counter, long amount = 1) => Do(counter, CounterPayloads.Add(amount));

    /// <summary>Takes from a counter.</summary>
    public Transaction Decrement(CounterMember counter, long amount = 1) => Do(counter, CounterPayloads.Add(checked(-amount)));

    /// <summary>Writes a register.</summary>
    public Transaction Set(RegisterMember register, Literal value) => Do(register, RegisterPayloads.Set(value));

    /// <summary>Takes the value out of a register.</summary>
    public Transaction Clear(RegisterMember register) => Do(register, RegisterPayloads.Clear);

    /// <summary>Writes a field of a record.</summary>
    public Transaction Set(RecordMember record, FieldName field, Literal value) => Do(record, RecordPayloads.Set((field.Text, value)));

    /// <summary>Removes a field of a record.</summary>
    public Transaction Remove(RecordMember record, FieldName field) => Do(record, RecordPayloads.Remove(field.Text));

    /// <summary>Adds an element to a set.</summary>
    public Transaction Add(SetMember set, Literal element) => Do(set, SetPayloads.Add(element));

    /// <summary>Removes an element from a set.</summary>
    public Transaction Remove(SetMember set, Literal element) => Do(set, SetPayloads.Delete(CanonicalJson.Hash(element)));

    /// <summary>Adds elements to a grow-only set.</summary>
    public Transaction Add(GrowSetMember set, params IReadOnlyList<Literal> elements) => Do(set, GrowSetPayloads.Add([.. elements]));

    /// <summary>Appends a record to a log.</summary>
    public Transaction Append(LogMember log, Literal value) => Do(log, LogPayloads.Append(value));

    /// <summary>Inserts into a text. The index is that before the transaction; -1 is the end.</summary>
    public Transaction Insert(TextMember text, int index, string inserted) => Do(SpaceOperation.Insert(text, index, inserted));

    /// <summary>Deletes a part of a text. The index is that before the transaction.</summary>
    public Transaction Delete(TextMember text, int index, int count) => Do(SpaceOperation.Delete(text, index, count));

    /// <summary>Inserts into a list. The index is that before the transaction; -1 is the end.</summary>
    public Transaction Insert(ListMember list, int index, params IReadOnlyList<Literal> items) => Do(SpaceOperation.Insert(list, index, items));

    /// <summary>Deletes a part of a list. The index is that before the transaction.</summary>
    public Transaction Delete(ListMember list, int index, int count) => Do(SpaceOperation.Delete(list, index, count));

    /// <summary>Any operation of a member, as its type's payloads have it.</summary>
    public Transaction Do(SpaceMember member, Literal.Map payload) => Do(SpaceOperation.Of(member.Id, payload));

    private Transaction Do(SpaceOperation operation)
    {
        _operations.Add(operation);
        return this;
    }
}
