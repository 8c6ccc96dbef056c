using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>What kind of histories is wanted.</summary>
/// <param name="Length">Entries, the create entry included.</param>
/// <param name="Writers">2 to 5: the first is a creator, of four and more the second too; the last is granted nothing.</param>
/// <param name="HasCapabilities">Whether the space has an authority.</param>
/// <param name="HasSeals">Whether somebody may seal.</param>
/// <param name="Equivocates">Whether the seal authority seals on top of what it likes, and not always on top of its last seal.</param>
/// <param name="HasNoTransactions">Whether there are plain operations only.</param>
internal sealed record SpaceShape(
    int Length, int Writers = 3, bool HasCapabilities = false, bool HasSeals = false, bool Equivocates = false, bool HasNoTransactions = false)
{
    /// <summary>All kinds, by number.</summary>
    public static SpaceShape Of(int seed, int length) => new(length, 2 + (seed / 2 % 4), (seed & 1) == 1, seed % 3 != 0, seed % 9 is 1 or 2 or 4);
}

/// <summary>An entry that somebody made, and whether it is to be admitted.</summary>
internal sealed record SpaceOffer(Entry Entry, bool IsAdmissible);

/// <summary>A random history of a space, hostile in parts: each writer has a replica, which knows what was delivered to it.</summary>
/// <remarks>Writers look at the engine, which is fast; whether an entry may be written the oracle says too. The same seed and shape make the same history.</remarks>
internal sealed class SpaceHistories
{
    public static readonly string[] Capabilities = ["admin", "write", "sell"];

    private readonly Random _random;
    private readonly SpaceShape _shape;
    private readonly SpaceIntentions _intentions;
    private readonly SpaceForgeries _forgeries;
    private readonly SpaceEngine _replica;
    private readonly SecretKey[] _people;
    private readonly HashSet<ContentHash>[] _known;
    private readonly List<SpaceOffer> _offers = [];
    private ContentHash? _lastSeal;

    public SpaceHistories(int seed, SpaceShape shape)
    {
        (Seed, _shape, _random) = (seed, shape, new Random(seed));
        _people = [.. Enumerable.Range(0, shape.Writers).Select(SpaceWriter.Person)];
        Writer = new(CreatePayload());
        Oracle = new(Writer.Id, Writer.Create);
        _replica = new(Writer.Id);
        _intentions = new(_random, Oracle, _replica, shape, _people);
        _forgeries = new(_random, Writer, Oracle, _replica, _people);
        _replica.Admit(Writer.CreateEntry);
        _offers.Add(new(Writer.CreateEntry, true));
        _known = [.. _people.Select(_ => new HashSet<ContentHash> { Writer.Id })];
        Begin();
        for (int steps = 0; AdmittedCount < shape.Length && steps < shape.Length * 20; steps++) Step();
    }

    public int Seed { get; }

    public SpaceWriter Writer { get; }

    /// <summary>Knows all admitted entries.</summary>
    public SpaceOracle Oracle { get; }

    /// <summary>In the order in which they were made, each after its predecessors; the create entry is the first.</summary>
    public IReadOnlyList<SpaceOffer> Offers => _offers;

    public IEnumerable<Entry> Admitted => _offers.Where(o => o.IsAdmissible).Select(o => o.Entry);

    /// <summary>The admitted entries but for the create entry, as the oracle takes them.</summary>
    public IEnumerable<OracleEntry> Entries => Admitted.Skip(1).Select(PlainOf);

    public static OracleEntry PlainOf(Entry entry) => new(entry.Hash, entry.Header.PrevEntryHashes, (Literal.Map)entry.Payload);

    /// <summary>The tips of a random version, all of the history now and then.</summary>
    public ContentHash[] RandomVersion(Random random)
    {
        var all = Admitted.Select(e => e.Hash).ToList();
        return random.Next(4) == 0 ? Oracle.Frontier() : Tips(Enumerable.Range(0, random.Next(1, 4)).Select(_ => all[Math.Max(random.Next(all.Count), random.Next(all.Count))]));
    }

    public override string ToString() => $"seed {Seed}, {_shape}";

    /// <summary>The admitted entries as lines that a person can read, each with what a version says of it.</summary>
    public string Story(OracleOutcome at) => string.Join('\n', at.Order.Select(hash => Oracle.Graph[hash]).Select(entry =>
    {
        int author = Array.FindIndex(_people, p => p.KeyId.ToString() == entry.Author);
        var said = entry.Payload.Without("signature").Without("publicKey").Without("author").Without("nonce");
        return $"{entry.Hash.Short} by {author} on {string.Join(' ', entry.Prev.Select(p => p.Short))}: {at.Verdicts[entry.Hash]} {(entry.Action == "create" ? "create" : said)}";
    }));

    private int AdmittedCount => Oracle.Graph.Count;

