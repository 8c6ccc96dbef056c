using System.Text.Json;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Set;

namespace Hhs.Model.Tests.Types;

/// <summary>types.json: create payloads, scripted histories and their views, as the original has them.</summary>
public sealed class SetVectorTests
{
    private static readonly JsonElement Vectors = Vector.File("types.json");

    public static TheoryData<string> SetCreates => [.. Vectors.GetProperty("creates").EnumerateArray()
        .Where(c => c.GetProperty("payload").GetProperty("type").GetString() == SetType.Id).Select(c => c.GetProperty("note").GetString()!)];

    // The vectors hold the ids of the four sets but not their create payloads; these are the ones that hash to the ids.
    private static readonly Dictionary<string, Literal.Map> Creates = new()
    {
        ["no barriers, acceptRedundantDelete=false"] = SetPayloads.Create(new SetOptions { Seed = "conc", InitialElements = ["i1"] }),
        ["supportBarrierDelete"] = SetPayloads.Create(new SetOptions { Seed = "bdel", InitialElements = ["i1"], AcceptRedundantDelete = true, SupportBarrierDelete = true }),
        ["supportBarrierAdd"] = SetPayloads.Create(new SetOptions { Seed = "badd", InitialElements = ["i1"], AcceptRedundantDelete = true, SupportBarrierAdd = true }),
        ["acceptRedundantAdd=false"] = SetPayloads.Create(new SetOptions { Seed = "nored", AcceptRedundantAdd = false }),
    };

    public static TheoryData<string> Histories => [.. Vectors.GetProperty("rset").EnumerateArray().Select(h => h.GetProperty("name").GetString()!)];

    [Theory, MemberData(nameof(SetCreates))]
    public void Create_payload_has_the_verdict_text_and_id_of_the_original(string note)
    {
        var vector = Vectors.GetProperty("creates").EnumerateArray().Single(c => c.GetProperty("note").GetString() == note);
        var payload = vector.GetProperty("payload").AsLiteral();
        Assert.Equal(vector.GetProperty("valid").GetBoolean(), new SetType().CheckCreate(payload, TypeRegistry.BuiltIn, null) is null);
        if (vector.TryGetProperty("canonical", out var canonical))
            Assert.Equal(canonical.GetString(), System.Text.Encoding.UTF8.GetString(CanonicalJson.Write(payload)));
        if (vector.TryGetProperty("id", out var id)) Assert.Equal(id.GetString(), Entry.Make(payload, Position.Empty).Hash.ToString());
    }

    [Fact]
    public void Element_hashes_are_those_of_the_original()
    {
        foreach (var vector in Vectors.GetProperty("elementHashes").EnumerateArray())
            Assert.Equal(vector.GetProperty("hash").GetString(), CanonicalJson.Hash(vector.GetProperty("element").AsLiteral()).ToString());
    }

    [Theory, MemberData(nameof(Histories))]
    public void History_has_the_verdicts_hashes_tags_and_views_of_the_original(string name)
    {
        var vector = Vectors.GetProperty("rset").EnumerateArray().Single(h => h.GetProperty("name").GetString() == name);
        var history = new ScriptedHistory(Creates[name], vector.GetProperty("rows"));
        Assert.Equal(vector.GetProperty("id").GetString(), history.Replica.Replica.Id.ToString());
        Assert.Equal(history.Position(vector.GetProperty("frontier")), history.Replica.Log.Frontier);
        var set = (ReplicatedSet)history.Replica.Replica.Object!;
        foreach (var view in vector.GetProperty("views").EnumerateArray())
        {
            var asked = set.View(history.Version(view.GetProperty("at")), history.Version(view.GetProperty("from")));
            foreach (var row in view.GetProperty("has").EnumerateObject())
            {
                Assert.True(LiteralReader.TryRead(System.Text.Encoding.UTF8.GetBytes(row.Name), out var element, out _));
                Assert.True(row.Value.GetBoolean() == asked.Has(element), $"{row.Name} at {view.GetProperty("at")} from {view.GetProperty("from")}");
                Assert.Equal(row.Value.GetBoolean(), asked.Elements().Contains(element));
            }
        }
    }

