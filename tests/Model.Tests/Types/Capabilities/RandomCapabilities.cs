using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;

namespace Hhs.Model.Tests.Types.Capabilities;

/// <summary>A replica and the naive model of it, fed with the same entries.</summary>
internal sealed class TwinLog
{
    public TwinLog(Literal.Map create, IForeignObjects? foreign = null)
    {
        Replica = MemoryReplica.Of(create, foreign: foreign);
        Naive.Append(Replica.Replica.Id, create, 0);
    }

    public MemoryReplica Replica { get; }

    public NaiveLog Naive { get; } = new();

    public DagVersion Version(ulong set) => Replica.Log.VersionOf([.. NaiveLog.Entries(set)]);

    /// <summary>Some entries that do not reach one another, recent ones more often.</summary>
    public ulong RandomPosition(Random random)
    {
        ulong position = 0;
        for (int i = random.Next(1, 4); i > 0; i--) position |= NaiveLog.Bit(Math.Max(random.Next(Naive.Count), random.Next(Naive.Count)));
        return Naive.MinimalCover(position);
    }

    /// <summary>Appends an entry that has been found valid.</summary>
    public void Append(Literal.Map payload, ulong at)
    {
        var entry = Entry.Make(payload, Replica.Log.PositionOf(Version(at)));
        if (Replica.Log.Contains(entry.Hash)) return;
        Replica.Log.Append(entry.Header, [.. Replica.Replica.Object!.Describe(payload, entry.Hash)]);
        Naive.Append(entry.Hash, payload, at);
    }

    /// <summary>Offers an entry to the replica, whose verdict has to be the one expected.</summary>
    public void Offer(Literal.Map payload, ulong at, bool expected)
    {
        var entry = Entry.Make(payload, Replica.Log.PositionOf(Version(at)));
        var judgement = Replica.Admit(entry);
        if (judgement is Judgement.Known) return;
        Assert.True(expected == judgement is Judgement.Admitted, $"{judgement} for {payload}");
        if (expected) Naive.Append(entry.Hash, payload, at);
    }
}

/// <summary>Random histories of a capability object: delegation, cycles, concurrent revokes, deletion and re-creation.</summary>
internal sealed class RandomCapabilities
{
    /// <summary>The first is the creator.</summary>
    public static readonly SecretKey[] People = [.. Enumerable.Range(1, 5).Select(i => SecretKey.FromSeed([.. Enumerable.Repeat((byte)i, 32)]))];

    public static readonly string[] Caps = ["admin", "mod", "write"];

    private readonly Random _random;
    private readonly CapabilityType _type;

    public RandomCapabilities(Random random, CapabilityType type, int length)
    {
        (_random, _type) = (random, type);
        Twin = new(CapabilityPayloads.Create(type, "seed", [People[0].PublicKey], new Dictionary<string, string[]>
        {
            ["admin"] = ["admin"], ["mod"] = ["admin", "mod"],
        }));
        Naive = new(Twin.Naive, type.IsOurs);
        foreach (var person in People[1..]) Step(Twin.Naive.MinimalCover(1UL << (Twin.Naive.Count - 1)), CapabilityPayloads.AddIdentity(person.PublicKey), People[0]);
        while (Twin.Naive.Count < length) Step(_random.Next(3) == 0 ? Frontier() : Twin.RandomPosition(_random));
    }

    public TwinLog Twin { get; }

    public NaiveCapabilities Naive { get; }

    public ReplicatedCapabilities Object => (ReplicatedCapabilities)Twin.Replica.Replica.Object!;

    private ulong Frontier() => Twin.Naive.MinimalCover(ulong.MaxValue >> (64 - Twin.Naive.Count));

    private void Step(ulong at)
    {
        var author = People[_random.Next(10) < 3 ? 0 : _random.Next(People.Length)];
        string cap = Caps[_random.Next(Caps.Length)], grantee = People[_random.Next(1, People.Length)].KeyId.ToString();
        ContentHash[] origins = [.. Naive.SurvivingOrigins(cap, at, at).Select(o => Twin.Naive.Hashes[o])];
        if (_random.Next(20) == 0) origins = [.. origins, Twin.Naive.Hashes[0]];
        var payload = _random.Next(14) switch
        {
            0 => CapabilityPayloads.CreateCap(cap, [.. Caps.Where(_ => _random.Next(3) == 0)]),
            1 => CapabilityPayloads.DeleteCap(cap, _type.IsOurs ? origins : null),
            < 10 => CapabilityPayloads.Grant(grantee, cap, origins),
            _ => CapabilityPayloads.Revoke(grantee, cap, _type.IsOurs ? origins : null),
        };
        Step(at, payload, author);
    }

    private void Step(ulong at, Literal.Map payload, SecretKey author)
    {
        // Unsigned: most of the time would go into signatures, which other tests look at.
        var authored = payload.With("author", author.KeyId.ToString()).With("signature", "");
        bool expected = Naive.Accepts(authored, at);
        var verdict = Object.CheckAllowed(authored, Twin.Version(at));
        Assert.True(expected == (verdict == Verdict.Valid), $"{verdict} for {payload}");
        if (expected) Twin.Append(authored, at);
    }
}
