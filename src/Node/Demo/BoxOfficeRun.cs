using System.Diagnostics;
using Hhs.Node.Commands;

namespace Hhs.Node.Demo;

/// <summary>Box offices sell the same seats apart, meet, and answer for what they lost; then somebody writes into the past, and somebody without the right.</summary>
/// <param name="theatre">Made the space, and seals.</param>
/// <param name="offices">They sell; the first was given the right first, so that its sales go before those of the others.</param>
/// <param name="relic">Runs on a copy of the first office's store, made before anything was sold.</param>
/// <param name="seats">How many seats there are, beside one that the house keeps.</param>
/// <param name="randomSeed">Decides who sells which seats in which order, and where the kill falls.</param>
/// <param name="say">Tells what is going on.</param>
internal sealed partial class BoxOfficeRun(DemoProcess theatre, IReadOnlyList<DemoProcess> offices, DemoProcess relic, int seats, int randomSeed, Action<string> say)
{
    private readonly Random _random = new(randomSeed);
    private readonly SpaceTeam _team = new();
    private readonly IReadOnlyList<DemoProcess> _all = [theatre, .. offices];
    private readonly List<(string Name, TimeSpan Took, long Bytes)> _phases = [];
    private readonly List<string> _problems = [];
    private readonly List<BoxOfficeLoss> _losses = [];
    private readonly Dictionary<DemoProcess, int> _soldApart = [];
    private BoxOfficeSpace _space = null!;
    private DemoEvent.Accounted _account = null!;
    private BoxOfficeLedger _ledger = null!;
    private IReadOnlyList<string> _frontierBeforeSeal = [];
    private int _versions;
    private long _bytesBefore;

    /// <summary>Phases that are over, with their times and the bytes that all nodes sent in them.</summary>
    public IReadOnlyList<(string Name, TimeSpan Took, long Bytes)> Phases => _phases;

    public async Task<BoxOfficeVerdict> RunAsync(CancellationToken cancel)
    {
        await InPhase("open", $"Four processes start: a theatre, and {offices.Count} box offices that it lets sell {seats} seats and {Programmes} programmes.", () => OpenAsync(cancel), cancel);
        await InPhase("sell apart", "No connection is left. Each office sells half of the seats; one is killed with SIGKILL in the middle, starts again, and goes on.", () => SellApartAsync(cancel), cancel);
        await InPhase("meet", "They meet, and each finds the same sales undone.", () => MeetAsync(cancel), cancel);
        await InPhase("answer", "Whoever lost a seat is moved to another one while there is any; the theatre prints more programmes, and whoever lost one tries again.", () => AnswerAsync(cancel), cancel);
        await InPhase("seal", "The theatre seals: all that is known becomes final.", () => SealAsync(cancel), cancel);
        await InPhase("back-dated", $"A copy of {offices[0].Name}'s store, from before the first sale, sells seats that others sold long ago.", () => BackdateAsync(cancel), cancel);
        await InPhase("revoke", $"{offices[^1].Name} sells the last seat, while the theatre takes its right to sell away.", () => RevokeAsync(cancel), cancel);
        await InPhase("check", "Looking at the stock in every version of the past, on every node.", () => CheckAsync(cancel), cancel);
        return new(_problems, [.. offices.Select(Tally)], _losses, _account.Entries.Count, SpaceTeam.Hash(_account), _versions);
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        await Task.WhenAll(_all.Select(n => n.StartAsync(cancel)));
        var founded = await theatre.AskAsync<DemoEvent.Founded>(BoxOfficeSpace.Found($"demo {Guid.NewGuid():N}", Programmes), cancel);
        _space = new(_team.Id = founded.Id, founded.Members[0], founded.Members[1], Programmes);
        foreach (var office in offices) await theatre.AskAsync<DemoEvent.Wrote>(new DemoOrder.Empower(office.PublicKey, BoxOfficeSpace.SellCapability, IsGranted: true), cancel);
        await SpaceTeam.MeetAsync(_all);
        foreach (var office in offices) await office.AskAsync<DemoEvent.Opened>(new DemoOrder.EnterSpace(_space.Id), cancel);
        await AgreeAsync(_all, cancel);

        // A process that is gone has its whole store on disk: what is copied now is as good as a stolen one.
        await _team.KillAsync(offices[0], cancel);
        CopyFolder(offices[0].DataDirectory, relic.DataDirectory);
        await _team.StartAsync(offices[0], cancel);
        await SpaceTeam.PartAsync(_all, _all, cancel);
    }

