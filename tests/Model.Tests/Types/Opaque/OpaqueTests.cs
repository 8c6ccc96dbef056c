using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Opaque;

namespace Hhs.Model.Tests.Types.Opaque;

public sealed class OpaqueTests
{
    private static readonly TypeRegistry Knowing = new(new CounterType());
    private static readonly TypeRegistry Unknowing = new();

    [Fact]
    public void An_object_of_an_unknown_type_is_kept_unread()
    {
        var replica = MemoryReplica.Of(CounterPayloads.Create("c"), Unknowing);
        Assert.Equal(CounterType.Id, Assert.IsType<OpaqueObject>(replica.Replica.Object).TypeId);
        var at = replica.Log.FrontierVersion;
        replica.Append(CounterPayloads.Add(5));
        replica.Append(Literal.Map.Of(("anything", true)));
        var delta = (OpaqueDelta)replica.Replica.Object!.Delta(at, replica.Log.FrontierVersion);
        Assert.Equal((2, 0, false), (delta.Added, delta.Removed, delta.IsEmpty));
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make("no map", replica.Log.Frontier)));
        Assert.IsType<Judgement.Waiting>(replica.Admit(Entry.Make(CounterPayloads.Add(1), [CanonicalJson.Hash("nowhere")])));
    }

    [Fact]
    public void What_was_stored_unread_stays_so_when_the_type_becomes_known()
    {
        var replica = MemoryReplica.Of(CounterPayloads.Create("c"), Unknowing);
        replica.Append(Literal.Map.Of(("action", "add"), ("amount", "not a number")));
        Assert.IsType<OpaqueObject>(replica.Reopen(Knowing).Replica.Object);
        Assert.IsType<OpaqueObject>(replica.Reopen(Unknowing).Replica.Object);
        var judged = MemoryReplica.Of(CounterPayloads.Create("c"), Knowing);
        Assert.IsType<ReplicatedCounter>(judged.Reopen(Knowing).Replica.Object);
        Assert.Throws<ArgumentException>(() => judged.Reopen(Unknowing));
    }

    [Fact]
    public void A_registry_can_be_told_to_refuse_unknown_types()
    {
        var create = Entry.Make(CounterPayloads.Create("c"), Position.Empty);
        var replica = new MemoryReplica(create.Hash, new TypeRegistry { RelaysUnknown = false });
        Assert.Equal(RejectCode.Unsupported, Assert.IsType<Judgement.Refused>(replica.Admit(create)).Why.Code);
    }
}
