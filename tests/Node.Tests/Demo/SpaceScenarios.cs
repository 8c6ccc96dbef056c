using System.Globalization;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Space;
using Hhs.Node.Demo;

namespace Hhs.Node.Tests.Demo;

/// <summary>People who write to a space.</summary>
internal enum Person
{
    Ann,   // made the space, and seals
    Bob,
    Cyd,
}

/// <summary>Something that people do to members of their own in a space, while they are apart.</summary>
internal abstract class SpaceScenario
{
    /// <summary>The members that it needs.</summary>
    public abstract IReadOnlyList<NewMember> NewMembers { get; }

    /// <summary>Ids of those members, in the same order.</summary>
    public IReadOnlyList<string> Members { get; set; } = [];

    /// <summary>What a person writes while apart, in two parts, between which a process may be killed.</summary>
    public abstract IReadOnlyList<string> Apart(Person who, int part);

    /// <summary>What holds on every node at any time.</summary>
    public abstract void Always(DemoEvent.Accounted account);

    /// <summary>What has come of it when all have met; <paramref name="authorOf"/> tells whose an entry is.</summary>
    public abstract void Met(DemoEvent.Accounted account, Func<AccountedEntry, Person> authorOf);

    /// <summary>The entries that do, or would have done, something to a member of this scenario, in the settled order.</summary>
    protected IEnumerable<AccountedEntry> Own(DemoEvent.Accounted account) => account.Entries.Where(e => e.Operations.Any(op => Members.Contains(op[0])));

    protected IEnumerable<AccountedEntry> Transactions(DemoEvent.Accounted account) => Own(account).Where(e => e.Action == "transact");

    protected string? Held(DemoEvent.Accounted account, int member = 0)
    {
        string[] candidates = [.. account.Members[Members[member]].SelectMany(held => held.Candidates)];
        return candidates.Length == 0 ? null : Assert.Single(candidates);
    }

    protected long Total(DemoEvent.Accounted account, int member = 0) => long.Parse(Held(account, member)!, CultureInfo.InvariantCulture);

    protected string Set(int member, string kind, Literal argument, string value, bool isReviewed) => SpacePayloads.Transact(
        [SpacePayloads.Condition(Members[member], kind, argument)], [(Members[member], RegisterPayloads.Set(value))], isReviewed).ToString();

    protected static Literal.Map Payload(string[] operation) => (Literal.Map)Node.Commands.Values.Parse(operation[1], asJson: true);

    protected static long Amount(AccountedEntry entry, string member) => entry.Operations.Where(op => op[0] == member).Sum(op => long.Parse(Payload(op).Text("amount")!, CultureInfo.InvariantCulture));

    protected static NewMember Register(string name, string? initial = null) => new(name, RegisterPayloads.Create(name, initial is null ? null : (Literal)initial).ToString());

    protected static NewMember Counter(string name, long initial) => new(name, CounterPayloads.Create(name, initial).ToString());
}

/// <summary>One seat and two offline buyers: one ticket, and one review item with the winner named.</summary>
internal sealed class OneSeatTwoBuyers : SpaceScenario
{
    public override IReadOnlyList<NewMember> NewMembers => [Register("seat 12")];

    public override IReadOnlyList<string> Apart(Person who, int part) => who != Person.Ann && part == 0 ? [Set(0, "absent", true, who.ToString(), isReviewed: true)] : [];

    public override void Always(DemoEvent.Accounted account)
    {
        var live = Transactions(account).Where(e => e.IsLive).ToList();
        Assert.InRange(live.Count, 0, 1);
        Assert.Equal(live.Count == 0 ? null : Payload(live[0].Operations[0]).Text("value"), Held(account));
    }

    public override void Met(DemoEvent.Accounted account, Func<AccountedEntry, Person> authorOf)
    {
        var tickets = Transactions(account).ToList();
        var winner = Assert.Single(tickets, t => t.IsLive);
        var loser = Assert.Single(tickets, t => t.Fate == "Pending");
        Assert.Equal([winner.Entry], loser.Winners);
        Assert.Equal(0, loser.FailedCondition);
        Assert.NotEqual(authorOf(winner), authorOf(loser));
    }
}

/// <summary>Stock that never goes below zero under concurrent sales.</summary>
internal sealed class StockNeverNegative : SpaceScenario
{
    public override IReadOnlyList<NewMember> NewMembers => [Counter("stock", Initial)];

    // Each could sell all alone, and together they want more than there is.
    public override IReadOnlyList<string> Apart(Person who, int part) => who == Person.Ann ? [] : [.. Enumerable.Range(0, 2).Select(_ => SpacePayloads.Transact(
        [SpacePayloads.Condition(Members[0], "atLeast", "1")], [(Members[0], CounterPayloads.Add(-1))], isReviewed: false).ToString())];

    public override void Always(DemoEvent.Accounted account)
    {
        long stock = Initial;
        foreach (var entry in Own(account))
        {
            if (entry.IsLive && entry.Action != "member") stock += Amount(entry, Members[0]);
            else if (entry.Action == "transact") Assert.Equal(0, stock);   // void where it cannot be done, and only there
            Assert.InRange(stock, 0, Initial);
        }
        Assert.Equal(stock, Total(account));
    }

