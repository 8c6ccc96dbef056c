using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types.Members;

/// <summary>A log of one member's operations, and the object on it.</summary>
internal sealed class MemberReplay : IPayloadSource
{
    private readonly DagLog _log = new();
    private readonly Dictionary<ContentHash, Literal.Map> _payloads = [];
    private readonly List<int> _sources = [];   // by entry of the log: the entry of the space

    public MemberReplay(IReplicatedType type, Literal.Map create, ContentHash id, TypeRegistry types)
    {
        Object = type.Open(new ObjectScope(id, _log, this, types, NoForeignObjects.Instance), create);
        Append(id, create, Position.Empty, -1, Object.TagsOfCreate());
    }

    public ReplicatedObject Object { get; }

    /// <summary>The state that the log was built for.</summary>
    public ReplayedState? At { get; set; }

    public Literal.Map PayloadOf(ContentHash entry) => _payloads[entry];

    /// <summary>The version that an operation stands on.</summary>
    public DagVersion Below(in MemberOperation operation)
    {
        if (operation.IsBelow is not { } isBelow) return _log.FrontierVersion;
        var below = _log.Cover(_log.FrontierVersion, TagFilter.Any, entry => _sources[entry] < 0 || isBelow(_sources[entry]));
        return _log.VersionOf([.. below]);
    }

    public Reject? Check(Literal.Map operation, DagVersion at)
    {
        if (MakesGuarded(operation)) return new(RejectCode.InvalidOperation, "an object nested in a member of a space has no authority of its own: use requires");
        return Object.Check(operation, at) switch
        {
            Verdict.Refused(var why) => why,
            Verdict.Waiting => new(RejectCode.InvalidOperation, "a member of a space waits for nothing"),
            _ => null,
        };
    }

    // It would wait for its capability object, which is no part of the space.
    private static bool MakesGuarded(Literal.Map operation)
    {
        var inner = operation;
        while (inner["updatePayload"] is Literal.Map update) inner = update;
        return inner["element"] is Literal.Map made && made.Has("capabilityRef");
    }

    public void Append(in MemberOperation operation) =>
        Append(operation.Id, operation.Payload, _log.PositionOf(Below(operation)), operation.Entry, [.. Object.Describe(operation.Payload, operation.Id)]);

    private void Append(ContentHash id, Literal.Map payload, Position on, int source, IEnumerable<Tag> tags)
    {
        _payloads.Add(id, payload);
        _sources.Add(source);
        _log.Append(new Header(id, on, id), [.. tags]);
    }
}