    private async Task SellApartAsync(CancellationToken cancel)
    {
        var victim = offices[_random.Next(offices.Count)];
        await Task.WhenAll(offices.Select(office =>
        {
            int number = 0;
            string[] sales = [.. Seats.OrderBy(_ => _random.Next()).Take(seats / 2).Select(seat => _space.Sale(seat, $"{office.Name} no. {++number}", _random.Next(5) > 0))];
            _soldApart[office] = sales.Length;
            return office == victim ? SellThroughKillAsync(office, sales, _random.Next(1, sales.Length), cancel) : SpaceTeam.WriteAsync(office, sales, cancel);
        }).ToList());
    }

    private async Task SellThroughKillAsync(DemoProcess office, string[] sales, int killAfter, CancellationToken cancel)
    {
        int before = office.AcknowledgedCount;
        long sent = await SpaceTeam.BytesSentAsync(office, cancel);   // and nothing from now on: nobody is connected
        var selling = SpaceTeam.TryWriteAsync(office, sales, cancel);
        while (office.AcknowledgedCount - before < killAfter && !selling.IsCompleted) await Task.Delay(TimeSpan.FromMilliseconds(1), cancel);
        await _team.KillAsync(office, sent);
        try
        {
            await selling;
        }
        catch (CommandException)
        {
            // It was killed.
        }
        int acknowledged = office.AcknowledgedCount - before;
        await _team.StartAsync(office, cancel);

        // It does not know how far it came: what it did sell is refused, since those seats are taken.
        int again = (await SpaceTeam.TryWriteAsync(office, sales, cancel)).Count(w => w.Refused is null);
        say($"{office.Name} was killed after {acknowledged} acknowledged sales; the {again} that were missing it sold after its restart.");
        Must(again <= sales.Length - acknowledged, $"{office.Name} lost sales that were acknowledged");
    }

    private async Task MeetAsync(CancellationToken cancel)
    {
        foreach (var office in offices)
        {
            var own = new BoxOfficeLedger(await SpaceTeam.AgreeAsync([office], cancel), _space);
            Must(own.Problems.Count == 0 && own.Sales.Count == _soldApart[office] && own.Sales.All(s => s.Entry.IsLive && OfficeOf(s) == office), $"{office.Name} does not stand as if it had sold alone");
        }
        await SpaceTeam.MeetAsync(_all);
        await AgreeAsync(_all, cancel);
        Must(_ledger.Sales.Count == _soldApart.Values.Sum(), $"{_ledger.Sales.Count} sales are known, {_soldApart.Values.Sum()} were made");
        Must(_account.Entries.All(e => !e.IsFinal), "something is final before the seal");
        var byEntry = _ledger.Sales.ToDictionary(s => s.Entry.Entry);
        foreach (var lost in _ledger.Sales.Where(s => s.IsLost))
        {
            bool isSeat = lost.Entry.FailedCondition == BoxOfficeSpace.SeatCondition;
            var winner = lost.Entry.Winners.Select(byEntry.GetValueOrDefault).FirstOrDefault();
            Must(winner is { Entry.IsLive: true } && (!isSeat || winner.Seat == lost.Seat), $"no winner is named to {lost.Owner}, who lost seat {lost.Seat}");
            _losses.Add(new(OfficeOf(lost), lost, isSeat ? winner : null));
        }
        say($"{_ledger.Sales.Count} sales, {_losses.Count} of them lost: {_losses.Count(l => l.To is not null)} seats were sold before, {_losses.Count(l => l.To is null)} times the programmes had run out.");
    }

    private async Task AnswerAsync(CancellationToken cancel)
    {
        int missing = _losses.Count(l => l.To is null);
        if (missing > 0) await SpaceTeam.WriteAsync(theatre, [_space.Restock(missing)], cancel);
        await AgreeAsync(_all, cancel);
        if (_losses.FirstOrDefault(l => l.To is not null) is { } first)
        {
            string? why = (await SpaceTeam.TryWriteAsync(first.Office, [BoxOfficeSpace.Answer(first.Sale.Entry.Entry, isRetried: true)], cancel))[0].Refused;
            Must(why is not null, $"the retry for seat {first.Sale.Seat}, which is sold, was taken");
            say($"{first.Sale.Owner} tries again for seat {first.Sale.Seat}, and is refused: {why}.");
        }
        DecideAnswers();
        foreach (var office in offices) await SpaceTeam.WriteAsync(office, [.. _losses.Where(l => l.Office == office).SelectMany(Answers)], cancel);
        await AgreeAsync(_all, cancel);
        var sales = _ledger.Sales.ToDictionary(s => s.Entry.Entry, StringComparer.Ordinal);
        Must(_losses.All(l => sales[l.Sale.Entry.Entry].IsRetried == (l.Answer == LossAnswer.Retried)), "the retries that are live are not those that were made");

        IEnumerable<string> Answers(BoxOfficeLoss loss)
        {
            yield return BoxOfficeSpace.Answer(loss.Sale.Entry.Entry, isRetried: loss.Answer == LossAnswer.Retried);
            if (loss.NewSeat is { } seat) yield return _space.Sale(seat, $"{loss.Sale.Owner} (moved)", withProgramme: false);
        }
    }

