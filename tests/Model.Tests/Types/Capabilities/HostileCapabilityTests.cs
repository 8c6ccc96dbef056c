using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Capabilities;
using static Hhs.Model.Tests.Types.Capabilities.CapabilityScript;

namespace Hhs.Model.Tests.Types.Capabilities;

/// <summary>Histories made to hurt: what is void stays void, and answers come in time. Entries are put into the log with their tags, unsigned.</summary>
public sealed class HostileCapabilityTests
{
    // Several times what a quiet machine of two cores needs, and far below what an exponential or cubic walk would take.
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    private static readonly ContentHash[] NoHashes = [];

    /// <summary>Entries as if admitted: the rules have been tested elsewhere, and ten thousand signatures would hide what is measured.</summary>
    private sealed class Unsigned
    {
        public Unsigned(CapabilityType type) => Script = new(type);

        public CapabilityScript Script { get; }

        public ContentHash Root => Script.Object.Id;

        public ContentHash Add(string author, Literal.Map payload, params ReadOnlySpan<ContentHash> at)
        {
            var authored = payload.With("author", author).With("signature", Name(Script.Replica.Log.Count));   // no two alike
            var entry = Entry.Make(authored, Position.Of(at));
            Script.Replica.Log.Append(entry.Header, [.. Script.Object.Describe(authored, entry.Hash)]);
            return entry.Hash;
        }

        public ContentHash Grant(string author, string to, string cap, params ReadOnlySpan<ContentHash> at) =>
            Add(author, CapabilityPayloads.Grant(to, cap, [Root]), at);

        public ContentHash Revoke(string author, string from, string cap, params ReadOnlySpan<ContentHash> at) =>
            Add(author, CapabilityPayloads.Revoke(from, cap, Script.Object.Type.IsOurs ? [Root] : null), at);

        public bool Has(string who, string cap) => Script.Now.HasCapability(who, cap);
    }

    private static string Name(int number) => ContentHash.Of(BitConverter.GetBytes(number)).ToString();

    private static readonly string CreatorId = Creator.KeyId.ToString();

