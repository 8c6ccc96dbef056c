using System.Runtime.CompilerServices;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Tests.Types.Capabilities;
using Hhs.Model.Types;
using Hhs.Model.Types.Authority;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Text;
using static Hhs.Model.Tests.Types.Capabilities.CapabilityScript;

namespace Hhs.Model.Tests.Types;

/// <summary>The limits of payloads: for each, what becomes of a payload of a given size. Capability objects have theirs in <see cref="CapabilityLimitTests"/>.</summary>
internal static class PayloadLimits
{
    /// <summary>A limit.</summary>
    /// <param name="What">Whose, and of what.</param>
    /// <param name="Most">The limit.</param>
    /// <param name="Of">The constant that says it, as it is spelled in the table.</param>
    /// <param name="Code">What is beyond is refused as this.</param>
    /// <param name="Judge">What becomes of a payload of a size.</param>
    /// <param name="Format">What a refusal ends with that is for the limit, where what is at it is refused for something else; null where it is admitted.</param>
    public sealed record Row(string What, int Most, string Of, RejectCode Code, Func<int, Reject?> Judge, string? Format);

    // Before the table, which needs it.
    private static readonly CapabilityScript Caps = new(CapabilityType.Original);

    public static readonly IReadOnlyList<Row> All =
    [
        // Every payload, also where nothing is read in it.
        Any("set: bytes of a payload", Limits.PayloadBytesMax, n => Operate(Set(), Sized(n, filler => SetPayloads.Add(filler)))),
        Any("set: bytes of a payload, by numbers that are longer when written out", Limits.PayloadBytesMax, n => Operate(Set(), Sized(n, filler => SetPayloads.Add(filler), 1e20))),
        Any("set: bytes of a payload, by units that are escaped", Limits.PayloadBytesMax, n => Operate(Set(), Sized(n, filler => SetPayloads.Add(filler), "\n"))),
        Any("set: levels of a payload", Limits.JsonDepthMax, n => Operate(Set(), SetPayloads.Add(Nested(n - 1)))),
        Any("set: levels of a payload, of maps", Limits.JsonDepthMax, n => Operate(Set(), SetPayloads.Add(NestedMaps(n - 1)))),
        Any("opaque: bytes of an operation", Limits.PayloadBytesMax, n => Operate(Unknown, Sized(n, filler => Literal.Map.Of(("any", filler))))),
        Any("opaque: bytes of a create payload", Limits.PayloadBytesMax, n => Begin(Sized(n, filler => Unknown.With("any", filler)))),
        Any("opaque: levels of an operation", Limits.JsonDepthMax, n => Operate(Unknown, Literal.Map.Of(("any", Nested(n - 1))))),
        Any("opaque: levels of a create payload", Limits.JsonDepthMax, n => Begin(Unknown.With("any", Nested(n - 1)))),
        Any("record: bytes of an operation with many values", Limits.PayloadBytesMax, n => Operate(RecordPayloads.Create("r"), Sized(n, ManyFields))),
        Any("record: levels of an operation", Limits.JsonDepthMax, n => Operate(RecordPayloads.Create("r"), RecordPayloads.Set(("f", Nested(n - 2))))),

        // What our types share.
        .. Seeded.Select(s => Type($"{s.Name}: units of the seed", NativeType.SeedUnitsMax, n => Begin(s.Create(Units(n))))),
        Type("set: units of the seed", 1024, n => Begin(Set(Units(n)))),
        Type("counter: units of a nonce", GuardedObject.NonceUnitsMax, n => Operate(CounterPayloads.Create("c"), CounterPayloads.Add(1).With(GuardedObject.Nonce, Units(n)))),
        Type("authority: operations with a requirement", AuthorityRules.RequirementsMax, n => Authority(requirements: [.. Enumerable.Range(0, n).Select(i => ($"o{i}", "c"))])),
        Type("authority: units of a required capability", AuthorityRules.CapNameUnitsMax, n => Authority(requirements: ("o0", Units(n)))),
        Type("authority: units of an operation's name", 256, n => Authority(requirements: (Units(n), "c"))),
        Type("authority: capabilities that advance", AuthorityRules.RefAdvanceMax, n => Authority(advance: Names(n, 1))),
        Type("authority: units of a capability that advances", AuthorityRules.CapNameUnitsMax, n => Authority(advance: Names(1, n))),

        Type("growset: elements to begin with", GrowSetPayloads.ElementsMax, n => Begin(GrowSetPayloads.Create("g", Numbers(n)))),
        Type("growset: bytes of an element to begin with", PayloadValue.BytesMax, n => Begin(GrowSetPayloads.Create("g", Value(n)))),
        Type("growset: elements of an add", GrowSetPayloads.ElementsMax, n => Operate(GrowSetPayloads.Create("g"), GrowSetPayloads.Add(Numbers(n)))),
        Type("growset: bytes of an element", PayloadValue.BytesMax, n => Operate(GrowSetPayloads.Create("g"), GrowSetPayloads.Add(Value(n)))),
        Type("log: bytes of a record", PayloadValue.BytesMax, n => Operate(LogPayloads.Create("l"), LogPayloads.Append(Value(n)))),
        Type("register: bytes of the value to begin with", PayloadValue.BytesMax, n => Begin(RegisterPayloads.Create("r", Value(n)))),
        Type("register: bytes of a value", PayloadValue.BytesMax, n => Operate(RegisterPayloads.Create("r"), RegisterPayloads.Set(Value(n)))),
        Type("register: bytes of a value, counted in UTF-8", PayloadValue.BytesMax, n => Operate(RegisterPayloads.Create("r"), RegisterPayloads.Set("\u4e8c" + Units(n - 5)))),

        Type("record: fields to begin with", RecordSchema.FieldsMax, n => Begin(RecordPayloads.Create("r", Fields(n)))),
        Type("record: bytes of a value to begin with", PayloadValue.BytesMax, n => Begin(RecordPayloads.Create("r", Literal.Map.Of(("f", Value(n)))))),
        Type("record: bytes of a value to begin with, under a schema", PayloadValue.BytesMax, n => Begin(RecordPayloads.Create("r", Literal.Map.Of(("f", Value(n))), Schema("f")))),
        Type("record: units of a name to begin with", RecordPayloads.NameUnitsMax, n => Begin(RecordPayloads.Create("r", Literal.Map.Of((Units(n), 1))))),
        Type("record: fields of a schema", RecordSchema.FieldsMax, n => Begin(RecordPayloads.Create("r", null, Schema([.. Enumerable.Range(0, n).Select(i => $"f{i}")])))),
        Type("record: units of a name in a schema", RecordPayloads.NameUnitsMax, n => Begin(RecordPayloads.Create("r", null, Schema(Units(n))))),
        Type("record: units of a type in a schema", 128, n => Begin(RecordPayloads.Create("r", null, new Dictionary<string, FieldRule> { ["f"] = new("object", ContentType: Units(n)) }))),
        Type("record: fields of a set", RecordPayloads.FieldsMax, n => Operate(RecordPayloads.Create("r"), Literal.Map.Of(("action", "set"), ("fields", Fields(n))))),
        Type("record: bytes of a value", PayloadValue.BytesMax, n => Operate(RecordPayloads.Create("r"), RecordPayloads.Set(("f", Value(n))))),
        Type("record: units of a name", RecordPayloads.NameUnitsMax, n => Operate(RecordPayloads.Create("r"), RecordPayloads.Set((Units(n), 1)))),
        Type("record: fields of a remove", RecordPayloads.FieldsMax, n => Operate(RecordPayloads.Create("r"), RecordPayloads.Remove([.. Enumerable.Range(0, n).Select(i => $"f{i}")]))),
        Type("record: units of a name in a remove", RecordPayloads.NameUnitsMax, n => Operate(RecordPayloads.Create("r"), RecordPayloads.Remove(Units(n)))),
        Type("record: units of a name in an add", RecordPayloads.NameUnitsMax, n => Operate(RecordPayloads.Create("r"), RecordPayloads.Add(Units(n), CounterPayloads.Create("c")))),
        Type("record: units of a name in a keep", RecordPayloads.NameUnitsMax, Keep),

        Type("sequence: items of an insert", SequencePayloads.ItemsMax, n => Operate(SequencePayloads.Create("s"), Insert("items", new Literal.Array(Numbers(n))))),
        Type("sequence: bytes of an item", PayloadValue.BytesMax, n => Operate(SequencePayloads.Create("s"), Insert("items", new Literal.Array(Value(n))))),
        Type("text: units of an insert", TextPayloads.UnitsMax, n => Operate(TextPayloads.Create("t"), Insert("text", Units(n)))),
        Type("text: units of a range", RunOperation.RunLengthMax, n => Delete(0, n)),
        Type("text: ranges of an entry", RunOperation.RangesOfEntryMax, n => Delete([.. Enumerable.Range(0, n).SelectMany(i => new double[] { 2 * i, 1 })])),
        Type("text: entries of a delete", RunOperation.DeletedEntriesMax, DeleteEntries),

        // The original's set: its limits are what is one beyond them.
        Type("set: elements to begin with", SetCreate.InitialElementsMax, n => Begin(SetPayloads.Create(new SetOptions { Seed = "s", InitialElements = [.. Enumerable.Range(0, n).Select(i => $"{i}")] }))),
        Type("set: units of a content type", 128, n => Begin(SetPayloads.Create(new SetOptions { Seed = "s", ContentType = Units(n) }))),
        Type("set: units of a hash algorithm", 256, n => Begin(Set().With("hashAlgorithm", Units(n)))),
        Type("set: units of a parent", 128, n => Begin(Set().With("parent", Units(n)))),
        Type("set: units of an element's hash", 128, n => Operate(Set().With("acceptRedundantDelete", true), Literal.Map.Of(("action", "delete"), ("elementHash", Units(n))))),
        Beyond("set: units of a nested object's id", 128, n => Operate(SetPayloads.Create(new SetOptions { Seed = "s", ContentType = SetType.Id }), SetPayloads.Update(Caps.Object.Id, SetPayloads.Add(1)).With("elementHash", Units(n)))),
        Beyond("set: units of an author", 256, n => Guarded(SetPayloads.Add(1).With("author", Units(n)).With("signature", ""))),
        Beyond("set: units of a signature", 8192, n => Guarded(SetPayloads.Add(1).With("author", "a").With("signature", Units(n)))),
        Beyond("ref-advance: units of the id", 256, n => Guarded(Advance.With("refId", Units(n)))),
        new("ref-advance: hashes", Limits.PrevEntryHashesMax, "Limits.PrevEntryHashesMax", RejectCode.OverLimit, n => Guarded(Advance.With("refVersion", Position.Of(Hashes(n)).ToLiteral())), null),
        new("signature: bytes", Limits.SignatureBytesMax, "Limits.SignatureBytesMax", RejectCode.Malformed, Signature, "too long"),
    ];

