using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types;

/// <summary>What our own types (<c>hhs-actors/*</c>) share: optional authority, and payloads without its fields.</summary>
public abstract class NativeObject : ReplicatedObject
{
    internal NativeObject(ObjectScope scope)
        : base(scope)
    {
    }

    /// <inheritdoc/>
    public sealed override Verdict Check(Literal payload, DagVersion at) =>
        payload is Literal.Map map ? CheckOperation(Bare(map), at) : Invalid("an operation must be a map");

    /// <inheritdoc/>
    public sealed override IEnumerable<Tag> DescribeCreate() => DescribeInitial();

    /// <inheritdoc/>
    public sealed override IEnumerable<Tag> Describe(Literal.Map payload, ContentHash entry) => DescribeOperation(Bare(payload), entry);

    internal abstract Verdict CheckOperation(Literal.Map bare, DagVersion at);

    internal abstract IEnumerable<Tag> DescribeInitial();

    internal abstract IEnumerable<Tag> DescribeOperation(Literal.Map bare, ContentHash entry);

    /// <summary>An operation's payload without the fields of authorship.</summary>
    internal Literal.Map Bare(Literal.Map payload) => payload;

    /// <summary>Which operations count in a view, by entry number; null when all do.</summary>
    internal Func<int, bool>? CountsAt(DagVersion at, DagVersion from) => null;

    internal static string? AuthorOf(Literal.Map payload) => payload.Text(Identity.SignedPayload.Author);

    internal static Reject Invalid(string detail) => new(RejectCode.InvalidOperation, detail);

    /// <summary>Whether a value is small enough to be kept, by its canonical text.</summary>
    internal static bool IsSmall(Literal value) => value switch
    {
        Literal.Boolean or Literal.Number => true,
        Literal.String text when text.Value.Length <= ValueBytesMax / 8 => true,
        _ => CanonicalJson.Write(value).Length <= ValueBytesMax,
    };

    /// <summary>Longest canonical text of one value, in bytes.</summary>
    public const int ValueBytesMax = 65_536;
}
