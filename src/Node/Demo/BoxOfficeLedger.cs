using System.Globalization;
using Hhs.Model.Json;
using Hhs.Node.Commands;

namespace Hhs.Node.Demo;

/// <summary>What an account says of seats and programmes, worked out again from its entries alone, and what is wrong with it.</summary>
internal sealed class BoxOfficeLedger
{
    private readonly DemoEvent.Accounted _account;
    private readonly BoxOfficeSpace _space;
    private readonly List<TicketSale> _sales = [];
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];
    private long _stock;

    public BoxOfficeLedger(DemoEvent.Accounted account, BoxOfficeSpace space)
    {
        (_account, _space, _stock) = (account, space, space.Programmes);
        foreach (var entry in account.Entries)
        {
            if (entry.IsLive) Apply(entry);
            if (entry.Action == "transact" && SaleOf(entry) is { } sale) _sales.Add(sale);
        }
        Compare();
    }

    /// <summary>Every sale, in the settled order, done or not.</summary>
    public IReadOnlyList<TicketSale> Sales => _sales;

    /// <summary>Who has which seat.</summary>
    public IReadOnlyDictionary<string, string> Owners => _owners;

    /// <summary>What must not be; none where all is well.</summary>
    public IReadOnlyList<string> Problems => _problems;

    private void Apply(AccountedEntry entry)
    {
        foreach (var (seat, owner) in SeatsIn(entry))
        {
            if (!_owners.TryAdd(seat, owner)) _problems.Add($"seat {seat} was sold to {_owners[seat]} and to {owner}");
        }
        _stock += StockIn(entry);
        if (_stock < 0) _problems.Add($"there are {_stock} programmes after entry {entry.Entry}");
    }

    // What the members hold has to be what the live entries come to.
    private void Compare()
    {
        foreach (var seat in _account.Members[_space.Seats])
        {
            string[] owners = [.. seat.Candidates];
            if (owners.Length != 1 || _owners.GetValueOrDefault(seat.Name) != owners[0]) _problems.Add($"seat {seat.Name} is held by {string.Join(" and ", owners)}, and was sold to {_owners.GetValueOrDefault(seat.Name) ?? "nobody"}");
        }
        int held = _account.Members[_space.Seats].Count;
        if (held != _owners.Count) _problems.Add($"{held} seats are held, and {_owners.Count} were sold");
        string stock = _account.Members[_space.Stock][0].Candidates[0];
        if (stock != _stock.ToString(CultureInfo.InvariantCulture)) _problems.Add($"the stock is {stock}, and by the sales {_stock}");
    }

    private TicketSale? SaleOf(AccountedEntry entry) => SeatsIn(entry).ToList() is [var (seat, owner)]
        ? new(entry, seat, owner, StockIn(entry) < 0, _account.Entries.Any(e => e.IsLive && e.Transaction == entry.Entry && e.Operations.Count > 0)) : null;

    private IEnumerable<(string Seat, string Owner)> SeatsIn(AccountedEntry entry) => entry.Operations.Where(op => op[0] == _space.Seats)
        .SelectMany(op => ((Literal.Map)Payload(op)["fields"]!).Entries.ToArray()).Select(field => (field.Key, ((Literal.String)field.Value).Value));

    private long StockIn(AccountedEntry entry) => entry.Operations.Where(op => op[0] == _space.Stock)
        .Sum(op => long.Parse(Payload(op).Text("amount")!, CultureInfo.InvariantCulture));

    private static Literal.Map Payload(string[] operation) => (Literal.Map)Values.Parse(operation[1], asJson: true);
}

/// <summary>The sale of a seat.</summary>
/// <param name="Entry">What became of it.</param>
/// <param name="Seat">The seat.</param>
/// <param name="Owner">To whom; no two sales have the same.</param>
/// <param name="TakesProgramme">Whether a programme goes with it.</param>
/// <param name="IsRetried">Whether a retry of it is live.</param>
internal sealed record TicketSale(AccountedEntry Entry, string Seat, string Owner, bool TakesProgramme, bool IsRetried)
{
    /// <summary>Whether it was lost to others, rather than done, done later, or given up.</summary>
    public bool IsLost => !Entry.IsLive && !IsRetried;
}
