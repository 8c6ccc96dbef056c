using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Space;

namespace Hhs.Actors.Objects;

/// <summary>Commands and questions for a capability object, and for the objects that it governs.</summary>
public static class CapabilityMessages
{
    /// <summary>Makes an identity known by its key.</summary>
    public sealed record AddIdentity(PublicKey Key) : Command
    {
        internal override Literal.Map Payload(ReplicatedCapabilities caps, DagVersion at) => CapabilityPayloads.AddIdentity(Key);
    }

    /// <summary>Makes a capability; its managers are capabilities whose holders may grant and revoke it, or <c>creator</c>.</summary>
    public sealed record CreateCap(string CapName, IReadOnlyList<string> ManagedBy) : Command
    {
        internal override Literal.Map Payload(ReplicatedCapabilities caps, DagVersion at) => CapabilityPayloads.CreateCap(CapName, ManagedBy);
    }

    /// <summary>Takes a capability away from everybody, and from existence.</summary>
    public sealed record DeleteCap(string CapName) : Command
    {
        internal override Literal.Map Payload(ReplicatedCapabilities caps, DagVersion at) => CapabilityPayloads.DeleteCap(CapName, OriginsIfOurs(caps, at, CapName));
    }

    /// <summary>Gives a capability to an identity.</summary>
    public sealed record Grant(KeyId Grantee, string CapName) : Command
    {
        internal override Literal.Map Payload(ReplicatedCapabilities caps, DagVersion at) =>
            CapabilityPayloads.Grant(Grantee.ToString(), CapName, caps.View(at).SurvivingOrigins(CapName));
    }

    /// <summary>Takes a capability from an identity, also where it was given concurrently.</summary>
    public sealed record Revoke(KeyId Grantee, string CapName) : Command
    {
        internal override Literal.Map Payload(ReplicatedCapabilities caps, DagVersion at) =>
            CapabilityPayloads.Revoke(Grantee.ToString(), CapName, OriginsIfOurs(caps, at, CapName));
    }

    /// <summary>Makes the capability object's present state, as known here, count for the object that is told this.</summary>
    public sealed record AdvanceReference : IObjectCommand
    {
        /// <inheritdoc/>
        public Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why)
        {
            if (target.References is not [var reference])
            {
                why = new(RejectCode.InvalidOperation, $"object {target.Id} has no capability object");
                return null;
            }
            if (!target.Scope.Foreign.TryGet(reference, out var caps))
            {
                why = new(RejectCode.InvalidOperation, $"capability object {reference} is not here yet");
                return null;
            }
            why = default;
            var payload = CapabilityPayloads.RefAdvance(reference, caps.Scope.Log.Frontier);
            return target is GuardedObject ours ? ours.Sign(payload, at, author) : SignedPayload.Sign(payload, author);
        }
    }

    /// <summary>Whether an identity holds a capability; answers <see cref="bool"/>.</summary>
    public sealed record HasCapability(KeyId KeyId, string CapName) : IObjectQuery
    {
        /// <inheritdoc/>
        public object Answer(ReplicatedObject target, DagVersion at) =>
            AsCapabilities(target, out var why) is { } caps ? caps.View(at).HasCapability(KeyId.ToString(), CapName) : why;
    }

    /// <summary>Who holds what; answers <see cref="CapabilityContents"/>.</summary>
    public sealed record Contents : IObjectQuery
    {
        /// <inheritdoc/>
        public object Answer(ReplicatedObject target, DagVersion at)
        {
            if (AsCapabilities(target, out var why) is not { } caps) return why;
            var view = caps.View(at);
            return new CapabilityContents(
                [.. caps.Create.Creators.Keys.Order(StringComparer.Ordinal)], [.. view.Identities().Order(StringComparer.Ordinal)],
                [.. view.Capabilities().Order(StringComparer.Ordinal).Select(cap => new CapabilityHolders(cap, view.ManagedBy(cap), view.Holders(cap)))]);
        }
    }

    /// <summary>An operation on a capability object, or on that of a space, signed by the node's identity.</summary>
    public abstract record Command : IObjectCommand
    {
        /// <inheritdoc/>
        public Literal? Build(ReplicatedObject target, DagVersion at, SecretKey author, out Reject why) =>
            AsCapabilities(target, out why) is not { } caps ? null
            : target is ReplicatedSpace space ? space.Sign(SpacePayloads.Op(SpacePayloads.Capabilities, Payload(caps, at)).Once(), at, author)
            : caps.Sign(Payload(caps, at), at, author);

        internal abstract Literal.Map Payload(ReplicatedCapabilities caps, DagVersion at);
    }

    private static IReadOnlyList<ContentHash>? OriginsIfOurs(ReplicatedCapabilities caps, DagVersion at, string cap) =>
        caps.Type.IsOurs ? caps.View(at).SurvivingOrigins(cap) : null;

    private static ReplicatedCapabilities? AsCapabilities(ReplicatedObject target, out Reject why)
    {
        var caps = target as ReplicatedCapabilities ?? (target as ReplicatedSpace)?.Capabilities;
        why = caps is not null ? default : new(RejectCode.InvalidOperation, target is ReplicatedSpace
            ? $"space {target.Id} was made without capabilities"
            : $"object {target.Id} is a {Reject.Excerpt(target.TypeId)}, not a capability object");
        return caps;
    }
}

/// <summary>A capability: its managers, and the key ids of those who were granted it and hold it.</summary>
public sealed record CapabilityHolders(string CapName, IReadOnlyList<string> ManagedBy, IReadOnlyList<string> Holders);

/// <summary>What a capability object says: creators and enrolled identities by key id, and the capabilities.</summary>
public sealed record CapabilityContents(IReadOnlyList<string> Creators, IReadOnlyList<string> Identities, IReadOnlyList<CapabilityHolders> Capabilities);