    private Literal.Map CreatePayload()
    {
        SecretKey[] creators = _shape.Writers > 3 ? _people[..2] : _people[..1];
        // One who is no creator seals now and then.
        string? sealAuthority = !_shape.HasSeals ? "none" : _random.Next(2) == 0 ? null : _people[_random.Next(_people.Length)].KeyId.ToString();
        if (!_shape.HasCapabilities) return SpaceWriter.CreatePayload("s", creators, sealAuthority);
        (string, string)[] requires = [("member", "admin"), ("op", "write"), ("transact", "write"), ("resolve", "admin")];
        return SpaceWriter.CreatePayload("s", creators, sealAuthority,
            [("admin", ["admin"]), ("write", ["admin"]), ("sell", ["admin", "sell"])], [.. requires.Where(_ => _random.Next(4) > 0)]);
    }

    // Members, and grants to all but the last.
    private void Begin()
    {
        for (int i = _random.Next(1, 4); i >= 0; i--) Offer(0, _intentions.NewMember(), Frontier(0));
        if (_shape.HasCapabilities)
        {
            for (int i = 1; i < _people.Length; i++)
            {
                Offer(0, SpaceWriter.Op("capabilities", CapabilityPayloads.AddIdentity(_people[i].PublicKey)), Frontier(0));
                string[] granted = i == _people.Length - 1 && i > 1 ? [] : i == 1 ? Capabilities : ["write", "sell"];
                foreach (string capability in granted)
                    Offer(0, SpaceWriter.Op("capabilities", CapabilityPayloads.Grant(_people[i].KeyId.ToString(), capability, [Writer.Id])), Frontier(0));
            }
        }
        foreach (var known in _known) known.UnionWith(_known[0]);
    }

    private void Step()
    {
        int who = _random.Next(_people.Length);
        switch (_random.Next(24))
        {
            case < 6:
                Deliver(who);
                break;
            case 6:
                Spam(who);
                break;
            case 10 or 11 or 12 or 13 when _shape.HasCapabilities:
                Ambush();
                break;
            case < 9:
                Write(who, BackDated(who));
                break;
            case 9 when _forgeries.Next(_people[who], BackDated(who)) is { } forged:
                _offers.Add(new(forged, false));
                break;
            default:
                Write(who, Frontier(who));
                break;
        }
    }

    // All that another one knows, or a part of it.
    private void Deliver(int who)
    {
        var from = _known[_random.Next(_people.Length)];
        _known[who].UnionWith(_random.Next(3) == 0 ? Oracle.Graph.HistoryOf([Any(from)]) : from);
    }

    private void Spam(int who)
    {
        var at = BackDated(who);
        for (int i = _random.Next(2, 6); i > 0 && AdmittedCount < _shape.Length; i--) Write(who, _random.Next(2) == 0 ? at : BackDated(who));
    }

    // The creator takes a capability from somebody beside something that this one has written.
    private void Ambush()
    {
        var known = _known[_random.Next(_people.Length)];
        var rare = known.Where(e => Oracle.Graph[e].Action is "member" or "resolve").ToHashSet();
        var victim = Oracle.Graph[Any(rare.Count > 0 && _random.Next(2) == 0 ? rare : known)];
        if (victim.Author == "" || victim.Author == _people[0].KeyId.ToString()) return;
        _known[0].UnionWith(Oracle.Graph.HistoryOf(victim.Prev));
        Offer(0, _intentions.Revoke(victim.Author, victim.Prev), [.. victim.Prev]);
    }

    private void Write(int who, ContentHash[] at)
    {
        if (_intentions.Next(_people[who], at) is not { } payload) return;
        bool isSeal = payload.Text("action") == "seal";
        if (isSeal && !_shape.Equivocates && _lastSeal is { } last)
        {
            if (!_known[who].Contains(last)) return;
            at = Tips([.. at, last]);
        }
        if (isSeal && _shape.Equivocates && _random.Next(2) == 0) at = BackDated(who);
        var made = Offer(who, payload, at);
        if (isSeal && made is { } seal) _lastSeal = seal;
    }

    private ContentHash? Offer(int who, Literal.Map payload, ContentHash[] at)
    {
        var entry = Writer.Make(_people[who], payload, at);
        var plain = PlainOf(entry);
        bool isAdmissible = _replica.Admit(entry) is Judgement.Admitted;
        if ((AdmittedCount < AllAskedMax || _offers.Count % AskedEvery == 0) && Oracle.Admits(plain) != isAdmissible)
            throw new SpaceDisagreement($"{this}: admitted {isAdmissible}: {entry.Hash} on {string.Join(' ', plain.Prev.Select(p => p.Short))} {payload}\n{Story(Oracle.Settle(Oracle.Frontier()))}");
        _offers.Add(new(entry, isAdmissible));
        if (!isAdmissible) return null;
        Oracle.Add(plain);
        _known[who].Add(entry.Hash);
        return entry.Hash;
    }

    private ContentHash[] Frontier(int who) => Tips(_known[who]);

    private ContentHash[] BackDated(int who) => Tips(Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Any(_known[who])));

    private ContentHash[] Tips(IEnumerable<ContentHash> entries) => [.. Oracle.Graph.Maximal([.. entries.Distinct()])];

    private ContentHash Any(HashSet<ContentHash> entries) => entries.ElementAt(_random.Next(entries.Count));

    // The oracle says whether an entry may be written; of long histories only in parts, where each answer takes it long.
    private const int AllAskedMax = 64, AskedEvery = 16;
}
