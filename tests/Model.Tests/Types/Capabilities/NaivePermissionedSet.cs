using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Tests.Types.Capabilities;

/// <summary>types.md sections 5.3, 5.6 and 5.7, read literally.</summary>
internal sealed class NaivePermissionedSet(NaiveLog log, NaiveCapabilities caps, bool hasBarrierDelete)
{
    private readonly Literal.Map _requirements = (Literal.Map)log.Payloads[0]["capRequirements"]!;

    public NaiveLog Log { get; } = log;

    public ulong RefVersion(ulong at, ulong from)
    {
        ulong version = 0;
        foreach (int entry in Log.Cover(at, IsAdvance).Concat(Log.ConcurrentCover(from, at, IsAdvance))) version |= VersionIn(Log.Payloads[entry]);
        return version == 0 ? 1 : version;
    }

    private ulong VersionIn(Literal.Map advance)
    {
        ulong version = 0;
        foreach (var (hash, _) in ((Literal.Map)advance["refVersion"]!).Entries) version |= NaiveLog.Bit(caps.Log.Hashes.IndexOf(ContentHash.Parse(hash)));
        return version;
    }

    private bool IsAdvance(int entry) => Log.Payloads[entry].Text("action") == "ref-advance";

    public bool IsAuthorized(int entry, ulong from)
    {
        var payload = Log.Payloads[entry];
        if (payload.Text("action") == "create" || _requirements.Text(payload.Text("action")!) is not { } cap) return true;
        return caps.Has(payload.Text("author")!, cap, RefVersion(NaiveLog.Bit(entry), from), RefVersion(from, from));
    }

    public bool Has(ContentHash element, ulong at, ulong from)
    {
        foreach (int entry in Log.Cover(at, e => IsAbout(e) && IsAuthorized(e, from)))
        {
            if (IsDelete(entry)) continue;
            if (!hasBarrierDelete || Log.ConcurrentCover(from, NaiveLog.Bit(entry), e => IsAbout(e) && IsBarrier(e) && IsAuthorized(e, from)).Length == 0) return true;
        }
        return !hasBarrierDelete && Log.ConcurrentCover(from, at, e => IsAbout(e) && IsBarrier(e) && IsAuthorized(e, from)).Any(e => !IsDelete(e));

        bool IsDelete(int e) => Log.Payloads[e].Text("action") == "delete";
        bool IsBarrier(int e) => Log.Payloads[e]["barrier"] == Literal.Boolean.True;
        bool IsAbout(int e) => Log.Payloads[e].Text("action") switch
        {
            "add" => CanonicalJson.Hash(Log.Payloads[e]["element"]!) == element,
            "delete" => Log.Payloads[e].Text("elementHash") == element.ToString(),
            "create" => NaiveCapabilities.Texts(Log.Payloads[e]["initialElements"]).Any(i => CanonicalJson.Hash(i) == element),
            _ => false,
        };
    }

    public bool Accepts(Literal.Map payload, ulong at)
    {
        string author = payload.Text("author")!, action = payload.Text("action")!;
        ulong version = RefVersion(at, at);
        if (action != "ref-advance") return _requirements.Text(action) is not { } cap || caps.Has(author, cap, version, version);
        ulong advanced = VersionIn(payload);
        foreach (int tip in NaiveLog.Entries(at))
        {
            ulong current = RefVersion(NaiveLog.Bit(tip), NaiveLog.Bit(tip));
            if ((caps.Log.History(current) & ~caps.Log.History(advanced)) != 0) return false;
        }
        return caps.IsCreator(author) || NaiveCapabilities.Texts(_requirements["refAdvance"]).Any(cap => caps.Has(author, cap, version, version));
    }
}
