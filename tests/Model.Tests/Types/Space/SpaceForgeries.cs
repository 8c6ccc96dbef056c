using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>Entries that only somebody hostile makes. All of them are to be refused.</summary>
internal sealed class SpaceForgeries(Random random, SpaceWriter writer, SpaceOracle oracle, SpaceEngine replica, IReadOnlyList<SecretKey> people)
{
    /// <summary>An entry on top of a version by somebody; null if there is no occasion.</summary>
    public Entry? Next(SecretKey author, ContentHash[] at) => random.Next(7) switch
    {
        0 => WithPredecessorsThatReachOneAnother(author, at),
        1 => SealByAnother(author, at),
        2 => writer.Make(author, SpaceWriter.Transact([], [], false).With("ops", new Literal.Array(
            Literal.Map.Of(("member", "capabilities"), ("payload", CounterPayloads.Add(1))))), at),
        3 => InTheNameOfAnother(author, at),
        4 => AtAnotherPlace(at),
        5 => BeforeItsMember(author),
        _ => AnswerToALiveOne(author, at),
    };

    private Entry? WithPredecessorsThatReachOneAnother(SecretKey author, ContentHash[] at)
    {
        var below = oracle.Graph.Before(at[0]);
        return below.Count == 0 || Member() is not { } member ? null : writer.Make(author, SpaceWriter.Transact([], [(member, CounterPayloads.Add(1))]), [.. at, Any([.. below])]);
    }

    private Entry? SealByAnother(SecretKey author, ContentHash[] at) =>
        author.KeyId.ToString() == OracleAdmission.SealAuthorityOf(oracle.Create) ? null : writer.Make(author, SpaceWriter.Seal, at);

    // The signature is the author's own, the name and the key are another's.
    private Entry? InTheNameOfAnother(SecretKey author, ContentHash[] at)
    {
        var other = people.First(p => p.KeyId != author.KeyId);
        var payload = (Literal.Map)writer.Make(author, SpaceWriter.Member("m", CounterPayloads.Create("m")), at).Payload;
        return Entry.Make(payload.With("author", other.KeyId.ToString()).With("publicKey", other.PublicKey.ToBase64()), Position.Of(at));
    }

    private Entry? AtAnotherPlace(ContentHash[] at)
    {
        var entry = oracle.Graph[Any([.. oracle.Graph.All])];
        return entry.Prev.Count == 0 || entry.Prev.ToHashSet().SetEquals(at) ? null : Entry.Make(entry.Payload, Position.Of(at));
    }

    private Entry? BeforeItsMember(SecretKey author) =>
        Member() is { } member ? writer.Make(author, SpaceWriter.Op(member, CounterPayloads.Add(1)), [.. oracle.Graph[member].Prev]) : null;

    private Entry? AnswerToALiveOne(SecretKey author, ContentHash[] at)
    {
        var live = oracle.Graph.HistoryOf(at).Where(e => oracle.Graph[e].Action == "transact" && replica.IsLive(e, at)).ToList();
        return live.Count == 0 ? null : writer.Make(author, SpaceWriter.Resolve(Any(live), random.Next(2) == 0 ? "retry" : "dismiss"), at);
    }

    private ContentHash? Member()
    {
        var counters = oracle.Graph.All.Where(e => oracle.Graph[e].Action == "member"
            && ((Literal.Map)oracle.Graph[e].Payload["create"]!).Text("type") == OracleMember.CounterTypeId).ToList();
        return counters.Count == 0 ? null : Any(counters);
    }

    private T Any<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
