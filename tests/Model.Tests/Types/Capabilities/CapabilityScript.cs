using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;

namespace Hhs.Model.Tests.Types.Capabilities;

/// <summary>A capability object written entry by entry: admin manages itself and write.</summary>
internal sealed class CapabilityScript
{
    public static readonly SecretKey Creator = Person(1), Alice = Person(2), Bob = Person(3), Carol = Person(4);

    public CapabilityScript(CapabilityType type, string seed = "s", params ReadOnlySpan<SecretKey> enrolled)
    {
        Replica = MemoryReplica.Of(CapabilityPayloads.Create(type, seed, [Creator.PublicKey], new Dictionary<string, string[]>
        {
            ["admin"] = ["admin"], ["write"] = ["admin"],
        }));
        foreach (var person in enrolled) Write(Creator, CapabilityPayloads.AddIdentity(person.PublicKey));
    }

    public MemoryReplica Replica { get; }

    public ReplicatedCapabilities Object => (ReplicatedCapabilities)Replica.Replica.Object!;

    public static SecretKey Person(int number)
    {
        byte[] seed = new byte[32];
        BitConverter.TryWriteBytes(seed, number);
        return SecretKey.FromSeed(seed);
    }

    public CapabilityView Now => Object.View(Replica.Log.FrontierVersion);

    public bool Holds(SecretKey who, string cap, params ReadOnlySpan<ContentHash> at) =>
        (at.Length == 0 ? Now : Object.View(Replica.Version(at))).HasCapability(who.KeyId.ToString(), cap);

    public Entry Make(SecretKey author, Literal.Map payload, params ReadOnlySpan<ContentHash> at)
    {
        var position = at.Length == 0 ? Replica.Log.Frontier : Position.Of(at);
        Assert.True(Replica.Log.TryVersion(position, out var version));
        return Entry.Make(Object.Sign(payload, version, author), position);
    }

    public ContentHash Write(SecretKey author, Literal.Map payload, params ReadOnlySpan<ContentHash> at)
    {
        var entry = Make(author, payload, at);
        var judgement = Replica.Admit(entry);
        Assert.True(judgement is Judgement.Admitted, judgement.ToString());
        return entry.Hash;
    }

    public Literal.Map Grant(SecretKey to, string cap, params ReadOnlySpan<ContentHash> at) =>
        CapabilityPayloads.Grant(to.KeyId.ToString(), cap, Origins(cap, at));

    public Literal.Map Revoke(SecretKey from, string cap, params ReadOnlySpan<ContentHash> at) =>
        CapabilityPayloads.Revoke(from.KeyId.ToString(), cap, Object.Type.IsOurs ? Origins(cap, at) : null);

    public Literal.Map Delete(string cap, params ReadOnlySpan<ContentHash> at) =>
        CapabilityPayloads.DeleteCap(cap, Object.Type.IsOurs ? Origins(cap, at) : null);

    private IReadOnlyList<ContentHash> Origins(string cap, ReadOnlySpan<ContentHash> at) =>
        (at.Length == 0 ? Now : Object.View(Replica.Version(at))).SurvivingOrigins(cap);
}