    public override void Met(DemoEvent.Accounted account, Func<AccountedEntry, Person> authorOf)
    {
        Assert.Equal(0, Total(account));
        Assert.Equal(8 - Initial, Transactions(account).Count(t => t.Fate == "Void"));
        Assert.All(Transactions(account).Where(t => !t.IsLive), t => Assert.NotEqual(0, t.WinnerCount));
    }

    private const int Initial = 5;
}

/// <summary>Transfers between two accounts: nothing is made or lost, and no account is overdrawn.</summary>
internal sealed class ConservedTransfers : SpaceScenario
{
    public override IReadOnlyList<NewMember> NewMembers => [Counter("left", 50), Counter("right", 50)];

    // The second transfers are possible only after the first: without them they fall too.
    public override IReadOnlyList<string> Apart(Person who, int part) => (who, part) switch
    {
        (Person.Bob, 0) => [Transfer(0, 1, 40)],
        (Person.Cyd, 0) => [Transfer(0, 1, 45)],
        (Person.Bob, 1) => [Transfer(1, 0, 20)],
        (Person.Cyd, 1) => [Transfer(1, 0, 95)],
        _ => [],
    };

    public override void Always(DemoEvent.Accounted account)
    {
        long[] totals = [50, 50];
        foreach (var entry in Transactions(account))
        {
            long[] after = [totals[0] + Amount(entry, Members[0]), totals[1] + Amount(entry, Members[1])];
            Assert.Equal(entry.IsLive, after.All(total => total >= 0));
            if (entry.IsLive) totals = after;
        }
        Assert.Equal(100, totals.Sum());
        Assert.Equal((totals[0], totals[1]), (Total(account, 0), Total(account, 1)));
    }

    public override void Met(DemoEvent.Accounted account, Func<AccountedEntry, Person> authorOf)
    {
        Assert.Equal(4, Transactions(account).Count());
        Assert.Contains(Transactions(account), t => t.IsLive);
        Assert.Contains(Transactions(account), t => !t.IsLive && t.WinnerCount > 0);
    }

    private string Transfer(int from, int to, int amount) => SpacePayloads.Transact(
        [SpacePayloads.Condition(Members[from], "atLeast", amount.ToString(CultureInfo.InvariantCulture))],
        [(Members[from], CounterPayloads.Add(-amount)), (Members[to], CounterPayloads.Add(amount))], isReviewed: false).ToString();
}

/// <summary>A rename that requires the old name: one of two happens, and what was built on the other falls with it.</summary>
internal sealed class RenameOfTheOldName : SpaceScenario
{
    public override IReadOnlyList<NewMember> NewMembers => [Register("name", "draft")];

    public override IReadOnlyList<string> Apart(Person who, int part) => who == Person.Ann ? []
        : [Set(0, "equals", part == 0 ? "draft" : $"{who} 1", $"{who} {part + 1}", isReviewed: false)];

    public override void Always(DemoEvent.Accounted account)
    {
        var live = Transactions(account).Where(e => e.IsLive).ToList();
        Assert.Equal(live.Count == 0 ? "draft" : Payload(live[^1].Operations[0]).Text("value"), Held(account));
        Assert.InRange(live.Select(e => e.Author).Distinct().Count(), 0, 1);
    }

    public override void Met(DemoEvent.Accounted account, Func<AccountedEntry, Person> authorOf)
    {
        var renames = Transactions(account).ToList();
        Assert.Equal(4, renames.Count);
        var winner = authorOf(renames.First(r => r.IsLive));
        Assert.All(renames, r => Assert.Equal(authorOf(r) == winner ? "Live" : "Void", r.Fate));
        // The second of the loser had counted on the first.
        var fallen = renames.Where(r => !r.IsLive).ToList();
        Assert.Equal([fallen[0].Entry], fallen[1].Lost);
        Assert.Equal($"{winner} 2", Held(account));
    }
}

/// <summary>A purchase concurrent with the revoke of the right to it is void, and the revoke is named.</summary>
internal sealed class RevokeDuringPurchase : SpaceScenario
{
    public const string Capability = "buy";

    public override IReadOnlyList<NewMember> NewMembers => [Register("ticket") with { Requires = new Dictionary<string, string> { ["set"] = Capability } }];

    /// <summary>The revoke, which is ann's, once it is written.</summary>
    public string? Revoke { get; set; }

    public override IReadOnlyList<string> Apart(Person who, int part) => who == Person.Cyd && part == 0 ? [Purchase] : [];

    public string Purchase => Set(0, "absent", true, "Cyd", isReviewed: true);

    public override void Always(DemoEvent.Accounted account)
    {
        bool isRevoked = account.Entries.Any(e => e.Entry == Revoke);
        var purchases = Transactions(account).ToList();
        Assert.All(purchases, p => Assert.Equal(!isRevoked, p.IsLive));
        Assert.Equal(purchases.Count > 0 && !isRevoked ? "Cyd" : null, Held(account));
    }

    public override void Met(DemoEvent.Accounted account, Func<AccountedEntry, Person> authorOf)
    {
        var purchase = Assert.Single(Transactions(account));
        Assert.Equal("Pending", purchase.Fate);
        Assert.Contains(Capability, purchase.Reason, StringComparison.Ordinal);
        Assert.Equal([Revoke!], purchase.Winners);
    }
}
