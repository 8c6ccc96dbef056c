using Hhs.Actors.Objects;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Register;

namespace Hhs.Actors.Node;

/// <summary>A replicated value.</summary>
public sealed class RegisterHandle(ObjectHandle handle) : TypedHandle<RegisterDelta>(handle)
{
    /// <summary>Writes a value.</summary>
    public Task<ContentHash> SetAsync(Literal value) => Object.ApplyAsync(new RegisterMessages.Set(value));

    /// <summary>Takes the value away.</summary>
    public Task<ContentHash> ClearAsync() => Object.ApplyAsync(new RegisterMessages.Clear());

    /// <summary>The value, the same on every node that knows the same writes; null if there is none.</summary>
    /// <param name="at">A version of the past; null for all that is known.</param>
    public async Task<Literal?> ValueAsync(Position? at = null) => (await ViewAsync(at).ConfigureAwait(false)).Value;

    /// <summary>The writes that no other supersedes; the last one is the value.</summary>
    public async Task<IReadOnlyList<ConflictCandidate>> CandidatesAsync(Position? at = null) => (await ViewAsync(at).ConfigureAwait(false)).Candidates;

    private Task<RegisterView> ViewAsync(Position? at) => Object.AskAsync<RegisterView>(new RegisterMessages.GetView(), at);
}
