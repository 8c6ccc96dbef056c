using System.Globalization;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Space;

namespace Hhs.Node.Demo;

/// <summary>The space of the box-office demo: a record of seats, and a counter of programmes that are sold with tickets.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Seats">Id of the record: a field is a seat, its value the owner.</param>
/// <param name="Stock">Id of the counter.</param>
/// <param name="Programmes">How many programmes there are at first.</param>
internal sealed record BoxOfficeSpace(string Id, string Seats, string Stock, int Programmes)
{
    /// <summary>The order that makes it.</summary>
    public static DemoOrder.FoundSpace Found(string seed, int programmes) => new(
        seed, [SellCapability, ManageCapability],
        new Dictionary<string, string> { ["member"] = ManageCapability, ["op"] = ManageCapability, ["transact"] = SellCapability },
        [new("seats", RecordPayloads.Create("seats").ToString()), new("stock", CounterPayloads.Create("stock", programmes).ToString())]);

    /// <summary>The sale of a seat that is free, with a programme if there is one left.</summary>
    public string Sale(string seat, string owner, bool withProgramme)
    {
        var require = new List<Literal> { SpacePayloads.Condition(Seats, "absent", seat) };
        var ops = new List<(string, Literal.Map)> { (Seats, RecordPayloads.Set((seat, owner))) };
        if (withProgramme)
        {
            require.Add(SpacePayloads.Condition(Stock, "atLeast", "1"));
            ops.Add((Stock, CounterPayloads.Add(-1)));
        }
        return SpacePayloads.Transact(require, ops, isReviewed: true).ToString();
    }

    /// <summary>More programmes are printed.</summary>
    public string Restock(int programmes) => SpacePayloads.Op(Stock, CounterPayloads.Add(programmes)).ToString();

    /// <summary>A sale that was lost is done again, or given up.</summary>
    public static string Answer(string sale, bool isRetried) => SpacePayloads.Resolve(ContentHash.Parse(sale), isRetried).ToString();

    /// <summary>All that is known becomes final.</summary>
    public static string Seal => SpacePayloads.Seal.ToString();

    /// <summary>A seat by its number.</summary>
    public static string SeatNumber(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The capability to sell.</summary>
    public const string SellCapability = "sell";

    /// <summary>The number of <see cref="Sale"/>'s condition that asks for a free seat; 1 asks for a programme.</summary>
    public const int SeatCondition = 0;

    private const string ManageCapability = "manage";
}
