using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Model.Types.Capabilities;

/// <summary>What a capability object says at a version, as judged from a later one.</summary>
/// <remarks>Source: types.md section 6.3; docs/types/capabilities.md for our type.</remarks>
public sealed class CapabilityView
{
    private readonly ReplicatedCapabilities _caps;
    private readonly CapabilityJudge _judge;
    private readonly DagVersion _at;

    internal CapabilityView(ReplicatedCapabilities caps, CapabilityJudge judge, DagVersion at) => (_caps, _judge, _at) = (caps, judge, at);

    /// <summary>Whether a key id is a creator's or an enrolled identity's.</summary>
    public bool IsIdentity(string keyId) =>
        _caps.IsCreator(keyId) || _caps.Scope.Log.Cover(_at, TagFilter.Of(_caps.Scope.Tag(CapabilityTags.Ids, keyId)), _caps.Scope.IsLive).Count > 0;

    /// <summary>Whether a capability exists.</summary>
    public bool Exists(string capName) => SurvivingOrigins(capName).Count > 0;

    /// <summary>The entries that made the capability and are not undone by a deletion, in ordinal order.</summary>
    public IReadOnlyList<ContentHash> SurvivingOrigins(string capName) => _judge.RuleOf(capName, _at).Origins;

    /// <summary>The capabilities whose holders may grant and revoke this one; <c>creator</c> stands for the creators, who always may.</summary>
    public IReadOnlyList<string> ManagedBy(string capName) => _judge.RuleOf(capName, _at).Managers;

    /// <summary>Whether an identity holds a capability. Creators hold every one, existing or not.</summary>
    public bool HasCapability(string keyId, string capName) => _judge.Has(keyId, capName, _at);

    /// <summary>The capabilities that exist, in ordinal order.</summary>
    public IReadOnlyList<string> Capabilities() =>
        [.. _caps.Scope.TagsWithKey(CapabilityTags.Creates).Select(tag => tag.Value).Where(Exists).Order(StringComparer.Ordinal)];

    /// <summary>Those who hold a capability by grants, in ordinal order; the creators hold it besides.</summary>
    public IReadOnlyList<string> Holders(string capName) =>
        [.. _caps.Index.GranteesOf(capName).Where(who => !_caps.IsCreator(who) && HasCapability(who, capName)).Order(StringComparer.Ordinal)];

    /// <summary>The enrolled identities, in ordinal order; the creators are known besides.</summary>
    public IReadOnlyList<string> Identities() =>
        [.. _caps.Scope.TagsWithKey(CapabilityTags.Ids).Select(tag => tag.Value).Where(IsIdentity).Order(StringComparer.Ordinal)];
}
