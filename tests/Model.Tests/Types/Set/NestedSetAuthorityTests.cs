using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Tests.Types.Capabilities;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Set;
using static Hhs.Model.Tests.Types.Capabilities.CapabilityScript;

namespace Hhs.Model.Tests.Types.Set;

/// <summary>An original set in a record that has an authority: what does not count for the record does not count for the set.</summary>
public sealed class NestedSetAuthorityTests
{
    [Fact]
    public void What_a_revoked_author_added_to_a_set_in_a_record_is_void_and_the_delta_says_so()
    {
        var people = new CapabilityScript(CapabilityType.Ours, "people", Bob);
        people.Write(Creator, people.Grant(Bob, "write"));
        var granted = people.Replica.Log.Frontier;
        var rules = new AuthorityRules(people.Object.Id.ToString(), new Dictionary<string, string> { ["update"] = "write" }, [], true);
        var replica = MemoryReplica.Of(rules.WriteTo(RecordPayloads.Create("r")), foreign: ForeignObjects.Of(people.Replica));
        var record = (ReplicatedRecord)replica.Replica.Object!;
        Write(CapabilityPayloads.RefAdvance(people.Object.Id, granted), Creator, replica.Log.Frontier);
        var set = Write(RecordPayloads.Add("tags", SetPayloads.Create(new SetOptions { Seed = "s" })), Creator, replica.Log.Frontier);
        var shared = replica.Log.Frontier;
        Write(RecordPayloads.Update(set.Hash, SetPayloads.Add("mine")), Bob, shared);
        Assert.True(record.TryGetChild(set.Hash, out var child));
        var tags = (ReplicatedSet)child!;
        var before = replica.Log.FrontierVersion;
        Assert.True(tags.View(before).Has("mine"));

        people.Write(Creator, people.Revoke(Bob, "write"));
        Write(CapabilityPayloads.RefAdvance(people.Object.Id, people.Replica.Log.Frontier), Creator, shared);
        var after = replica.Log.FrontierVersion;
        Assert.False(tags.View(after).Has("mine"));
        var delta = tags.Delta(before, after);
        Assert.Equal([CanonicalJson.Hash("mine")], delta.Removed);
        Assert.Single(delta.Voided);

        Entry Write(Literal.Map operation, Hhs.Model.Identity.SecretKey author, Position at)
        {
            Assert.True(replica.Log.TryVersion(at, out var version));
            var entry = Entry.Make(record.Sign(operation, version, author), at);
            Assert.IsType<Judgement.Admitted>(replica.Admit(entry));
            return entry;
        }
    }
}
