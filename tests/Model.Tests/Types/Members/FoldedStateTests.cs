using System.Globalization;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Members;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Set;

namespace Hhs.Model.Tests.Types.Members;

/// <summary>A kept state says what the object says that is built from the same operations: two ways to one answer.</summary>
public class FoldedStateTests
{
    private static readonly ContentHash Id = ContentHash.Of("member"u8);

    private static readonly string[] Words = ["a", "b", "c"];

    public static TheoryData<string> Types => [CounterType.Id, RegisterType.Id, RecordType.Id, SetType.Id, GrowSetType.Id];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_folded_state_and_a_replayed_one_agree_on_every_condition(string typeId)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var create = Create(typeId, random);
            TypeRegistry.BuiltIn.TryGet(typeId, out var type);
            Assert.Null(type!.CheckCreate(create, TypeRegistry.BuiltIn, null));
            MemberState folded = ((IFoldedType)type).Start(create, Id, 0)!, replayed = ReplayedState.Initial(type, create, Id, TypeRegistry.BuiltIn);
            // Which earlier operations a plain one has seen; one of a transaction acts as if it had seen all.
            var below = new List<HashSet<int>> { new() };
            for (int entry = 1; entry < 20; entry++)
            {
                var operation = Operation(typeId, random);
                var seen = new HashSet<int> { 0 };
                for (int earlier = 1; earlier < entry; earlier++)
                {
                    if (random.Next(3) == 0) seen.UnionWith([earlier, .. below[earlier]]);
                }
                bool isPlain = random.Next(2) == 0;
                if (!isPlain) seen = [.. Enumerable.Range(0, entry)];
                below.Add(seen);
                var applied = new MemberOperation(ContentHash.Of(BitConverter.GetBytes((seed * 100) + entry)), operation, "", entry, isPlain ? seen.Contains : null);
                if (!isPlain) Assert.Equal(folded.Check(operation) is null, replayed.Check(operation) is null);
                // The set of the original refuses to take away what is not there; a state takes it and does nothing.
                if (replayed.Apply(applied, out _) is not { } next) continue;
                (folded, replayed) = (folded.Apply(applied, out _)!, next);
                foreach (var (kind, argument) in Conditions(typeId))
                {
                    var (holds, seenValue) = folded.ConditionOf(kind, argument)!.Look(folded);
                    var (expected, expectedValue) = replayed.ConditionOf(kind, argument)!.Look(replayed);
                    Assert.True(holds == expected, $"seed {seed}, entry {entry}, {kind}");
                    if (typeId is not (RegisterType.Id or RecordType.Id)) Assert.Equal(expectedValue, seenValue);
                    var probe = Operation(typeId, random);
                    Assert.Equal(replayed.ConditionOf(kind, argument)!.IsFalsifiedBy(probe), folded.ConditionOf(kind, argument)!.IsFalsifiedBy(probe));
                }
                Assert.Equal(replayed.Conflicts.Select(c => (c.Subject, c.Candidates.Count)), folded.Conflicts.Select(c => (c.Subject, c.Candidates.Count)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void What_is_no_condition_for_one_is_none_for_the_other(string typeId)
    {
        TypeRegistry.BuiltIn.TryGet(typeId, out var type);
        var create = Create(typeId, new Random(1));
        MemberState folded = ((IFoldedType)type!).Start(create, Id, 0)!, replayed = ReplayedState.Initial(type, create, Id, TypeRegistry.BuiltIn);
        foreach (string kind in (string[])["has", "lacks", "equals", "present", "absent", "atLeast", "atMost", "length", "elementAt", "holds", "inside", ""])
        {
            foreach (var argument in (Literal[])["a", "5", true, 3, Literal.Map.Empty, Literal.Map.Of(("a", "b")), new Literal.Array("a")])
                Assert.Equal(replayed.ConditionOf(kind, argument) is null, folded.ConditionOf(kind, argument) is null);
        }
    }

    private static Literal.Map Create(string typeId, Random random) => typeId switch
    {
        CounterType.Id => CounterPayloads.Create("s", random.Next(3)),
        RegisterType.Id => RegisterPayloads.Create("s", random.Next(2) == 0 ? null : (Literal)"a"),
        RecordType.Id => RecordPayloads.Create("s", random.Next(2) == 0 ? null : Literal.Map.Of(("a", "b"))),
        SetType.Id => SetPayloads.Create(new() { Seed = "s", InitialElements = ["a"], AcceptRedundantDelete = random.Next(2) == 0, AcceptRedundantAdd = random.Next(2) == 0 }),
        _ => GrowSetPayloads.Create("s", "a"),
    };

    private static Literal.Map Operation(string typeId, Random random)
    {
        string word = Words[random.Next(3)], other = Words[random.Next(3)];
        return typeId switch
        {
            CounterType.Id => CounterPayloads.Add(random.Next(5) - 7),
            RegisterType.Id => random.Next(4) == 0 ? RegisterPayloads.Clear : RegisterPayloads.Set(word),
            RecordType.Id => random.Next(4) == 0 ? RecordPayloads.Remove(word) : RecordPayloads.Set((word, other)),
            SetType.Id => random.Next(2) == 0 ? SetPayloads.Delete(CanonicalJson.Hash(word)) : SetPayloads.Add(word),
            _ => GrowSetPayloads.Add(word, other),
        };
    }

    private static IEnumerable<(string, Literal)> Conditions(string typeId) => typeId switch
    {
        CounterType.Id => Enumerable.Range(-20, 20).SelectMany(n => new (string, Literal)[] { ("atLeast", Text(n)), ("atMost", Text(n)) }),
        RegisterType.Id => [("equals", "a"), ("equals", "b"), ("present", true), ("absent", true)],
        RecordType.Id => Words.SelectMany(w => new (string, Literal)[] { ("present", w), ("absent", w), ("equals", Literal.Map.Of((w, "a"))), ("equals", Literal.Map.Of(("a", w), ("b", w))) }),
        _ => Words.SelectMany(w => new (string, Literal)[] { ("has", w), ("lacks", w) }),
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
