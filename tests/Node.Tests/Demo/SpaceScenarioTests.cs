using Hhs.Model.Hashing;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Space;
using Hhs.Node.Demo;

namespace Hhs.Node.Tests.Demo;

/// <summary>The scenarios that spaces are for, over sockets and disks, with a process killed between any two steps. They share processes and a space, and no member.</summary>
public sealed class SpaceScenarioTests : IAsyncLifetime
{
    private readonly DataFolder _data = new();
    private readonly SpaceTeam _team = new();
    private readonly int _seed = Random.Shared.Next(1_000_000);
    private readonly Random _random;
    private readonly DemoProcess[] _people;
    private readonly OneSeatTwoBuyers _seat = new();
    private readonly StockNeverNegative _stock = new();
    private readonly RevokeDuringPurchase _revoke = new();
    private readonly IReadOnlyList<SpaceScenario> _scenarios;
    private string _step = "";

    public SpaceScenarioTests()
    {
        _random = new(_seed);
        string hhs = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "hhs.exe" : "hhs");
        _people = [.. Enum.GetNames<Person>().Select(name => new DemoProcess(name, Path.Combine(_data.Path, name), [], hhs))];
        _scenarios = [_seat, _stock, new ConservedTransfers(), new RenameOfTheOldName(), _revoke];
    }

    [Fact(Timeout = 120_000)]
    public async Task What_counts_is_the_same_on_every_node_whoever_is_killed_and_whenever()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {_seed}");
        try
        {
            await RunAsync(TestContext.Current.CancellationToken);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"seed {_seed}, {_step}: {failure.Message}", failure);
        }
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        _step = "founding";
        await FoundAsync(cancel);
        await KillOneAsync(areConnected: true, cancel);

        _step = "parting";
        await SpaceTeam.PartAsync(_people, _people, cancel);
        for (int part = 0; part < 2; part++)
        {
            _step = $"writing apart, part {part}";
            await Task.WhenAll(Enum.GetValues<Person>().Select(who => SpaceTeam.WriteAsync(Of(who), [.. _scenarios.SelectMany(s => s.Apart(who, part))], cancel)));
            if (part == 0) _revoke.Revoke = await EmpowerAsync(Person.Cyd, RevokeDuringPurchase.Capability, isGranted: false, cancel);
            await KillOneAsync(areConnected: false, cancel);
        }

        _step = "meeting";
        await SpaceTeam.MeetAsync(_people);
        var met = await AgreeAsync(cancel);
        foreach (var scenario in _scenarios) scenario.Met(met, AuthorOf);
        await KillOneAsync(areConnected: true, cancel);

        _step = "answering";
        await AnswerAsync(met, cancel);
        await KillOneAsync(areConnected: true, cancel);

        _step = "sealing";
        await SpaceTeam.WriteAsync(Of(Person.Ann), [SpacePayloads.Seal.ToString()], cancel);
        Assert.All((await AgreeAsync(cancel)).Entries, e => Assert.True(e.IsFinal));
        await KillOneAsync(areConnected: true, cancel);
        var glance = await Of(Person.Bob).AskAsync<DemoEvent.Glanced>(new DemoOrder.GlanceSpace(_stock.Members[0], _seed), cancel);
        Assert.Equal(0, glance.Lowest);
    }

    private async Task FoundAsync(CancellationToken cancel)
    {
        await Task.WhenAll(_people.Select(p => p.StartAsync(cancel)));
        var members = _scenarios.SelectMany(s => s.NewMembers).ToList();
        var founded = await Of(Person.Ann).AskAsync<DemoEvent.Founded>(new DemoOrder.FoundSpace(
            $"scenarios {_seed}", [Write, RevokeDuringPurchase.Capability], new Dictionary<string, string> { ["transact"] = Write, ["op"] = Write }, members), cancel);
        _team.Id = founded.Id;
        var ids = new Queue<string>(founded.Members);
        foreach (var scenario in _scenarios) scenario.Members = [.. scenario.NewMembers.Select(_ => ids.Dequeue())];
        foreach (var who in (Person[])[Person.Bob, Person.Cyd]) await EmpowerAsync(who, Write, isGranted: true, cancel);
        await EmpowerAsync(Person.Cyd, RevokeDuringPurchase.Capability, isGranted: true, cancel);
        await SpaceTeam.MeetAsync(_people);
        foreach (var who in (Person[])[Person.Bob, Person.Cyd]) await Of(who).AskAsync<DemoEvent.Opened>(new DemoOrder.EnterSpace(_team.Id), cancel);
        await AgreeAsync(cancel);
    }

    // The seat's loser gives up after a retry that is refused; more stock lets one lost sale be done; the revoked one cannot buy again.
    private async Task AnswerAsync(DemoEvent.Accounted met, CancellationToken cancel)
    {
        var loser = met.Entries.Single(e => e.Fate == "Pending" && e.Operations[0][0] == _seat.Members[0]);
        Assert.Contains("does not hold", await RefusalOf(AuthorOf(loser), SpacePayloads.Resolve(ContentHash.Parse(loser.Entry), isRetried: true).ToString(), cancel), StringComparison.Ordinal);
        await SpaceTeam.WriteAsync(Of(AuthorOf(loser)), [SpacePayloads.Resolve(ContentHash.Parse(loser.Entry), isRetried: false).ToString()], cancel);
        Assert.Contains(RevokeDuringPurchase.Capability, await RefusalOf(Person.Cyd, _revoke.Purchase, cancel), StringComparison.Ordinal);

        await SpaceTeam.WriteAsync(Of(Person.Ann), [SpacePayloads.Op(_stock.Members[0], CounterPayloads.Add(1)).ToString()], cancel);
        await AgreeAsync(cancel);
        var sold = met.Entries.First(e => e.Fate == "Void" && e.Operations[0][0] == _stock.Members[0]);
        string retry = (await SpaceTeam.WriteAsync(Of(AuthorOf(sold)), [SpacePayloads.Resolve(ContentHash.Parse(sold.Entry), isRetried: true).ToString()], cancel))[0];
        var answered = await AgreeAsync(cancel);
        Assert.True(answered.Entries.Single(e => e.Entry == retry).IsLive);
        Assert.Equal("0", answered.Members[_stock.Members[0]][0].Candidates[0]);
    }

    // What it acknowledged, and what it made of what it knows, is as before, and the others notice nothing.
    private async Task KillOneAsync(bool areConnected, CancellationToken cancel)
    {
        var victim = _people[_random.Next(_people.Length)];
        _step = $"{_step}; {victim.Name} killed after it";
        var before = await AccountsAsync(cancel);
        await _team.KillAsync(victim, cancel);
        await _team.StartAsync(victim, cancel);
        Assert.Equal(before, await AccountsAsync(cancel));
        if (!areConnected) return;
        await SpaceTeam.MeetAsync(_people);
        await AgreeAsync(cancel);
    }

    private async Task<IReadOnlyList<string>> AccountsAsync(CancellationToken cancel)
    {
        var texts = new List<string>();
        foreach (var person in _people)
        {
            var account = await SpaceTeam.AgreeAsync([person], cancel);
            foreach (var scenario in _scenarios) scenario.Always(account);
            Assert.Empty(person.Acknowledged.Except(account.Entries.Select(e => e.Entry)));
            texts.Add(SpaceTeam.Text(account));
        }
        return texts;
    }

    private async Task<DemoEvent.Accounted> AgreeAsync(CancellationToken cancel)
    {
        var account = await SpaceTeam.AgreeAsync(_people, cancel);
        foreach (var scenario in _scenarios) scenario.Always(account);
        return account;
    }

    private async Task<string> EmpowerAsync(Person who, string capability, bool isGranted, CancellationToken cancel) =>
        (await Of(Person.Ann).AskAsync<DemoEvent.Wrote>(new DemoOrder.Empower(Of(who).PublicKey, capability, isGranted), cancel)).Entries[0].Entry!;

    private async Task<string> RefusalOf(Person who, string payload, CancellationToken cancel) =>
        (await SpaceTeam.TryWriteAsync(Of(who), [payload], cancel))[0].Refused ?? "it was taken";

    private DemoProcess Of(Person who) => _people[(int)who];

    private Person AuthorOf(AccountedEntry entry) => (Person)Array.FindIndex(_people, p => p.KeyId == entry.Author);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var person in _people) await person.DisposeAsync();
        _data.Dispose();
    }

    private const string Write = "write";
}
