using Hhs.Model.Json;
using Hhs.Model.Types.Space;
using Hhs.Node.Demo;

namespace Hhs.Node.Tests.Demo;

public sealed class BoxOfficeTests
{
    [Fact(Timeout = 120_000)]
    public async Task Offices_that_sold_the_same_seats_apart_agree_on_who_has_them_whoever_is_killed_or_cheats()
    {
        int seed = Random.Shared.Next(1_000_000);
        var demo = await HhsProcess.RunAsync("demo", "--scenario", "box-office", "--seats", "12", "--seed", $"{seed}", "--json");
        Assert.True(demo.Code == 0, $"seed {seed}: {demo.Errors}{demo.Output}");
        var result = demo.Json[0];
        Assert.Equal(seed, result.GetProperty("seed").GetInt32());
        var offices = result.GetProperty("offices").EnumerateArray().ToList();
        Assert.Equal(3, offices.Count);
        Assert.All(offices, o => Assert.Equal(6, o.GetProperty("sold").GetInt32()));

        // Every loss is listed, with who won and what was done about it, and the rest adds up.
        var losses = result.GetProperty("losses").EnumerateArray().ToList();
        Assert.True(losses.Count >= 6, $"seed {seed}: 18 sales of 12 seats, and {losses.Count} lost");
        Assert.Equal(losses.Count, offices.Sum(o => Number(o, "retried") + Number(o, "moved") + Number(o, "givenUp")));
        Assert.Equal(18 - offices.Sum(o => Number(o, "givenUp")), offices.Sum(o => Number(o, "atLast")));

        static int Number(System.Text.Json.JsonElement office, string name) => office.GetProperty(name).GetInt32();
    }

    private static readonly BoxOfficeSpace Space = new("id", "SEATS", "STOCK", Programmes: 1);

    [Fact]
    public void The_ledger_of_a_good_account_finds_nothing()
    {
        var ledger = Ledger("0", [("1", "ann"), ("2", "bob")], Sale("ann", "1", true), Sale("bob", "2", false), Sale("cyd", "2", false, fate: "Void"));
        Assert.Empty(ledger.Problems);
        Assert.Equal([false, false, true], ledger.Sales.Select(s => s.IsLost));
        Assert.Equal([true, false, false], ledger.Sales.Select(s => s.TakesProgramme));
    }

    [Fact]
    public void The_ledger_finds_a_seat_that_is_sold_twice() =>
        Assert.Contains("seat 1 was sold to ann and to bob", Ledger("1", [("1", "ann")], Sale("ann", "1", false), Sale("bob", "1", false)).Problems);

    [Fact]
    public void The_ledger_finds_programmes_that_there_are_not() =>
        Assert.Contains(Ledger("-1", [("1", "ann"), ("2", "bob")], Sale("ann", "1", true), Sale("bob", "2", true)).Problems, p => p.Contains("-1 programmes", StringComparison.Ordinal));

    [Fact]
    public void The_ledger_finds_members_that_hold_something_else_than_was_sold()
    {
        Assert.Contains("the stock is 1, and by the sales 0", Ledger("1", [("1", "ann")], Sale("ann", "1", true)).Problems);
        Assert.Contains("seat 1 is held by bob, and was sold to ann", Ledger("1", [("1", "bob")], Sale("ann", "1", false)).Problems);
        Assert.Contains("0 seats are held, and 1 were sold", Ledger("1", [], Sale("ann", "1", false)).Problems);
    }

    private static AccountedEntry Sale(string owner, string seat, bool withProgramme, string fate = "Live")
    {
        var ops = (Literal.Array)((Literal.Map)Node.Commands.Values.Parse(Space.Sale(seat, owner, withProgramme), asJson: true))["ops"]!;
        return new($"entry of {owner}", "transact", owner, fate, "", null, false, null,
            [.. ops.Items.ToArray().Select(op => (string[])[((Literal.Map)op).Text("member")!, ((Literal.Map)op)["payload"]!.ToString()])], [], 0, []);
    }

    private static BoxOfficeLedger Ledger(string stock, (string Seat, string Owner)[] held, params AccountedEntry[] entries) => new(
        new([], entries, new Dictionary<string, IReadOnlyList<HeldValue>>
        {
            [Space.Seats] = [.. held.Select(h => new HeldValue(h.Seat, [h.Owner]))],
            [Space.Stock] = [new("", [stock])],
        }), Space);
}