    private static Literal.Map Unknown => Literal.Map.Of(("action", "create"), ("type", "of somebody else"));

    private static Literal.Map Advance => CapabilityPayloads.RefAdvance(Caps.Object.Id, Caps.Replica.Log.Frontier).With("author", Creator.KeyId.ToString()).With("signature", "");

    private static (string Name, Func<string, Literal.Map> Create)[] Seeded =>
    [
        ("counter", seed => CounterPayloads.Create(seed)), ("growset", seed => GrowSetPayloads.Create(seed)), ("log", LogPayloads.Create), ("record", seed => RecordPayloads.Create(seed)),
        ("register", seed => RegisterPayloads.Create(seed)), ("sequence", SequencePayloads.Create), ("text", TextPayloads.Create),
    ];

    private static Row Any(string what, int most, Func<int, Reject?> judge, [CallerArgumentExpression(nameof(most))] string of = "") => new(what, most, of, RejectCode.OverLimit, judge, null);

    private static Row Type(string what, int most, Func<int, Reject?> judge, [CallerArgumentExpression(nameof(most))] string of = "") => new(what, most, of, RejectCode.InvalidOperation, judge, null);

    // What is at the limit passes the format, and is no hash, key or signature.
    private static Row Beyond(string what, int most, Func<int, Reject?> judge, [CallerArgumentExpression(nameof(most))] string of = "") => new(what, most, of, RejectCode.InvalidOperation, judge, "out of bounds");