    [Fact]
    public void Nested_sets_have_the_verdicts_hashes_tags_and_views_of_the_original()
    {
        var vector = Vectors.GetProperty("nested");
        var history = new ScriptedHistory(SetPayloads.Create(new SetOptions { Seed = "outer", ContentType = SetType.Id }), vector.GetProperty("rows"));
        Assert.Equal(vector.GetProperty("outerId").GetString(), history.Replica.Replica.Id.ToString());
        Assert.Equal(history.Position(vector.GetProperty("frontier")), history.Replica.Log.Frontier);
        var set = (ReplicatedSet)history.Replica.Replica.Object!;
        foreach (var view in vector.GetProperty("outerViews").EnumerateArray())
        {
            var asked = set.View(history.Version(view.GetProperty("at")), history.Version(view.GetProperty("from")));
            foreach (var row in view.GetProperty("hasByHash").EnumerateObject())
                Assert.Equal(row.Value.GetBoolean(), asked.HasByHash(history.Hash(row.Name)));
        }
        Assert.True(set.TryGetChild(history.Hash("n1"), out var child));
        foreach (var view in vector.GetProperty("innerViewsOfN1").EnumerateArray())
        {
            var asked = ((ReplicatedSet)child).View(history.Version(view.GetProperty("at")));
            foreach (var row in view.GetProperty("has").EnumerateObject())
                Assert.True(row.Value.GetBoolean() == asked.Has(row.Name), $"{row.Name} at {view.GetProperty("at")}");
        }
    }

    /// <summary>Rows of a vector, played against a replica: verdicts, hashes and tags are compared on the way.</summary>
    private sealed class ScriptedHistory
    {
        private readonly Dictionary<string, ContentHash> _names = [];

        public ScriptedHistory(Literal create, JsonElement rows)
        {
            Replica = MemoryReplica.Of((Literal.Map)create);
            _names["root"] = Replica.Replica.Id;
            foreach (var row in rows.EnumerateArray()) Play(row);
        }

        public MemoryReplica Replica { get; }

        public ContentHash Hash(string name) => _names[name];

        public Position Position(JsonElement names) => Model.Dag.Position.Of([.. names.EnumerateArray().Select(n => _names.TryGetValue(n.GetString()!, out var hash) ? hash : ContentHash.Parse(n.GetString()!))]);

        public DagVersion Version(JsonElement names)
        {
            Assert.True(Replica.Log.TryVersion(Position(names), out var version));
            return version;
        }

        private void Play(JsonElement row)
        {
            string name = row.GetProperty("name").GetString()!;
            // null is no literal: such a payload is refused before it gets here.
            if (row.GetProperty("payload").GetRawText().Contains("null", StringComparison.Ordinal)) return;
            var payload = row.GetProperty("payload").AsLiteral();
            var at = Position(row.GetProperty("prev"));
            Assert.True(Replica.Log.TryVersion(at, out var version));
            bool valid = row.GetProperty("valid").GetBoolean();
            // The one verdict in which we differ, because the original fails while applying (docs/wire-compatibility.md).
            if (name == "add of an INVALID inner create payload passes outer validation") valid = false;
            var verdict = Replica.Replica.Object!.Check(payload, version);
            Assert.True(valid == (verdict == Verdict.Valid), $"{name}: {verdict}");
            if (!valid || row.TryGetProperty("notApplied", out _)) return;

            var entry = Entry.Make(payload, at);
            Assert.Equal(row.GetProperty("hash").GetString(), entry.Hash.ToString());
            _names[name] = entry.Hash;
            if (Replica.Admit(entry) is not Judgement.Admitted admitted) return;   // the same payload at the same position again
            var expected = row.GetProperty("meta").EnumerateObject()
                .SelectMany(key => key.Value.EnumerateObject().Select(value => new Tag(key.Name, value.Name)));
            var tags = admitted.Tags.Where(tag => tag.Key.Split('-')[^1] != ReplicatedSet.DeletesKey);
            Assert.Equal(expected.ToHashSet(), tags.ToHashSet());
        }
    }
}
