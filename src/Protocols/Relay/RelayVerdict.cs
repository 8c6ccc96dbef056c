using Hhs.Model;
using Hhs.Model.Hashing;

namespace Hhs.Protocols.Relay;

/// <summary>What a relay answers to a request for an object.</summary>
/// <param name="Dropped">Objects that are hosted no more from now on: they were due, and made room. Oldest first.</param>
public abstract record RelayVerdict(IReadOnlyList<ContentHash> Dropped)
{
    /// <summary>It is to be fetched, and is hosted from now on.</summary>
    public sealed record Accepted(IReadOnlyList<ContentHash> Dropped) : RelayVerdict(Dropped);

    /// <summary>It is hosted already.</summary>
    public sealed record Hosted() : RelayVerdict([]);

    /// <summary>It is not to be hosted.</summary>
    public sealed record Refused(Reject Why, IReadOnlyList<ContentHash> Dropped) : RelayVerdict(Dropped);
}