    private static Reject? Begin(Literal.Map create)
    {
        var entry = Entry.Make(create, Position.Empty);
        return WhyNot(new MemoryReplica(entry.Hash), entry);
    }

    private static Reject? Operate(Literal.Map create, Literal.Map operation, IForeignObjects? foreign = null)
    {
        var replica = MemoryReplica.Of(create, foreign: foreign);
        return WhyNot(replica, Entry.Make(operation, replica.Log.Frontier));
    }

    private static Reject? Guarded(Literal.Map operation) => Operate(
        Set().With("capabilityRef", Caps.Object.Id.ToString()).With("capRequirements", Literal.Map.Of(("add", "write"))), operation, ForeignObjects.Of(Caps.Replica));

    private static Reject? Authority(Literal.Array? advance = null, params (string Operation, string Capability)[] requirements)
    {
        var create = Literal.Map.Of(("action", "create"), ("type", ManyOperations.Id), ("seed", "m"), ("capabilityRef", Caps.Object.Id.ToString()),
            ("capRequirements", Literal.Map.FromPairs([.. requirements.Select(r => KeyValuePair.Create(r.Operation, (Literal)r.Capability))])));
        return new ManyOperations().CheckCreate(advance is null ? create : create.With("refAdvance", advance), TypeRegistry.BuiltIn, null);
    }

