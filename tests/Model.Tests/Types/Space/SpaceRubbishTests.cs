using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Space;
using Hhs.Model.Types.Text;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>Signed rubbish: good payloads in which something, anywhere, is something else. It is refused or it is taken, and nothing is thrown.</summary>
public class SpaceRubbishTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whatever_is_signed_is_admitted_or_refused(int seed)
    {
        var random = new Random(seed);
        var (ann, bob) = (SpaceReplica.Key(1), SpaceReplica.Key(2));
        var home = SpaceReplica.Create(new SpaceOptions { Seed = "s", Creators = [ann.PublicKey], Capabilities = new Dictionary<string, IReadOnlyList<string>> { ["c"] = ["creator"] } });
        string stock = $"{home.AddCounter(ann, "stock", 1_000)}", text = $"{home.Write(ann, SpacePayloads.Member("t", TextPayloads.Create("t")))}";
        string seats = $"{home.Write(ann, SpacePayloads.Member("r", RecordPayloads.Create("r")))}", sets = $"{home.Write(ann, SpacePayloads.Member("n", SetPayloads.Create(new() { Seed = "n", ContentType = SetType.Id })))}";
        var sale = SpacePayloads.Transact(
            [SpacePayloads.Condition(stock, "atLeast", "1"), Literal.Map.Of(("anyOf", new Literal.Array(SpacePayloads.Condition(seats, "absent", "1"), SpacePayloads.Condition(text, "length", Literal.Map.Of(("min", 0))))))],
            [(stock, CounterPayloads.Add(-1)), (seats, RecordPayloads.Set(("2", "x")))], true);
        Literal.Map[] good =
        [
            sale, SpacePayloads.Op(stock, CounterPayloads.Add(1)), SpacePayloads.Op(text, Literal.Map.Of(("action", "insert"), ("side", "R"), ("text", "a"))),
            SpacePayloads.Op(sets, SetPayloads.Add(SetPayloads.Create(new() { Seed = "i" }))), SpacePayloads.Op("capabilities", Literal.Map.Of(("action", "grant"), ("grantee", $"{bob.KeyId}"), ("capName", "c"), ("capOrigins", new Literal.Array($"{home.Space.Id}")))),
            SpacePayloads.Member("m", CounterPayloads.Create("m"), new Dictionary<string, string> { ["add"] = "c" }), SpacePayloads.Resolve(home.Write(ann, sale), true), SpacePayloads.Seal,
        ];
        int admitted = 0, refused = 0;
        for (int i = 0; i < 1_500; i++)
        {
            var payload = (Literal.Map)Spoil(good[random.Next(good.Length)], random, inside: true);
            if (home.Try(random.Next(2) == 0 ? ann : bob, payload) is Judgement.Refused) refused++; else admitted++;
        }
        _ = home.Now.Review().Count + home.Now.Conflicts().Count;
        Assert.True(admitted > 20 && refused > 200, $"{admitted} admitted, {refused} refused");
    }

    [Fact]
    public void Whatever_a_create_payload_is_it_is_read_or_refused()
    {
        var random = new Random(3);
        var good = SpacePayloads.Create(new() { Seed = "s", Creators = [SpaceReplica.Key(1).PublicKey], Capabilities = new Dictionary<string, IReadOnlyList<string>> { ["c"] = ["creator"] }, Requires = new Dictionary<string, string> { ["op"] = "c" } })
            .With("limits", Literal.Map.Of(("ops", 3)));
        int refused = 0;
        for (int i = 0; i < 3_000; i++) if (SpaceCreate.TryRead(Spoil(good, random, inside: random.Next(20) > 0), out _) is null) refused++;
        Assert.InRange(refused, 1_000, 2_999);
    }

    // One place of it becomes something else, goes, or comes twice.
    private static Literal Spoil(Literal literal, Random random, bool inside)
    {
        if (literal is Literal.Map { Count: > 0 } map && (inside || random.Next(3) > 0))
        {
            var (key, value) = map.Entries[random.Next(map.Count)];
            return random.Next(8) switch
            {
                0 => map.Without(key),
                1 => map.With($"{key}x", value),
                _ => map.With(key, Spoil(value, random, inside: false)),
            };
        }
        if (literal is Literal.Array { Items.Length: > 0 } array && random.Next(3) > 0)
        {
            var items = array.Items.ToArray();
            int at = random.Next(items.Length);
            items[at] = Spoil(items[at], random, inside: false);
            return new Literal.Array(random.Next(6) == 0 ? [.. items, items[at]] : items);
        }
        Literal[] others = [true, 0, -1, 1e300, 0.5, "", "capabilities", "1", "x", new string('y', 300), Literal.Map.Empty, new Literal.Array(), new Literal.Array(1, "a"), Literal.Map.Of(("allOf", new Literal.Array())), literal];
        return others[random.Next(others.Length)];
    }
}
