using Hhs.Model.Dag;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Tests.Types.Capabilities;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Text;
using static Hhs.Model.Tests.Types.Capabilities.CapabilityScript;

namespace Hhs.Model.Tests.Types.Text;

/// <summary>Our types under an authority, by example; the contract does the same at random.</summary>
public sealed class GuardedTextTests
{
    private readonly CapabilityScript _caps = new(CapabilityType.Ours, "text", Alice, Bob);
    private readonly ForeignObjects _foreign = [];

    public GuardedTextTests() => _foreign.Add(_caps.Object.Id, _caps.Object);

    [Fact]
    public void Only_editors_may_rename()
    {
        _caps.Write(Creator, _caps.Grant(Bob, "write"));
        // The one line: whoever sets the name needs the capability.
        var create = new AuthorityRules(_caps.Object.Id.ToString(), new Dictionary<string, string> { ["set"] = "write" }, [], true).WriteTo(RecordPayloads.Create("doc"));
        var replica = MemoryReplica.Of(create, foreign: _foreign);
        Write(replica, Creator, CapabilityPayloads.RefAdvance(_caps.Object.Id, _caps.Replica.Log.Frontier));
        Write(replica, Bob, RecordPayloads.Set(("name", "by bob")));
        var refused = Assert.IsType<Judgement.Refused>(replica.Admit(Make(replica, Alice, RecordPayloads.Set(("name", "by alice")))));
        Assert.Contains("write", refused.Why.Detail, StringComparison.Ordinal);
        Assert.IsType<Judgement.Refused>(replica.Admit(Entry.Make(RecordPayloads.Set(("name", "by nobody")), replica.Log.Frontier)));
        var record = (ReplicatedRecord)replica.Replica.Object!;
        var winner = Assert.Single(record.View(replica.Log.FrontierVersion).Candidates("name"));
        Assert.Equal((Bob.KeyId.ToString(), "by bob"), (winner.Author, winner.Value));
        Write(replica, Alice, RecordPayloads.Remove("name"));   // no capability is asked for this one
    }

    [Fact]
    public void What_was_typed_while_being_revoked_is_not_shown_and_what_hangs_on_it_stays()
    {
        var granted = _caps.Write(Creator, _caps.Grant(Bob, "write"));
        _caps.Write(Creator, _caps.Revoke(Bob, "write"));
        var create = new AuthorityRules(_caps.Object.Id.ToString(), new Dictionary<string, string> { ["insert"] = "write" }, [], true).WriteTo(TextPayloads.Create("t"));
        var replica = MemoryReplica.Of(create, foreign: _foreign);
        var text = (ReplicatedText)replica.Replica.Object!;
        string Shown() => text.View(replica.Log.FrontierVersion).Text;

        Write(replica, Creator, CapabilityPayloads.RefAdvance(_caps.Object.Id, [granted]));
        Write(replica, Bob, TextPayloads.Insert(text.View(replica.Log.FrontierVersion), 0, "before "));
        var fork = replica.Log.Frontier;
        Write(replica, Creator, CapabilityPayloads.RefAdvance(_caps.Object.Id, _caps.Replica.Log.Frontier));
        var revoked = replica.Log.Frontier;
        var offline = Write(replica, Bob, TextPayloads.Insert(text.View(replica.Version([.. fork])), 7, "offline "), fork);
        var answer = Write(replica, Creator, TextPayloads.Insert(text.View(replica.Version(offline)), 15, "answer"), [offline]);
        Assert.Equal("before answer", Shown());
        Assert.Equal("before offline answer", text.View(replica.Version(answer)).Text);
        Assert.Equal("before answer", text.View(replica.Version(answer), replica.Log.FrontierVersion).Text);
        Assert.Equal("before answer", ((ReplicatedText)replica.Reopen(foreign: _foreign).Replica.Object!).View(replica.Log.FrontierVersion).Text);

        var delta = text.Delta(replica.Version(answer), replica.Log.FrontierVersion);
        Assert.Equal([new TextSplice(7, 8, "")], delta.Splices);
        Assert.IsType<Judgement.Refused>(replica.Admit(Make(replica, Bob, TextPayloads.Insert(text.View(replica.Version([.. revoked])), 0, "x"), revoked)));
        Write(replica, Creator, TextPayloads.Insert(text.View(replica.Log.FrontierVersion), 13, "!"));
        Assert.Equal("before answer!", Shown());
    }

    private static Hhs.Model.Hashing.ContentHash Write(MemoryReplica replica, SecretKey author, Literal.Map operation, Position? at = null)
    {
        var entry = Make(replica, author, operation, at);
        var judgement = replica.Admit(entry);
        Assert.True(judgement is Judgement.Admitted, judgement.ToString());
        return entry.Hash;
    }

    private static Entry Make(MemoryReplica replica, SecretKey author, Literal.Map operation, Position? at = null)
    {
        at ??= replica.Log.Frontier;
        Assert.True(replica.Log.TryVersion(at, out var version));
        return Entry.Make(((GuardedObject)replica.Replica.Object!).Sign(operation, version, author), at);
    }
}
