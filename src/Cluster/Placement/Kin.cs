using System.Globalization;

namespace Hhs.Cluster.Placement;

/// <summary>What all nodes of a cluster have in common, as they tell one another: a line of text, so that any two versions can read it.</summary>
/// <param name="KeyId">Their identity.</param>
/// <param name="Store">The name that the store was given when it was first used by a cluster.</param>
/// <param name="Shards"><c>hhs.cluster.number-of-shards</c>.</param>
/// <param name="Messages">The version of what they say to one another, <see cref="MessagesVersion"/>.</param>
internal sealed record Kin(string KeyId, string Store, int Shards, int Messages)
{
    /// <summary>Rises with every change of the messages between nodes that an older node cannot read.</summary>
    public const int MessagesVersion = 1;

    /// <summary>What differs, for people; null for nothing.</summary>
    /// <param name="other">Another node's <see cref="ToString"/>.</param>
    public string? DifferenceFrom(string other)
    {
        string[] ours = ToString().Split(' '), theirs = other.Split(' ');
        if (theirs.Length < ours.Length || theirs[0] != ours[0]) return $"it runs an incompatible version (it says '{(other.Length > ExcerptMax ? other[..ExcerptMax] : other)}')";
        for (int i = 1; i < ours.Length; i++)
            if (ours[i] != theirs[i]) return $"the {Names[i - 1]} here is {ours[i]}, there {theirs[i]}";
        return null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"hhs-kin-1 {KeyId} {Store} {Shards} {Messages}");

    private const int ExcerptMax = 100;
    private static readonly string[] Names = ["identity (key id)", "store", "number of shards (hhs.cluster.number-of-shards)", "version of the messages between nodes"];
}
