using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;

namespace Hhs.Model.Tests.Types.Authority;

/// <summary>The least type of ours that has everything: texts that are put in, and boxes in the box.</summary>
internal sealed class BoxType : IReplicatedType
{
    public const string Id = "hhs-actors/test-box_v1";

    public static readonly TypeRegistry Registry = new(new BoxType(), Hhs.Model.Types.Capabilities.CapabilityType.Ours);

    public string TypeId => Id;

    public Reject? CheckCreate(Literal create, TypeRegistry types, ObjectScope? parent) =>
        CreateFormat.Accepts(create) ? AuthorityRules.Check((Literal.Map)create, "put", "nest", "update") : new(RejectCode.InvalidOperation, "format");

    public ReplicatedObject Open(ObjectScope scope, Literal.Map create) => new Box(scope, create);

    public static Literal.Map Create(AuthorityRules? rules = null)
    {
        var create = Literal.Map.Of(("action", "create"), ("type", Id));
        return rules is null ? create : rules.WriteTo(create);
    }

    private static readonly PayloadFormat CreateFormat = new(
        [("action", true, PayloadFormat.Constant("create")), ("type", true, PayloadFormat.Constant(Id)), .. AuthorityRules.CreateFields]);

    internal sealed class Box(ObjectScope scope, Literal.Map create) : GuardedObject(scope, create)
    {
        public override string TypeId => BoxType.Id;

        public bool Has(string text, DagVersion at, DagVersion from) =>
            Scope.Log.Cover(at, TagFilter.Of(Scope.Tag("text", text)), Counts(from)).Count > 0;

        public Box Child(ContentHash id)
        {
            Scope.Log.TryIndex(id, out int entry);
            return new(Scope.Child(id, this), (Literal.Map)Scope.PayloadOf(entry)["element"]!);
        }

        public override ObjectDelta Delta(DagVersion start, DagVersion end) => new BoxDelta(RevisionBoundOf(start, end));

        protected override Verdict CheckOperation(Literal.Map operation, DagVersion at) => operation.Text("action") switch
        {
            "put" => operation.Text("text") is null ? Invalid("no text") : Verdict.Valid,
            "nest" => Verdict.Valid,
            "update" => Child(ContentHash.Parse(operation.Text("child"))).Check(operation["updatePayload"]!, at),
            _ => Invalid("unknown"),
        };

        protected override IEnumerable<Tag> DescribeCreate() => [];

        protected override IEnumerable<Tag> DescribeOperation(Literal.Map operation, ContentHash entry) => operation.Text("action") switch
        {
            "put" => [new Tag("text", operation.Text("text")!)],
            "nest" => new Box(Scope.Child(entry, this), (Literal.Map)operation["element"]!).TagsOfCreate().Select(tag => InnerTag(entry.ToString(), tag)),
            _ => Child(ContentHash.Parse(operation.Text("child"))).Describe((Literal.Map)operation["updatePayload"]!, entry).Select(tag => InnerTag(operation.Text("child")!, tag)),
        };
    }

    internal sealed record BoxDelta(DagVersion RevisionBound) : ObjectDelta(RevisionBound)
    {
        public override bool IsEmpty => true;
    }
}
