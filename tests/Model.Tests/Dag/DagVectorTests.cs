using System.Text;
using System.Text.Json;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Dag;

/// <summary>dag_entries.json: the graph, its frontiers and the results of all queries, as the original has them.</summary>
public class DagVectorTests
{
    private static readonly JsonElement File = Vector.File("dag_entries.json");
    private readonly DagLog _log = new();
    private readonly Dictionary<string, int> _named = [];

    public DagVectorTests()
    {
        foreach (var entry in File.GetProperty("graph").EnumerateArray()) Append(entry);
    }

    [Fact]
    public void Entries_hash_to_their_names_and_the_frontier_grows_as_in_the_original()
    {
        var log = new DagLog();
        _named.Clear();
        foreach (var entry in File.GetProperty("graph").EnumerateArray())
        {
            var header = HeaderOf(entry);
            Assert.Equal(entry.Text("hash"), header.Hash.ToString());
            Assert.Equal(entry.GetProperty("header").Text("payloadHash"), CanonicalJson.Hash(Read(entry.GetProperty("payload"))).ToString());
            var written = new JsonBuffer();
            header.Write(written);
            Assert.Equal(entry.Text("canonicalHeader"), Encoding.UTF8.GetString(written.Written));
            Assert.Equal(entry.GetProperty("prev").GetArrayLength(), header.PrevEntryHashes.Count);
            _named[entry.Text("name")] = log.Append(header, TagsOf(entry));
            Assert.Equal(
                entry.Texts("frontierAfter").Order(StringComparer.Ordinal),
                Names(log.FrontierVersion.Tips.ToArray()).Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public void A_query_has_the_result_of_the_original(int number)
    {
        var query = File.GetProperty("queries")[number];
        switch (query.Text("fn"))
        {
            case "minimalCover":
                AssertNames(query, "result", _log.MinimalCover(Version(query, "of")).Tips.ToArray());
                break;
            case "forkPosition":
                var result = query.GetProperty("result");
                var fork = _log.Fork(Version(query, "a"), Version(query, "b"));
                AssertNames(result, "commonFrontier", fork.CommonFrontier.Tips.ToArray());
                AssertNames(result, "common", fork.Common);
                AssertNames(result, "forkA", fork.ForkA);
                AssertNames(result, "forkB", fork.ForkB);
                break;
            case "coverWithFilter":
                AssertNames(query, "result", _log.Cover(Version(query, "from"), Filter(query)));
                break;
            case "coverWithFilter+predicate":
                var rejected = query.Texts("predicateRejects").Select(n => _named[n]).ToHashSet();
                AssertNames(query, "result", _log.Cover(Version(query, "from"), Filter(query), e => !rejected.Contains(e)));
                break;
            case "concurrentCoverWithFilter":
                AssertNames(query, "result", _log.ConcurrentCover(Version(query, "from"), Version(query, "concurrentTo"), Filter(query)));
                break;
            default:
                Assert.Fail($"a query of an unknown kind: {query}");
                break;
        }
    }

    [Fact]
    public void A_linear_chain_hashes_as_in_the_original()
    {
        foreach (var entry in File.GetProperty("linearChain").EnumerateArray()) Assert.Equal(entry.Text("hash"), HeaderOf(entry).Hash.ToString());
    }

    [Fact]
    public void A_header_of_eleven_predecessors_hashes_as_in_the_original()
    {
        var entry = File.GetProperty("elevenPredecessors");
        var header = HeaderOf(entry);
        Assert.Equal(11, header.PrevEntryHashes.Count);
        Assert.Equal(entry.Text("hash"), header.Hash.ToString());
    }

    [Fact]
    public void Odd_appends_are_taken_or_refused_as_in_the_original_but_for_a_repeated_one()
    {
        var cases = File.GetProperty("edgeBehaviour");
        var log = new DagLog();
        var root = new Header(ContentHash.Of([0]), Position.Empty);
        var child = new Header(ContentHash.Of([1]), [root.Hash]);
        log.Append(root, []);
        log.Append(child, []);

        // {root, child}: not minimal, accepted, and only the entry itself is left in the frontier.
        Assert.True(cases[0].GetProperty("accepted").GetBoolean());
        var notMinimal = new Header(ContentHash.Of([2]), [root.Hash, child.Hash]);
        log.Append(notMinimal, []);
        Assert.Equal([notMinimal.Hash], log.Frontier);
        Assert.Equal([0, 1], log.PrevOf(2).ToArray().Order());

        // A second root joins the frontier.
        Assert.Equal(2, cases[1].Texts("frontier").Length);
        var secondRoot = new Header(ContentHash.Of([3]), Position.Empty);
        log.Append(secondRoot, []);
        Assert.Equal(Position.Of(notMinimal.Hash, secondRoot.Hash), log.Frontier);

        // An unknown predecessor: ours is the caller's mistake too, and leaves no trace.
        Assert.StartsWith("Error", cases[2].Text("error"), StringComparison.Ordinal);
        var unknown = ContentHash.Of([9]);
        Assert.Throws<ArgumentException>(() => log.Append(new Header(ContentHash.Of([4]), [root.Hash, unknown]), []));
        Assert.Equal([unknown], log.MissingOf([root.Hash, unknown]));
        Assert.False(log.TryVersion([root.Hash, unknown], out _));
        Assert.Equal(4, log.Count);

        // The original puts a repeated entry back into its frontier (a bug there); we refuse.
        Assert.NotEqual(cases[3].Texts("before"), cases[3].Texts("after"));
        Assert.Throws<ArgumentException>(() => log.Append(child, []));
        Assert.Equal(Position.Of(notMinimal.Hash, secondRoot.Hash), log.Frontier);
    }

    public static TheoryData<int> Queries => [.. Enumerable.Range(0, File.GetProperty("queries").GetArrayLength())];

    private void Append(JsonElement entry) => _named[entry.Text("name")] = _log.Append(HeaderOf(entry), TagsOf(entry));

    private static Header HeaderOf(JsonElement entry)
    {
        Assert.True(Header.TryRead(Read(entry.GetProperty("header")), out var header, out var why), why.Detail);
        return header;
    }

    private static Literal Read(JsonElement json)
    {
        Assert.True(LiteralReader.TryRead(Encoding.UTF8.GetBytes(json.GetRawText()), out var literal, out var why), why.Detail);
        return literal;
    }

    private static Tag[] TagsOf(JsonElement entry) =>
        [.. entry.GetProperty("meta").EnumerateObject().SelectMany(k => k.Value.EnumerateArray().Select(v => new Tag(k.Name, v.GetString()!)))];

    private static TagFilter Filter(JsonElement query)
    {
        var spec = query.GetProperty("filter");
        var filter = TagFilter.Any;
        if (spec.TryGetProperty("containsValues", out var values))
        {
            foreach (var key in values.EnumerateObject())
            {
                foreach (var value in key.Value.EnumerateArray()) filter = filter.With(new Tag(key.Name, value.GetString()!));
            }
        }
        if (spec.TryGetProperty("containsKeys", out var keys))
        {
            foreach (var key in keys.EnumerateArray()) filter = filter.WithKey(key.GetString()!);
        }
        return filter;
    }

    private DagVersion Version(JsonElement query, string field)
    {
        Assert.True(_log.TryVersion(Position.Of([.. query.Texts(field).Select(n => _log.HashOf(_named[n]))]), out var version));
        return version;
    }

    private void AssertNames(JsonElement expected, string field, IEnumerable<int> entries) =>
        Assert.Equal(expected.Texts(field).Order(StringComparer.Ordinal), Names(entries).Order(StringComparer.Ordinal));

    private IEnumerable<string> Names(IEnumerable<int> entries) => entries.Select(e => _named.Single(n => n.Value == e).Key);
}
