using System.Diagnostics.CodeAnalysis;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Tests.Types.Capabilities;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;
using static Hhs.Model.Tests.Types.Capabilities.CapabilityScript;

namespace Hhs.Model.Tests.Contracts;

/// <summary>A capability object in which two writers get and lose their capability, partly at the same time.</summary>
internal sealed class TestAuthority : IForeignObjects
{
    private readonly CapabilityScript _caps = new(CapabilityType.Ours, "contract", Bob, Carol);
    private readonly string[] _operations;

    public TestAuthority(string[] operations)
    {
        _operations = operations;
        var bob = _caps.Write(Creator, _caps.Grant(Bob, "write"));
        var carol = _caps.Write(Creator, _caps.Grant(Carol, "write", bob), bob);
        _caps.Write(Creator, _caps.Revoke(Bob, "write", carol), carol);
        _caps.Write(Creator, _caps.Revoke(Carol, "write", carol), carol);
        _caps.Write(Creator, _caps.Grant(Bob, "write"));
        _caps.Write(Creator, _caps.Revoke(Carol, "write"));
    }

    public Literal.Map Guard(Literal.Map create) =>
        new AuthorityRules(_caps.Object.Id.ToString(), _operations.ToDictionary(o => o, _ => "write"), ["write"], RefAdvanceCreators: true).WriteTo(create);

    /// <summary>The operation signed by one who may do it, or now and then another version of the capability object made to count.</summary>
    public Literal.Map Sign(ReplicatedObject obj, Literal.Map operation, DagVersion at, Random random)
    {
        var guarded = (GuardedObject)obj;
        SecretKey[] people = [.. ((SecretKey[])[Creator, Bob, Bob, Carol, Carol]).OrderBy(_ => random.Next()), Creator];
        Literal.Map[] tries = random.Next(4) == 0 ? [.. Enumerable.Range(0, 6).Select(_ => RandomAdvance(random)), operation] : [operation];
        foreach (var wanted in tries)
        {
            foreach (var person in people)
            {
                var signed = guarded.Sign(wanted, at, person);
                if (obj.Check(signed, at) == Verdict.Valid) return signed;
            }
        }
        throw new InvalidOperationException("the creator may do everything");
    }

    public bool TryGet(ContentHash id, [NotNullWhen(true)] out ReplicatedObject? obj)
    {
        obj = id == _caps.Object.Id ? _caps.Object : null;
        return obj is not null;
    }

    private Literal.Map RandomAdvance(Random random)
    {
        var log = _caps.Replica.Log;
        return CapabilityPayloads.RefAdvance(_caps.Object.Id, log.PositionOf(log.VersionOf(random.Next(log.Count))));
    }
}
