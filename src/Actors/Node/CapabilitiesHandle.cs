using Hhs.Actors.Objects;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Space;

namespace Hhs.Actors.Node;

/// <summary>Who may do what: identities, and the capabilities that they hold.</summary>
/// <remarks>Every operation is signed by the node's identity. Errors: <see cref="HhsException"/> says which capability is missing.</remarks>
public sealed class CapabilitiesHandle(ObjectHandle handle)
{
    /// <summary>The object under it: its id, status, log.</summary>
    public ObjectHandle Object => handle;

    /// <summary>The id, which other objects name as their authority.</summary>
    public ContentHash Id => handle.Id;

    /// <summary>What an object is given to be governed by this: the capability that each operation needs.</summary>
    /// <param name="operations">Operations of the type, such as <c>add</c>; one that is not named is open to every known identity.</param>
    /// <exception cref="InvalidOperationException">These are the capabilities of a space, which governs itself alone.</exception>
    public AuthorityRules Require(params IReadOnlyList<(string Operation, string Capability)> operations) => handle.TypeId == SpaceType.Id
        ? throw new InvalidOperationException("the capabilities of a space govern the space alone: say what it requires when it is made, or its member is added")
        : new(Id.ToString(), operations.ToDictionary(o => o.Operation, o => o.Capability, StringComparer.Ordinal), [], RefAdvanceCreators: true);

    /// <summary>Makes an identity known; a creator may, and holders of the enroll capability.</summary>
    public Task<ContentHash> AddIdentityAsync(PublicKey key) => handle.ApplyAsync(new CapabilityMessages.AddIdentity(key));

    /// <summary>Makes a capability; creators only.</summary>
    public Task<ContentHash> CreateCapabilityAsync(string name, params IReadOnlyList<string> managedBy) =>
        handle.ApplyAsync(new CapabilityMessages.CreateCap(name, managedBy));

    /// <summary>Takes a capability away from everybody; creators only.</summary>
    public Task<ContentHash> DeleteCapabilityAsync(string name) => handle.ApplyAsync(new CapabilityMessages.DeleteCap(name));

    /// <summary>Gives a capability to an identity that is known.</summary>
    public Task<ContentHash> GrantAsync(KeyId to, string capability) => handle.ApplyAsync(new CapabilityMessages.Grant(to, capability));

    /// <summary>Takes a capability from an identity; what it did before stands, what it does concurrently does not.</summary>
    public Task<ContentHash> RevokeAsync(KeyId from, string capability) => handle.ApplyAsync(new CapabilityMessages.Revoke(from, capability));

    /// <summary>Whether an identity holds a capability, as known here.</summary>
    public Task<bool> HasAsync(KeyId who, string capability) => handle.AskAsync<bool>(new CapabilityMessages.HasCapability(who, capability));

    /// <summary>Who is known and who holds what, as known here.</summary>
    public Task<CapabilityContents> ContentsAsync() => handle.AskAsync<CapabilityContents>(new CapabilityMessages.Contents());
}
