using System.Text.Json;
using Hhs.Model.Dag;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Set;

namespace Hhs.Model.Tests.Types.Capabilities;

/// <summary>types.json, rcap and permissioned: every verdict, tag and view as the original has it.</summary>
public sealed class CapabilityVectorTests
{
    private static readonly JsonElement Vectors = Vector.File("types.json");

    private static readonly string[] LocalKeysOfCapabilities = ["public-key", "by", "granted-cap", "origin", "creates", "manager"];

    public static TheoryData<string> Creates => [.. Vectors.GetProperty("creates").EnumerateArray()
        .Where(c => c.GetProperty("payload").GetProperty("type").GetString() == "hhs/cap_v1").Select(c => c.GetProperty("note").GetString()!)];

    public static TheoryData<string> Histories => [.. Vectors.GetProperty("rcap").EnumerateArray().Select(h => h.GetProperty("name").GetString()!)];

    public static TheoryData<string> Permissioned => [.. Vectors.GetProperty("permissioned").EnumerateArray().Select(h => h.GetProperty("name").GetString()!)];

    private static readonly Dictionary<string, string> KeyIds = Vectors.GetProperty("identities").EnumerateArray()
        .ToDictionary(i => i.GetProperty("label").GetString()!, i => i.GetProperty("keyId").GetString()!);

    [Theory, MemberData(nameof(Creates))]
    public void Create_payload_has_the_verdict_text_and_id_of_the_original(string note)
    {
        var vector = Vectors.GetProperty("creates").EnumerateArray().Single(c => c.GetProperty("note").GetString() == note);
        var payload = vector.GetProperty("payload").AsLiteral();
        Assert.Equal(vector.GetProperty("valid").GetBoolean(), CapabilityType.Original.CheckCreate(payload, TypeRegistry.BuiltIn, null) is null);
        if (vector.TryGetProperty("id", out var id)) Assert.Equal(id.GetString(), Entry.Make(payload, Position.Empty).Hash.ToString());
    }

    [Theory, MemberData(nameof(Histories))]
    public void History_has_the_verdicts_hashes_tags_and_views_of_the_original(string name)
    {
        var vector = Vectors.GetProperty("rcap").EnumerateArray().Single(h => h.GetProperty("name").GetString() == name);
        var history = new ScriptedRows(vector.GetProperty("create"), vector.GetProperty("rows"), null, LocalKeysOfCapabilities);
        Assert.Equal(vector.GetProperty("id").GetString(), history.Replica.Replica.Id.ToString());
        Assert.Equal(history.Position(vector.GetProperty("frontier")), history.Replica.Log.Frontier);
        var caps = (ReplicatedCapabilities)history.Replica.Replica.Object!;
        foreach (var asked in vector.GetProperty("views").EnumerateArray())
        {
            var view = caps.View(history.Version(asked.GetProperty("at")), history.Version(asked.GetProperty("from")));
            foreach (var row in asked.GetProperty("hasCapability").EnumerateObject())
            {
                string[] pair = row.Name.Split(':');
                Assert.True(row.Value.GetBoolean() == view.HasCapability(KeyIds[pair[0]], pair[1]), $"{row.Name} at {asked.GetProperty("at")} from {asked.GetProperty("from")}");
            }
            foreach (var row in asked.GetProperty("capabilityExists").EnumerateObject())
                Assert.True(row.Value.GetBoolean() == view.Exists(row.Name), $"{row.Name} at {asked.GetProperty("at")} from {asked.GetProperty("from")}");
        }
    }

    [Theory, MemberData(nameof(Permissioned))]
    public void Permissioned_set_has_the_verdicts_hashes_tags_and_views_of_the_original(string name)
    {
        var vector = Vectors.GetProperty("permissioned").EnumerateArray().Single(h => h.GetProperty("name").GetString() == name);
        var caps = new ScriptedRows(vector.GetProperty("capCreate"), vector.GetProperty("capRows"), null, LocalKeysOfCapabilities);
        var history = new ScriptedRows(vector.GetProperty("setCreate"), vector.GetProperty("rows"), ForeignObjects.Of(caps.Replica),
            "deletes", "by-add", "by-delete", "by-ref-advance", "ref-version");
        Assert.Equal(vector.GetProperty("setId").GetString(), history.Replica.Replica.Id.ToString());
        Assert.Equal(history.Position(vector.GetProperty("frontier")), history.Replica.Log.Frontier);
        Assert.Equal([caps.Replica.Replica.Id], history.Replica.Replica.References);
        var set = (ReplicatedSet)history.Replica.Replica.Object!;
        foreach (var asked in vector.GetProperty("views").EnumerateArray())
        {
            var view = set.View(history.Version(asked.GetProperty("at")), history.Version(asked.GetProperty("from")));
            foreach (var row in asked.GetProperty("has").EnumerateObject())
            {
                Assert.True(LiteralReader.TryRead(System.Text.Encoding.UTF8.GetBytes(row.Name), out var element, out _));
                Assert.True(row.Value.GetBoolean() == view.Has(element), $"{row.Name} at {asked.GetProperty("at")} from {asked.GetProperty("from")}");
            }
        }
        foreach (var asked in vector.GetProperty("entryAuthorization").EnumerateArray())
        {
            var view = set.View(history.Version(asked.GetProperty("at")), history.Version(asked.GetProperty("from")));
            Assert.True(history.Replica.Log.TryIndex(history.Hash(asked.GetProperty("entry").GetString()!), out int entry));
            Assert.True(asked.GetProperty("authorized").GetBoolean() == view.Counts(entry), asked.ToString());
        }
        foreach (var asked in vector.GetProperty("resolvedRefVersions").EnumerateArray())
        {
            var resolved = set.Authority!.RefVersion(history.Version(asked.GetProperty("at")), history.Version(asked.GetProperty("from")));
            Assert.Equal(caps.Position(asked.GetProperty("rcapVersion")), resolved);
        }
    }
}
