using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Set;
using static Hhs.Model.Tests.Types.Capabilities.CapabilityScript;

namespace Hhs.Model.Tests.Types.Capabilities;

public sealed class PermissionedSetTests
{
    private readonly CapabilityScript _caps = new(CapabilityType.Ours, "s", Bob);

    private MemoryReplica Open(string seed) => MemoryReplica.Of(SetPayloads.Create(new SetOptions
    {
        Seed = seed, AcceptRedundantDelete = true,
        Authority = new(_caps.Object.Id.ToString(), new Dictionary<string, string> { ["add"] = "write" }, [], true),
    }), foreign: ForeignObjects.Of(_caps.Replica));

    [Fact]
    public void As_in_the_original_a_signed_add_can_be_appended_again_in_another_set()
    {
        MemoryReplica one = Open("one"), other = Open("other");
        var add = SignedPayload.Sign(SetPayloads.Add("x"), Creator);
        one.Append(add);
        other.Append(add);
        Assert.True(((ReplicatedSet)other.Replica.Object!).View(other.Log.FrontierVersion).Has("x"));
    }

    [Fact]
    public void Ten_thousand_adds_under_a_hundred_versions_of_the_authority_are_read_in_time()
    {
        _caps.Write(Creator, _caps.Grant(Bob, "write"));
        var box = Open("big");
        var set = (ReplicatedSet)box.Replica.Object!;
        var tip = box.Replica.Id;
        for (int i = 0; i < 10_000; i++)
        {
            if (i % 100 == 0)
            {
                _caps.Write(Creator, CapabilityPayloads.AddIdentity(Person(1000 + i).PublicKey));
                tip = Append(Creator, CapabilityPayloads.RefAdvance(_caps.Object.Id, _caps.Replica.Log.Frontier));
            }
            tip = Append(Bob, SetPayloads.Add(i));
        }
        var watch = ThreadTime.Start();
        Assert.Equal(10_000, set.View(box.Log.FrontierVersion).ElementHashes().Count);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");

        // As if admitted: ten thousand signatures would hide what is measured.
        ContentHash Append(SecretKey author, Literal.Map payload)
        {
            var authored = payload.With("author", author.KeyId.ToString()).With("signature", "");
            var entry = Entry.Make(authored, Position.Of(tip));
            box.Log.Append(entry.Header, [.. set.Describe(authored, entry.Hash)]);
            return entry.Hash;
        }
    }
}
