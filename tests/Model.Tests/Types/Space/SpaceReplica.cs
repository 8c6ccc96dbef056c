using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Space;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>A replica of a space, and what people write to it.</summary>
internal sealed class SpaceReplica
{
    private readonly MemoryReplica _replica;
    private int _nonce;

    private SpaceReplica(MemoryReplica replica) => _replica = replica;

    public static SecretKey Key(int number)
    {
        byte[] seed = new byte[SecretKey.SeedBytes];
        seed[0] = (byte)number;
        seed[1] = (byte)(number >> 8);
        return SecretKey.FromSeed(seed);
    }

    public static SpaceReplica Create(Literal.Map create) => new(MemoryReplica.Of(create));

    public static SpaceReplica Create(SpaceOptions options) => Create(SpacePayloads.Create(options));

    public static SpaceReplica Create(SecretKey creator) => Create(new SpaceOptions { Seed = "s", Creators = [creator.PublicKey] });

    public DagLog Log => _replica.Log;

    public ReplicatedSpace Space => (ReplicatedSpace)_replica.Replica.Object!;

    public Settlement Now => Space.Settle(Log.FrontierVersion);

    /// <summary>Another replica with all that this one has.</summary>
    public SpaceReplica Copy()
    {
        var copy = new SpaceReplica(MemoryReplica.Of(_replica.PayloadOf(_replica.Replica.Id))) { _nonce = _nonce };
        copy.Receive(this);
        return copy;
    }

    /// <summary>Takes all that another one has, in the order in which it got it.</summary>
    public void Receive(SpaceReplica other)
    {
        for (int entry = 0; entry < other.Log.Count; entry++)
        {
            var made = Entry.Make(other._replica.PayloadOf(other.Log.HashOf(entry)), other.Log.HeaderOf(entry).PrevEntryHashes);
            Assert.False(_replica.Admit(made) is Judgement.Refused or Judgement.Waiting);
        }
    }

    public Judgement Try(SecretKey author, Literal.Map payload, DagVersion? at = null)
    {
        at ??= Log.FrontierVersion;
        var signed = Space.Sign(payload.With("nonce", $"{author.KeyId.Short}{_nonce++}"), at, author);
        return _replica.Admit(Entry.Make(signed, Log.PositionOf(at)));
    }

    public ContentHash Write(SecretKey author, Literal.Map payload, DagVersion? at = null)
    {
        var judgement = Try(author, payload, at);
        var admitted = judgement as Judgement.Admitted;
        Assert.True(admitted is not null, judgement.ToString());
        return Log.HashOf(admitted.Number);
    }

    public ContentHash AddRegister(SecretKey author, string name) => Write(author, SpacePayloads.Member(name, RegisterPayloads.Create(name)));

    public ContentHash AddCounter(SecretKey author, string name, long initial) => Write(author, SpacePayloads.Member(name, CounterPayloads.Create(name, initial)));

    public Fate FateOf(ContentHash entry) => Now.VerdictOf(entry)!.Fate;

    public MemoryReplica Memory => _replica;
}
