namespace Hhs.Node.Demo;

// Who writes into the past, and who writes without the right.
internal sealed partial class BoxOfficeRun
{
    private async Task BackdateAsync(CancellationToken cancel)
    {
        var sealing = _account;
        // Its own key, and older than anybody's: without a seal these would win.
        var stolen = _ledger.Sales.Where(s => s.Entry.IsLive && OfficeOf(s) != offices[0] && !s.TakesProgramme).Take(BackdatedMost).ToList();
        if (stolen.Count == 0) stolen = [.. _ledger.Sales.Where(s => s.Entry.IsLive && OfficeOf(s) != offices[0]).Take(BackdatedMost)];
        await _team.KillAsync(offices[0], cancel);   // the same key cannot be in two places
        await _team.StartAsync(relic, cancel);
        var late = await SpaceTeam.WriteAsync(relic, [.. stolen.Select((s, i) => _space.Sale(s.Seat, $"back-dated no. {i + 1}", withProgramme: false))], cancel);
        IReadOnlyList<DemoProcess> present = [theatre, .. offices.Skip(1), relic];
        await SpaceTeam.MeetAsync(present);
        await AgreeAsync(present, cancel);
        foreach (var (entry, victim) in late.Zip(stolen))
        {
            var sale = _ledger.Sales.Single(s => s.Entry.Entry == entry);
            Must(sale.IsLost && sale.Entry.Winners.SequenceEqual([victim.Entry.Entry]), $"{sale.Owner} did not lose seat {sale.Seat} to {victim.Owner}");
            say($"{sale.Owner} loses seat {sale.Seat} to {victim.Owner}, whose sale is sealed.");
        }
        Must(_account.Entries.Take(sealing.Entries.Count).Zip(sealing.Entries).All(e => SpaceTeam.Text(e.First) == SpaceTeam.Text(e.Second)), "what was sealed has changed");

        // Without the seal there is what it was written on, and the late sales.
        var without = await theatre.AskAsync<DemoEvent.Accounted>(new DemoOrder.AccountSpace([.. _frontierBeforeSeal, .. late]), cancel);
        var then = new BoxOfficeLedger(without, _space).Sales.ToDictionary(s => s.Entry.Entry);
        Must(late.All(e => then[e].Entry.IsLive), "a back-dated sale would have lost without the seal too: it proves nothing");
        say("In the version without the seal the back-dated sales win: that is what the seal is for.");

        await _team.KillAsync(relic, cancel);
        await _team.StartAsync(offices[0], cancel);
        await SpaceTeam.MeetAsync(_all);
        await AgreeAsync(_all, cancel);
    }

    private async Task RevokeAsync(CancellationToken cancel)
    {
        var office = offices[^1];
        await SpaceTeam.PartAsync([office], _all, cancel);
        string sale = (await SpaceTeam.WriteAsync(office, [_space.Sale(HouseSeat, $"{office.Name}, without right", withProgramme: false)], cancel))[0];
        var revoke = await theatre.AskAsync<DemoEvent.Wrote>(new DemoOrder.Empower(office.PublicKey, BoxOfficeSpace.SellCapability, IsGranted: false), cancel);
        await SpaceTeam.MeetAsync(_all);
        await AgreeAsync(_all, cancel);
        var told = _account.Entries.Single(e => e.Entry == sale);
        Must(told.Fate == "Pending" && told.Reason.Contains(BoxOfficeSpace.SellCapability, StringComparison.Ordinal) && told.Winners.SequenceEqual([revoke.Entries[0].Entry!]), $"the sale concurrent with the revoke is {told.Fate} {told.Reason}");
        say($"Its sale is void, for want of the capability '{BoxOfficeSpace.SellCapability}': the revoke is named as the winner, and the seat is free again.");
        string? why = (await SpaceTeam.TryWriteAsync(office, [_space.Sale(HouseSeat, $"{office.Name}, again", withProgramme: false)], cancel))[0].Refused;
        Must(why is not null, $"{office.Name} sells without the right");
        await SpaceTeam.WriteAsync(theatre, [_space.Sale(HouseSeat, theatre.Name, withProgramme: false), BoxOfficeSpace.Seal], cancel);
        await AgreeAsync(_all, cancel);
        Must(_account.Entries.All(e => e.IsFinal) && _ledger.Owners[HouseSeat] == theatre.Name, "the last seat is not the theatre's for good");
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (string folder in Directory.GetDirectories(from)) CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
    }

    private const int BackdatedMost = 3;
}
