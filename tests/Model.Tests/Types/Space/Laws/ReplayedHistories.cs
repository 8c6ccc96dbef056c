using System.Globalization;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Log;
using Hhs.Model.Types.Members;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Set;
using Hhs.Model.Types.Space;
using Hhs.Model.Types.Text;

namespace Hhs.Model.Tests.Types.Space.Laws;

/// <summary>Random histories of a space whose members have to be replayed, and of one counter over which writers fall out.</summary>
internal sealed class ReplayedHistories
{
    public static readonly TypeRegistry Types = TypeRegistry.BuiltIn.With(new ChainType());

    private readonly Random _random;
    private readonly SecretKey[] _people = [.. Enumerable.Range(0, 3).Select(SpaceWriter.Person)];
    private readonly SpaceWriter _writer;
    private readonly MemoryReplica _replica;
    private readonly DagVersion[] _at;
    private readonly List<Entry> _entries = [];
    private DagVersion? _lastSeal;

    private ReplayedHistories(int seed, int length)
    {
        _random = new(seed);
        _writer = new(SpaceWriter.CreatePayload($"replayed {seed}", _people[..1], seed % 3 == 0 ? "none" : null));
        _replica = new(_writer.Id, Types);
        _replica.Admit(_writer.CreateEntry);
        _entries.Add(_writer.CreateEntry);
        _at = [_replica.Log.FrontierVersion];
        Literal.Map[] members = [CounterPayloads.Create("stock", 2), LogPayloads.Create("l"), SequencePayloads.Create("s"), TextPayloads.Create("t"),
            SetPayloads.Create(new SetOptions { Seed = "n", ContentType = "hhs/set_v1" }), ChainType.Create("c")];
        foreach (var create in members) Write(0, SpaceWriter.Member(create.Text("type")!, create), _at[0]);
        _at = [.. Enumerable.Repeat(_replica.Log.FrontierVersion, _people.Length)];
        for (int steps = 0; _entries.Count < length && steps < length * 10; steps++) Step(_random.Next(_people.Length));
    }

    public static SpaceLawHistory Make(int seed, int length) =>
        new ReplayedHistories(seed, length) is var made ? new($"replayed members, seed {seed}", made._writer.Id, Types, made._entries) : throw new InvalidOperationException();

    private void Step(int who)
    {
        switch (_random.Next(12))
        {
            case 0 or 1:
                _at[who] = Join(_at[who], _at[_random.Next(_at.Length)]);
                break;
            case 2 when who == 0:
                if (Write(who, SpaceWriter.Seal, _lastSeal is { } last ? Join(_at[who], last) : _at[who])) _lastSeal = _at[who];
                break;
            case 3:
                Write(who, Next(_at[who]), Join(_replica.Log.VersionOf(_random.Next(_replica.Log.Count)), _replica.Log.VersionOf(_random.Next(6, _replica.Log.Count))));
                break;
            default:
                Write(who, Next(_at[who]), _at[who]);
                break;
        }
    }

    private DagVersion Join(DagVersion one, DagVersion other) => _replica.Log.MinimalCover(_replica.Log.VersionOf([.. one.Tips, .. other.Tips]));

    private bool Write(int who, Literal.Map payload, DagVersion at)
    {
        var entry = _writer.Make(_people[who], payload, [.. _replica.Log.PositionOf(at)]);
        if (_replica.Admit(entry) is not Judgement.Admitted admitted) return false;
        _entries.Add(entry);
        _at[who] = _replica.Log.VersionOf(admitted.Number);
        return true;
    }

    private Literal.Map Next(DagVersion at)
    {
        var now = _replica.Settle(at);
        if (_random.Next(4) == 0 && now.OpenCount > 0) return SpaceWriter.Resolve(now.Review()[_random.Next(now.OpenCount)].Entry, _random.Next(4) == 0 ? "dismiss" : "retry");
        // What there is too little of is in every other transaction, and what is rolled back for it takes others with it.
        bool isScarce = _random.Next(2) == 0;
        var members = now.Members.OrderBy(m => isScarce && m.Type.TypeId == CounterType.Id ? -1 : _random.Next()).Take(_random.Next(1, 4));
        var changes = members.Select(m => (Member: m.Id, Change: Change(now.Member(m.Id)!))).ToList();
        if (_random.Next(3) == 0) return SpaceWriter.Op(changes[0].Member, changes[0].Change.Operation);
        return SpaceWriter.Transact(
            changes.Where(c => c.Change.Kind == "atLeast" || _random.Next(3) > 0).Select(c => (Literal)SpaceWriter.Condition(c.Member, c.Change.Kind, c.Change.Argument)),
            changes.Select(c => (c.Member, c.Change.Operation)), review: _random.Next(2) == 0);
    }

    private (string Kind, Literal Argument, Literal.Map Operation) Change(MemberState state)
    {
        if (state is CounterState counter)
            return ("atLeast", ((int)counter.Total).ToString(CultureInfo.InvariantCulture), CounterPayloads.Add(_random.Next(3) == 0 ? 1 : -1));
        var replayed = (ReplayedState)state;
        switch (replayed.Object)
        {
            case ReplicatedLog log:
                return ("length", AtMost(log.View(replayed.Version).Count + _random.Next(3)), LogPayloads.Append(_random.Next(1000)));
            case ReplicatedSequence sequence:
                var items = sequence.View(replayed.Version);
                return ("length", AtMost(items.Count + _random.Next(3)), (items.Count == 0 ? 2 : _random.Next(4)) switch
                {
                    0 => SequencePayloads.Move(items, _random.Next(items.Count), _random.Next(items.Count + 1)),
                    1 => SequencePayloads.Delete(items, _random.Next(items.Count), 1)[0],
                    _ => SequencePayloads.Insert(items, _random.Next(items.Count + 1), _random.Next(1000), _random.Next(1000)),
                });
            case ReplicatedText text:
                var units = text.View(replayed.Version);
                return ("length", AtMost(units.Count + _random.Next(3)), units.Count > 0 && _random.Next(3) == 0
                    ? TextPayloads.Delete(units, _random.Next(units.Count), 1)[0]
                    : TextPayloads.Insert(units, _random.Next(units.Count + 1), $"{(char)('a' + _random.Next(26))}{(char)('a' + _random.Next(26))}"));
            case ReplicatedSet set:
                var children = set.View(replayed.Version).ElementHashes();
                Literal child = SetPayloads.Create(new SetOptions { Seed = $"{_random.Next(3)}", AcceptRedundantDelete = true });
                bool isThere = children.Contains(CanonicalJson.Hash(child));
                return (isThere ? "has" : "lacks", child, !isThere ? SetPayloads.Add(child)
                    : _random.Next(4) == 0 ? SetPayloads.Delete(CanonicalJson.Hash(child)) : SetPayloads.Update(CanonicalJson.Hash(child), SetPayloads.Add(_random.Next(4))));
            default:
                var links = ((Chain)replayed.Object).Links(replayed.Version);
                return ("longest", links.Count + _random.Next(3), ChainType.Link(links.Count == 0 ? null : links[_random.Next(links.Count)]));
        }
    }

    private static Literal.Map AtMost(int length) => Literal.Map.Of(("max", length));
}