    private static Reject? Keep(int units)
    {
        var replica = MemoryReplica.Of(RecordPayloads.Create("r"));
        var child = replica.Append(RecordPayloads.Add("f", CounterPayloads.Create("c")));
        return WhyNot(replica, Entry.Make(RecordPayloads.Keep(Units(units), child), replica.Log.Frontier));
    }

    private static Reject? Delete(params double[] ranges)
    {
        var replica = MemoryReplica.Of(TextPayloads.Create("t"));
        var insert = replica.Append(Insert("text", Units(TextPayloads.UnitsMax)));
        return WhyNot(replica, Entry.Make(Deletion([insert], ranges), replica.Log.Frontier));
    }

    private static Reject? DeleteEntries(int count)
    {
        var replica = MemoryReplica.Of(TextPayloads.Create("t"));
        var root = replica.Log.Frontier;
        ContentHash[] inserts = [.. Enumerable.Range(0, count).Select(i => replica.Append(Insert("text", $"{i}"), root))];
        return WhyNot(replica, Entry.Make(Deletion(inserts, 0, 1), replica.Log.Frontier));
    }

    private static Reject? Signature(int bytes)
    {
        var signed = SignedPayload.Sign(SetPayloads.Add(1), Creator).With("signature", Convert.ToBase64String(new byte[bytes]));
        return SignedPayload.TryVerify(signed, Creator.PublicKey, out var why) ? null : why;
    }

    // Waiting, too, is not refused.
    private static Reject? WhyNot(MemoryReplica replica, Entry entry) => replica.Admit(entry) is Judgement.Refused(var why) ? why : null;

    private static Literal.Map Insert(string field, Literal run) => Literal.Map.Of(("action", "insert"), ("side", "R"), (field, run));

    private static Literal.Map Deletion(ContentHash[] entries, params double[] ranges) => Literal.Map.Of(("action", "delete"),
        ("elements", Literal.Map.FromPairs([.. entries.Select(e => KeyValuePair.Create(e.ToString(), (Literal)new Literal.Array([.. ranges.Select(r => (Literal)r)])))])));

    // A payload whose text has exactly so many bytes: many of one item, and a text for what is left.
    private static Literal.Map Sized(int bytes, Func<Literal, Literal.Map> make, Literal? item = null)
    {
        Literal[] items = item is null ? [] : [.. Enumerable.Repeat(item, 8000)];
        int left = bytes - JsonText.Write(make(new Literal.Array([.. items, ""]))).Length;
        var sized = make(new Literal.Array([.. items, Units(left)]));
        Assert.Equal(bytes, JsonText.Write(sized).Length);
        return sized;
    }

    // No value of these is too long; together they are.
    private static Literal.Map ManyFields(Literal filler) =>
        RecordPayloads.Set([.. Enumerable.Range(0, 16).Select(i => ($"f{i}", (Literal)Units(63_000))), ("rest", filler)]);

    private static Literal Nested(int levels) => Enumerable.Range(0, levels).Aggregate((Literal)1, (inner, _) => new Literal.Array(inner));

    private static Literal NestedMaps(int levels) => Enumerable.Range(0, levels).Aggregate((Literal)1, (inner, _) => Literal.Map.Of(("m", inner)));

    private static Literal.Map Set(string seed = "s") => SetPayloads.Create(new SetOptions { Seed = seed });

    private static Literal Value(int bytes) => Units(bytes - 2);

    private static string Units(int units) => new('x', units);

    private static Literal[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => (Literal)i)];

    private static Literal.Array Names(int count, int units) => new([.. Enumerable.Repeat((Literal)Units(units), count)]);

    private static Literal.Map Fields(int count) => Literal.Map.FromPairs([.. Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"f{i}", (Literal)i))]);

    private static Dictionary<string, FieldRule> Schema(params string[] names) => names.ToDictionary(n => n, _ => new FieldRule("any"));

    private static ContentHash[] Hashes(int count) => [.. Enumerable.Range(0, count).Select(i => ContentHash.Of(BitConverter.GetBytes(i)))];

    private sealed class ManyOperations() : NativeType(Id, [.. Enumerable.Range(0, 65).Select(i => $"o{i}"), Units(256), Units(257)])
    {
        public const string Id = "hhs-actors/test-many_v1";

        public override ReplicatedObject Open(ObjectScope scope, Literal.Map create) => throw new NotSupportedException();
    }
}
