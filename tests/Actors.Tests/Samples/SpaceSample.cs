using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Actors.Spaces;

namespace Hhs.Actors.Tests.Samples;

/// <summary>The README's sample of a space: two members changed by one transaction.</summary>
public sealed class SpaceSample
{
    [Fact(Timeout = 60_000)]
    public async Task A_seat_is_sold_once()
    {
        await using var node = await HhsNode.StartAsync(new HhsSettings());
        var theatre = await SellAsync(node, "ann", new StringWriter());
        Assert.Single((await theatre.ReadAsync()).FieldsOf(await theatre.MemberAsync<RecordMember>("seats")));
    }

    private static async Task<SpaceHandle> SellAsync(HhsNode node, string buyer, TextWriter output)
    {
        var theatre = await node.CreateSpaceAsync("theatre");
        var seats = await theatre.AddRecordAsync("seats");
        var stock = await theatre.AddCounterAsync("stock", initial: 300);

        // All or nothing, where this holds. If it meets another buyer's and loses, it is undone everywhere, and reviewed.
        var sale = await theatre.TransactAsync(
            tx => tx.Require(seats.IsFree(12), stock.AtLeast(1)).Set(seats, 12, buyer).Decrement(stock, 1), OnConflict.Review);
        await theatre.SealAsync();                               // the creator's word: what is known here is final

        await foreach (var fate in sale.FatesAsync())            // Pending, Voided, Revived, Final, as others are heard of
        {
            output.WriteLine($"{fate.GetType().Name}, lost to {string.Join(", ", fate.Account.Winners.First)}");
            if (fate is TransactionFate.Final) break;
        }
        return theatre;
    }
}