    [Theory, InlineData(false), InlineData(true)]
    public void Ten_thousand_concurrent_grants_and_revokes_of_one_pair_leave_it_revoked(bool isOurs)
    {
        var log = new Unsigned(isOurs ? CapabilityType.Ours : CapabilityType.Original);
        string manager = Name(0), target = Name(1);
        var start = log.Grant(CreatorId, manager, "admin", log.Root);
        for (int i = 0; i < 5000; i++)
        {
            var aside = log.Add(CreatorId, Literal.Map.Of(("action", "add-identity"), ("keyId", Name(100 + i)), ("publicKey", "")), start);
            log.Grant(manager, target, "write", aside);
            log.Revoke(manager, target, "write", aside);
        }
        var watch = ThreadTime.Start();
        Assert.False(log.Has(target, "write"));
        Assert.True(log.Has(manager, "admin"));
        Assert.True(watch.Elapsed < AnswerWithin, $"{watch.Elapsed}");
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Ten_thousand_grants_and_revokes_in_a_row_are_answered_at_every_step(bool isOurs)
    {
        var log = new Unsigned(isOurs ? CapabilityType.Ours : CapabilityType.Original);
        string manager = Name(0), target = Name(1);
        var tip = log.Grant(CreatorId, manager, "admin", log.Root);
        var watch = ThreadTime.Start();
        for (int i = 0; i < 5000; i++)
        {
            tip = log.Grant(manager, target, "write", tip);
            Assert.True(log.Has(target, "write"));
            tip = log.Revoke(manager, target, "write", tip);
            Assert.False(log.Has(target, "write"));
        }
        Assert.True(watch.Elapsed < AnswerWithin, $"{watch.Elapsed}");
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_delegation_is_followed_to_its_limit_and_not_beyond(bool isOurs)
    {
        var log = new Unsigned(isOurs ? CapabilityType.Ours : CapabilityType.Original);
        var tip = log.Grant(CreatorId, Name(0), "admin", log.Root);
        for (int i = 1; i < 2000; i++) tip = log.Grant(Name(i - 1), Name(i), "admin", tip);
        var watch = ThreadTime.Start();
        Assert.True(log.Has(Name(CapabilityJudge.DepthMax - 1), "admin"));
        Assert.False(log.Has(Name(CapabilityJudge.DepthMax), "admin"));
        Assert.False(log.Has(Name(1999), "admin"));
        Assert.True(watch.Elapsed < AnswerWithin, $"{watch.Elapsed}");
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_ring_that_grants_itself_has_nothing_and_is_answered_in_time(bool isOurs)
    {
        var log = new Unsigned(isOurs ? CapabilityType.Ours : CapabilityType.Original);
        var tip = log.Root;
        for (int round = 0; round < 3; round++)
        {
            for (int from = 0; from < 12; from++)
            {
                for (int to = 0; to < 12; to++) tip = log.Grant(Name(from), Name(to), "admin", tip);
            }
        }
        var watch = ThreadTime.Start();
        for (int i = 0; i < 12; i++) Assert.False(log.Has(Name(i), "admin"));
        Assert.True(watch.Elapsed < AnswerWithin, $"{watch.Elapsed}");
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Managers_who_all_revoke_one_another_at_once_are_answered_in_time(bool isOurs)
    {
        var log = new Unsigned(isOurs ? CapabilityType.Ours : CapabilityType.Original);
        var start = log.Root;
        for (int i = 0; i < 12; i++) start = log.Grant(CreatorId, Name(i), "admin", start);
        for (int i = 0; i < 12; i++)
        {
            var tip = start;
            for (int j = 0; j < 12; j++) tip = i == j ? tip : log.Revoke(Name(i), Name(j), "admin", tip);
        }
        var watch = ThreadTime.Start();
        for (int i = 0; i < 12; i++) Assert.False(log.Has(Name(i), "admin"));
        Assert.True(log.Has(CreatorId, "admin"));
        Assert.True(watch.Elapsed < AnswerWithin, $"{watch.Elapsed}");
    }

    [Theory]
    [InlineData(CapabilityJudge.CutPairsMax, true)]
    [InlineData(CapabilityJudge.CutPairsMax + 1, false)]
    public void Managers_who_all_grant_one_another_keep_what_a_creator_gave_while_they_are_few(int people, bool keep)
    {
        var log = new Unsigned(CapabilityType.Ours);
        var tip = log.Root;
        for (int i = 0; i < people; i++) tip = log.Grant(CreatorId, Name(i), "admin", tip);
        for (int round = 0; round < 3; round++)
        {
            for (int from = 0; from < people; from++)
            {
                for (int to = 0; to < people; to++) tip = log.Grant(Name(from), Name(to), "admin", tip);
            }
        }
        Assert.Equal(keep, log.Has(Name(0), "admin"));
        log.Grant(CreatorId, Name(0), "admin", tip);
        Assert.True(log.Has(Name(0), "admin"));   // a creator can always settle it
    }

    [Fact]
    public void Entangled_answers_are_the_same_in_any_order_of_arrival()
    {
        int held = 0, asked = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            bool isOurs = seed % 2 == 0;
            var log = new Unsigned(isOurs ? CapabilityType.Ours : CapabilityType.Original);
            int people = random.Next(4, 14);
            var entries = new List<ContentHash> { log.Root };
            for (int i = 0; i < people; i++) entries.Add(log.Grant(CreatorId, Name(i), "admin", entries[^1]));
            for (int i = 0; i < 50; i++)
            {
                string author = Name(random.Next(people)), target = Name(random.Next(people));
                ContentHash[] at = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => entries[Math.Max(random.Next(entries.Count), entries.Count - 1 - random.Next(8))]).Distinct()];
                entries.Add(random.Next(3) == 0 ? log.Revoke(author, target, "admin", at) : log.Grant(author, target, "admin", at));
            }
            var other = Reordered(log, random);
            for (int i = 0; i < people; i++)
            {
                bool expected = log.Has(Name(i), "admin");
                Assert.True(expected == other.Now.HasCapability(Name(i), "admin"), $"seed {seed}");
                asked++;
                if (expected) held++;
            }
        }
        Assert.InRange(held, asked / 10, asked * 9 / 10);
    }

    // The same entries in another order that keeps predecessors first.
    private static CapabilityScript Reordered(Unsigned log, Random random)
    {
        var from = log.Script.Replica.Log;
        var script = new CapabilityScript(log.Script.Object.Type);
        var left = Enumerable.Range(1, from.Count - 1).ToList();
        while (left.Count > 0)
        {
            var ready = left.Where(e => from.HeaderOf(e).PrevEntryHashes.All(script.Replica.Log.Contains)).ToArray();
            int next = ready[random.Next(ready.Length)];
            script.Replica.Log.Append(from.HeaderOf(next), from.TagsOf(next));
            left.Remove(next);
        }
        return script;
    }

    [Fact]
    public void Two_who_revoke_each_other_at_once_both_lose()
    {
        var caps = new CapabilityScript(CapabilityType.Ours, "s", Alice, Bob);
        caps.Write(Creator, caps.Grant(Alice, "admin"));
        var start = caps.Write(Creator, caps.Grant(Bob, "admin"));
        caps.Write(Alice, caps.Revoke(Bob, "admin", start), start);
        caps.Write(Bob, caps.Revoke(Alice, "admin", start), start);
        Assert.False(caps.Holds(Alice, "admin"));
        Assert.False(caps.Holds(Bob, "admin"));
    }

    [Fact]
    public void In_our_type_operations_elsewhere_in_the_same_object_and_loose_positions_are_refused()
    {
        var caps = new CapabilityScript(CapabilityType.Ours, "s", Bob);
        var root = caps.Object.Id;
        var tip = caps.Replica.Log.Frontier[0];
        var grant = caps.Make(Creator, caps.Grant(Bob, "write"));
        Assert.IsType<Judgement.Admitted>(caps.Replica.Admit(grant));
        AssertRefused(RejectCode.BadSignature, Entry.Make(grant.Payload, Position.Of(grant.Hash)));
        AssertRefused(RejectCode.InvalidOperation, caps.Make(Creator, caps.Grant(Bob, "write"), root, tip));   // root is below tip
        AssertRefused(RejectCode.InvalidOperation, Entry.Make(grant.Payload, Position.Of(NoHashes)));

        void AssertRefused(RejectCode code, Entry entry) =>
            Assert.Equal(code, Assert.IsType<Judgement.Refused>(caps.Replica.Admit(entry)).Why.Code);
    }

    [Fact]
    public void Our_type_takes_one_spelling_of_keys_and_signatures()
    {
        var caps = new CapabilityScript(CapabilityType.Ours, "s");
        var payload = caps.Make(Creator, CapabilityPayloads.AddIdentity(Bob.PublicKey));
        var map = (Literal.Map)payload.Payload;
        string signature = map.Text("signature")!;
        AssertRefused(map.With("signature", signature + "\n"));
        AssertRefused(map.With("signature", signature[..^2]));
        AssertRefused(map.With("signature", signature[..^3] + (char)(signature[^3] + 1) + "=="));
        AssertRefused(map.With("signature", ""));
        string key = Bob.PublicKey.ToBase64();
        AssertRefused((Literal.Map)caps.Make(Creator, CapabilityPayloads.AddIdentity(Bob.PublicKey).With("publicKey", key + " ")).Payload);
        var unknown = new PublicKey("ml-dsa-65", new byte[1952]);
        AssertRefused((Literal.Map)caps.Make(Creator, CapabilityPayloads.AddIdentity(unknown)).Payload);
        Assert.IsType<Judgement.Admitted>(caps.Replica.Admit(payload));

        void AssertRefused(Literal.Map changed) =>
            Assert.IsType<Judgement.Refused>(caps.Replica.Admit(Entry.Make(changed, caps.Replica.Log.Frontier)));
    }
}
