using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.GrowSet;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Set;

namespace Hhs.Model.Tests.Types.Space;

/// <summary>Where nobody writes transactions a member is what its type makes of the same operations in a log of its own.</summary>
public sealed class OracleMemberTests
{
    [Fact]
    public void Without_transactions_members_merge_as_their_types_do()
    {
        for (int seed = 0; seed < 24; seed++)
        {
            var history = new SpaceHistories(seed, new SpaceShape(40, HasNoTransactions: true, HasSeals: seed % 2 == 0));
            var now = history.Oracle.Settle(history.Oracle.Frontier());
            Assert.All(now.Order, entry => Assert.True(now.IsLive(entry), $"{history}: {now.Verdicts[entry]}"));
            foreach (var (id, state) in now.Members) Assert.True(OwnLog.StateOf(history, id) == state.ToString(), $"{history}: {state}");
        }
    }

    // The whole graph, so that the entries keep their names and histories; all but the member's operations say nothing.
    private sealed class OwnLog : IPayloadSource
    {
        private readonly Dictionary<ContentHash, Literal.Map> _payloads = [];

        public Literal.Map PayloadOf(ContentHash entry) => _payloads[entry];

        public static string StateOf(SpaceHistories history, ContentHash id)
        {
            var own = new OwnLog();
            var log = new DagLog();
            var create = (Literal.Map)history.Oracle.Graph[id].Payload["create"]!;
            Assert.True(TypeRegistry.BuiltIn.TryGet(create.Text("type")!, out var type));
            var member = type.Open(new ObjectScope(id, log, own, TypeRegistry.BuiltIn, NoForeignObjects.Instance), create);
            foreach (var entry in history.Admitted)
            {
                var payload = (Literal.Map)entry.Payload;
                bool isOwn = payload.Text("member") == id.ToString();
                own._payloads[entry.Hash] = entry.Hash == id ? create : isOwn ? (Literal.Map)payload["payload"]! : payload;
                log.Append(entry.Header, entry.Hash == id ? [.. member.TagsOfCreate()] : isOwn ? [.. member.Describe(own.PayloadOf(entry.Hash), entry.Hash)] : []);
            }
            return Read(member, log.FrontierVersion).ToString();
        }

        private static OracleMemberState Read(ReplicatedObject member, DagVersion at)
        {
            var fields = new SortedDictionary<string, IReadOnlyList<OracleCandidate>>(StringComparer.Ordinal);
            switch (member)
            {
                case ReplicatedCounter counter: return new(member.TypeId, counter.View(at).Total, fields, []);
                case ReplicatedGrowSet grown: return new(member.TypeId, 0, fields, grown.View(at).ElementHashes());
                case ReplicatedSet set: return new(member.TypeId, 0, fields, [.. set.View(at).ElementHashes().Order()]);
                case ReplicatedRegister register:
                    if (register.View(at).Candidates is { Count: > 0 } candidates) fields.Add("", Plain(candidates));
                    break;
                case ReplicatedRecord record:
                    foreach (string field in record.FieldsEver) fields.Add(field, Plain(record.View(at).Candidates(field)));
                    break;
            }
            return new(member.TypeId, 0, fields, []);
        }

        private static List<OracleCandidate> Plain(IReadOnlyList<ConflictCandidate> candidates) => [.. candidates.Select(c => new OracleCandidate(c.Entry, c.Value))];
    }
}
