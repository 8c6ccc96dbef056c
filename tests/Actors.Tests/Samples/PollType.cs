using Hhs.Model.Types.Conditions;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;

namespace Hhs.Actors.Tests.Samples;

/// <summary>The tutorial's type (docs/custom-type.md): a poll with one vote a person, and a closing that counts as a barrier.</summary>
public sealed class PollType() : NativeType(Id, ["vote", "close"], ("options", true, AreOptions))
{
    public const string Id = "example/poll_v1";

    public override ReplicatedObject Open(ObjectScope scope, Literal.Map create) => new Poll(scope, create);

    public static Literal.Map Create(string seed, AuthorityRules authority, params string[] options) => authority.WriteTo(Literal.Map.Of(
        ("action", "create"), ("type", Id), ("seed", seed), ("options", new Literal.Array([.. options.Select(o => (Literal)o)]))));

    public static Literal.Map Vote(string option) => Literal.Map.Of(("action", "vote"), ("option", option));

    public static readonly Literal.Map Close = Literal.Map.Of(("action", "close"));

    // Without an authority operations have no authors, and there would be no telling who has voted.
    protected override Reject? CheckFields(Literal.Map create, TypeRegistry types) =>
        create.Has("capabilityRef") ? null : new(RejectCode.InvalidOperation, "a poll needs a capabilityRef");

    // What a peer sends is bounded: at most 20 different options of 1 to 200 UTF-16 units.
    private static bool AreOptions(Literal literal) =>
        literal is Literal.Array { Items: { Length: > 0 and <= 20 } items }
        && items.ToArray().All(item => item is Literal.String { Value.Length: > 0 and <= 200 })
        && items.ToArray().Distinct().Count() == items.Length;
}

/// <summary>One poll, open on its log.</summary>
public sealed class Poll(ObjectScope scope, Literal.Map create) : GuardedObject(scope, create)
{
    private readonly HashSet<string> _options =
        [.. ((Literal.Array)create["options"]!).Items.ToArray().Select(item => ((Literal.String)item).Value)];

    public override string TypeId => PollType.Id;

    public PollView View(DagVersion at) => View(at, at);

    // What the poll shows at one version, judged from a later one.
    public PollView View(DagVersion at, DagVersion from)
    {
        var log = Scope.Log;
        var counts = Counts(from) ?? (_ => true);
        int[] closings = [.. log.EntriesBetween(DagVersion.Empty, from, Tagged("close")).Where(counts)];

        // A vote counts if every closing has seen it. One made apart from a closing, before or after it, comes too late.
        var latest = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (int vote in log.EntriesBetween(DagVersion.Empty, at, Tagged("vote")))
        {
            if (!counts(vote) || !closings.All(closing => log.Precedes(vote, closing))) continue;
            string voter = AuthorOf(vote)!;
            if (!latest.TryGetValue(voter, out var votes)) latest.Add(voter, votes = []);
            votes.RemoveAll(earlier => log.Precedes(earlier, vote));   // who votes again has changed their mind
            votes.Add(vote);
        }

        // One person's votes from two devices can be concurrent: the highest hash counts, the same one everywhere.
        var ballots = latest.ToDictionary(person => person.Key, person => OptionOf(person.Value.MaxBy(log.HashOf)), StringComparer.Ordinal);
        return new(_options.ToDictionary(o => o, o => ballots.Values.Count(b => b == o)), ballots, closings.Any(c => log.Includes(at, c)));
    }

    public override PollDelta Delta(DagVersion start, DagVersion end) => new(View(start), View(end), RevisionBoundOf(start, end));

    // A function of the operation and of the history of `at`, and of nothing else: every replica must come to the same verdict.
    protected override Verdict CheckOperation(Literal.Map operation, DagVersion at) => operation.Text("action") switch
    {
        "close" when operation.Count == 1 => Verdict.Valid,
        "vote" when operation.Count == 2 && operation.Text("option") is { } option && _options.Contains(option) =>
            View(at).IsClosed ? Invalid("the poll is closed") : Verdict.Valid,
        _ => Invalid("a poll takes vote, with one of its options, and close"),
    };

    protected override IEnumerable<Tag> DescribeCreate() => [];

    // Tags are the index: they are kept with the entry, and views find entries by them without reading payloads.
    protected override IEnumerable<Tag> DescribeOperation(Literal.Map operation, ContentHash entry) =>
        [new("op", operation.Text("action")!), .. operation.Text("option") is { } option ? [new Tag("option", option)] : Array.Empty<Tag>()];

    // A condition that others can put on the poll: {"open": true}. Only a closing can falsify it.
    protected override Condition? ConditionOf(string kind, Literal argument, DagVersion at) =>
        kind != "open" || argument != Literal.Boolean.True ? base.ConditionOf(kind, argument, at)
        : new((at, from) => (!View(at, from).IsClosed, View(at, from).ToString()), operation => operation.Text("action") == "close");

    private TagFilter Tagged(string action) => TagFilter.Of(Scope.Tag("op", action));

    private string OptionOf(int vote) => Scope.TagsOf(vote, "option").First().Value;
}

/// <summary>A poll at a version: votes by option, the option by voter (their key id), and whether it is closed there.</summary>
public sealed record PollView(IReadOnlyDictionary<string, int> Tally, IReadOnlyDictionary<string, string> Ballots, bool IsClosed)
{
    public override string ToString() =>
        $"{(IsClosed ? "closed" : "open")}; {string.Join(", ", Tally.Select(t => $"{t.Key}: {t.Value}"))}; {string.Join(", ", Ballots.Select(b => $"{b.Key} {b.Value}"))}";
}

/// <summary>How a poll differs between two versions; below the bound nothing does.</summary>
public sealed record PollDelta(PollView Before, PollView After, DagVersion RevisionBound) : ObjectDelta(RevisionBound)
{
    public override bool IsEmpty => Before.ToString() == After.ToString();
}
