using Hhs.Actors.Tests.Samples;
using Hhs.Model.Dag;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Tests.Contracts;
using Hhs.Model.Tests.Types;
using Hhs.Model.Tests.Types.Capabilities;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;
using static Hhs.Model.Tests.Types.Capabilities.CapabilityScript;

namespace Hhs.Model.Tests.Samples;

/// <summary>The tutorial's type (docs/custom-type.md) under the contract of every type, and its own rules.</summary>
public sealed class PollTests : ReplicatedTypeContract
{
    private static readonly AuthorityRules Nobody = new(CanonicalJson.Hash("no object").ToString(), new Dictionary<string, string>(), [], true);

    public static new TheoryData<int, bool> Seeds => SeedsOf(true);

    protected override TypeRegistry Registry => TypeRegistry.BuiltIn.With(new PollType());

    protected override Literal.Map Create => PollType.Create("p", Nobody, "soup", "salad", "bread");

    protected override string[] GuardedOperations => ["vote", "close"];

    protected override bool NeedsAuthority => true;

    // After a closing nothing but another closing is valid.
    protected override Literal.Map NextOperation(ReplicatedObject obj, DagVersion at, Random random) =>
        ((Poll)obj).View(at).IsClosed || random.Next(25) == 0 ? PollType.Close : PollType.Vote(((string[])["soup", "salad", "bread"])[random.Next(3)]);

    protected override Literal.Map NextCondition(ReplicatedObject obj, DagVersion at, Random random) => Literal.Map.Of(("open", true));

    protected override string Observe(ReplicatedObject obj, DagVersion at, DagVersion from) => ((Poll)obj).View(at, from).ToString();

    protected override string Patch(ReplicatedObject obj, DagVersion start, ObjectDelta delta) => ((PollDelta)delta).After.ToString();

    [Fact]
    public void A_vote_counts_once_and_only_if_every_closing_has_seen_it()
    {
        var people = new CapabilityScript(CapabilityType.Ours, "people", Bob, Carol);
        people.Write(Creator, people.Grant(Bob, "write"));
        people.Write(Creator, people.Grant(Carol, "write"));
        var rules = new AuthorityRules(people.Object.Id.ToString(), new Dictionary<string, string> { ["vote"] = "write", ["close"] = "admin" }, [], true);
        var replica = MemoryReplica.Of(PollType.Create("p", rules, "soup", "salad"), Registry, ForeignObjects.Of(people.Replica));
        var poll = (Poll)replica.Replica.Object!;
        Write(CapabilityPayloads.RefAdvance(people.Object.Id, people.Replica.Log.Frontier), Creator);
        Write(PollType.Vote("soup"), Bob);
        Write(PollType.Vote("soup"), Carol);
        Write(PollType.Vote("salad"), Bob);
        Assert.Equal((1, 1, false), Shown());

        // Carol changes her mind while the poll is being closed without her: her first vote stands.
        var apart = replica.Log.Frontier;
        Write(PollType.Close, Creator);
        Assert.Equal((1, 1, true), Shown());
        Assert.IsType<Judgement.Refused>(Try(PollType.Vote("salad"), Carol, replica.Log.Frontier));
        Assert.IsType<Judgement.Admitted>(Try(PollType.Vote("salad"), Carol, apart));
        Assert.Equal((1, 1, true), Shown());

        (int, int, bool) Shown()
        {
            var view = poll.View(replica.Log.FrontierVersion);
            Assert.Equal(2, view.Ballots.Count);
            return (view.Tally["soup"], view.Tally["salad"], view.IsClosed);
        }

        void Write(Literal.Map operation, SecretKey author) => Assert.IsType<Judgement.Admitted>(Try(operation, author, replica.Log.Frontier));

        Judgement Try(Literal.Map operation, SecretKey author, Position at)
        {
            Assert.True(replica.Log.TryVersion(at, out var version));
            return replica.Admit(Entry.Make(poll.Sign(operation, version, author), at));
        }
    }

    [Fact]
    public void Payloads_out_of_bounds_are_refused()
    {
        var type = new PollType();
        Assert.Null(type.CheckCreate(Create, Registry, null));
        Assert.NotNull(type.CheckCreate(Create.Without("capabilityRef").Without("capRequirements"), Registry, null));
        Assert.Null(type.CheckCreate(With([.. Enumerable.Range(0, 20).Select(i => $"{i}")]), Registry, null));
        foreach (string[] options in (string[][])[[], ["a", "a"], [""], [new string('o', 201)], [.. Enumerable.Range(0, 21).Select(i => $"{i}")]])
            Assert.NotNull(type.CheckCreate(With(options), Registry, null));

        Literal.Map With(string[] options) => PollType.Create("p", Nobody, options);
    }
}
