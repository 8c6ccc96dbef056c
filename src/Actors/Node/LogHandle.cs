using Hhs.Actors.Objects;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Log;

namespace Hhs.Actors.Node;

/// <summary>A replicated list at whose end everybody appends.</summary>
public sealed class LogHandle(ObjectHandle handle) : TypedHandle<LogDelta>(handle)
{
    /// <summary>Appends a record.</summary>
    public Task<ContentHash> AppendAsync(Literal value) => Object.ApplyAsync(new LogMessages.Append(value));

    /// <summary>Number of records.</summary>
    public Task<int> CountAsync(Position? at = null) => Object.AskAsync<int>(new LogMessages.GetCount(), at);

    /// <summary>The records in order, or a part of them.</summary>
    /// <param name="skip">How many to leave out at the beginning.</param>
    /// <param name="take">How many at most.</param>
    /// <param name="at">A version of the past; null for all that is known.</param>
    public Task<IReadOnlyList<LogRecord>> RecordsAsync(int skip = 0, int take = int.MaxValue, Position? at = null) =>
        Object.AskAsync<IReadOnlyList<LogRecord>>(new LogMessages.GetRecords(skip, take), at);
}