    // A seat that was lost for want of a programme may have been sold without one since, or be wanted by two.
    private void DecideAnswers()
    {
        var taken = _ledger.Owners.Keys.ToHashSet(StringComparer.Ordinal);
        for (int i = 0; i < _losses.Count; i++)
        {
            if (_losses[i].To is null && taken.Add(_losses[i].Sale.Seat)) _losses[i] = _losses[i] with { Answer = LossAnswer.Retried };
        }
        var free = new Queue<string>(Seats.Where(seat => !taken.Contains(seat)));
        for (int i = 0; i < _losses.Count; i++)
        {
            if (_losses[i].Answer == LossAnswer.GivenUp && free.TryDequeue(out string? other)) _losses[i] = _losses[i] with { Answer = LossAnswer.Moved, NewSeat = other };
        }
    }

    private async Task SealAsync(CancellationToken cancel)
    {
        await SpaceTeam.WriteAsync(theatre, [BoxOfficeSpace.Seal], cancel);
        await AgreeAsync(_all, cancel);
        Must(_account.Entries.All(e => e.IsFinal), "something is not final after the seal");
    }

    private async Task CheckAsync(CancellationToken cancel)
    {
        var glances = await Task.WhenAll(_all.Select((n, i) => n.AskAsync<DemoEvent.Glanced>(new DemoOrder.GlanceSpace(_space.Stock, randomSeed + i), cancel)));
        _versions = glances.Sum(g => g.Versions);
        Must(glances.All(g => g.Lowest >= 0), $"there were {glances.Min(g => g.Lowest)} programmes in a version of the past");
        var known = _account.Entries.Select(e => e.Entry).ToHashSet(StringComparer.Ordinal);
        int missing = _all.Append(relic).Sum(n => n.Acknowledged.Count(e => !known.Contains(e)));
        Must(missing == 0, $"{missing} acknowledged entries are missing");
    }

    private async Task AgreeAsync(IReadOnlyList<DemoProcess> nodes, CancellationToken cancel)
    {
        var account = await SpaceTeam.AgreeAsync(nodes, cancel);
        _ledger = new(account, _space);
        foreach (string problem in _ledger.Problems) Must(false, problem);
        if (account.Entries.All(e => e.Action != "seal")) _frontierBeforeSeal = account.Frontier;
        _account = account;
    }

    private async Task InPhase(string name, string what, Func<Task> run, CancellationToken cancel)
    {
        say(what);
        var clock = Stopwatch.StartNew();
        await run();
        long bytes = await _team.BytesSentAsync(_all, cancel);
        _phases.Add((name, clock.Elapsed, bytes - _bytesBefore));
        _bytesBefore = bytes;
    }

    private BoxOfficeTally Tally(DemoProcess office)
    {
        var own = _losses.Where(l => l.Office == office).ToList();
        return new(office.Name, _soldApart[office],
            own.Where(l => l.To is not null).GroupBy(l => OfficeOf(l.To!).Name).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
            own.Count(l => l.To is null), own.Count(l => l.Answer == LossAnswer.Retried), own.Count(l => l.Answer == LossAnswer.Moved), own.Count(l => l.Answer == LossAnswer.GivenUp),
            _ledger.Sales.Count(s => OfficeOf(s) == office && !s.IsLost));
    }

    private DemoProcess OfficeOf(TicketSale sale) => _all.Single(n => n.KeyId == sale.Entry.Author);

    private void Must(bool holds, string otherwise)
    {
        if (holds || _problems.Contains(otherwise)) return;
        _problems.Add(otherwise);
        say($"WRONG: {otherwise}");
    }

    private IEnumerable<string> Seats => Enumerable.Range(1, seats).Select(BoxOfficeSpace.SeatNumber);

    private int Programmes => seats * 6 / 10;

    private const string HouseSeat = "the box";
}
