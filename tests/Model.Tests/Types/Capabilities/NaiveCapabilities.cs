using Hhs.Model.Json;

namespace Hhs.Model.Tests.Types.Capabilities;

/// <summary>types.md section 6 and docs/types/capabilities.md, read literally: no memory, the tree of questions walked in full.</summary>
internal sealed class NaiveCapabilities(NaiveLog log, bool isOurs)
{
    private readonly Literal.Map _create = log.Payloads[0];
    private readonly HashSet<string> _creators = [.. Texts(log.Payloads[0]["creators"])];
    private readonly List<Facts> _facts = [];

    // The payloads' fields, read once.
    private sealed record Facts(string Action, string Cap, string Grantee, string Author, string KeyId, string[] Origins);

    public NaiveLog Log { get; } = log;

    public static string[] Texts(Literal? array) => array is null ? [] : [.. ((Literal.Array)array).Items.ToArray().Select(item => ((Literal.String)item).Value)];

    public bool IsCreator(string who) => _creators.Contains(who);

    private Facts Of(int entry)
    {
        for (; _facts.Count <= entry; _facts.Add(Read(Log.Payloads[_facts.Count]))) { }
        return _facts[entry];
    }

    private static Facts Read(Literal.Map p) => new(
        p.Text("action")!, p.Text("capName") ?? "", p.Text("grantee") ?? "", p.Text("author") ?? "", p.Text("keyId") ?? "", Texts(p["capOrigins"]));

    private bool IsInitial(string cap) => ((Literal.Map)_create["initialCaps"]!).Has(cap);

    private bool IsPositive(int entry, string cap) => Of(entry).Action switch
    {
        "create" => IsInitial(cap),
        "create-cap" => Of(entry).Cap == cap,
        _ => false,
    };

    private bool IsDeletion(int entry, string cap) => Of(entry).Action == "delete-cap" && Of(entry).Cap == cap;

    private bool IsAbout(int entry, string cap) => IsPositive(entry, cap) || IsDeletion(entry, cap);

    public bool IsIdentity(string who, ulong at) => IsCreator(who) || Log.Cover(at, e => Of(e).KeyId == who).Length > 0;

    public int[] SurvivingOrigins(string cap, ulong at, ulong from)
    {
        if (!isOurs)
            return [.. Log.Cover(at, e => IsAbout(e, cap)).Where(e => IsPositive(e, cap) && Log.ConcurrentCover(from, NaiveLog.Bit(e), d => IsDeletion(d, cap)).Length == 0)];
        // Ours: every creation in `at`, unless a deletion that names it is in `at`, or is concurrent with all of `at` and in `from`.
        ulong history = Log.History(at);
        return [.. NaiveLog.Entries(history).Where(e => IsPositive(e, cap)
            && !NaiveLog.Entries(history).Any(d => Deletes(d, e)) && Log.ConcurrentCover(from, at, d => Deletes(d, e)).Length == 0)
            .OrderBy(e => Log.Hashes[e].ToString(), StringComparer.Ordinal)];

        bool Deletes(int deletion, int origin) =>
            IsDeletion(deletion, cap) && Of(deletion).Origins.Contains(Log.Hashes[origin].ToString());
    }

    public string[] ManagedBy(string cap, ulong at, ulong from)
    {
        if (isOurs) return [.. SurvivingOrigins(cap, at, from).SelectMany(origin => ManagersIn(origin, cap)).Distinct()];
        if (IsInitial(cap)) return ManagersIn(0, cap);
        foreach (int entry in Log.Cover(at, e => IsAbout(e, cap)))
        {
            if (Of(entry).Action == "create-cap") return ManagersIn(entry, cap);
        }
        return [];
    }

    private string[] ManagersIn(int entry, string cap) => Texts(entry == 0
        ? ((Literal.Map)((Literal.Map)_create["initialCaps"]!)[cap]!)["managedBy"]
        : Log.Payloads[entry]["managedBy"]);

    public bool Has(string who, string cap, ulong at, ulong from) => Has(who, cap, at, from, []);

    private bool Has(string who, string cap, ulong at, ulong from, HashSet<(string, string)> visiting)
    {
        if (IsCreator(who)) return true;
        if (visiting.Contains((who, cap))) return false;
        visiting = [.. visiting, (who, cap)];
        int[] origins = SurvivingOrigins(cap, at, from);
        if (origins.Length == 0) return false;
        string[] managers = ManagedBy(cap, at, from), originHashes = [.. origins.Select(o => Log.Hashes[o].ToString())];

        if (Log.ConcurrentCover(from, at, e => IsRevoke(e) && IsValid(e)).Length > 0) return false;
        foreach (int grant in Log.Cover(at, e => IsOfPair(e) && IsValid(e)))
        {
            if (IsRevoke(grant)) continue;
            if (Log.ConcurrentCover(from, NaiveLog.Bit(grant), e => IsRevoke(e) && IsValid(e)).Length == 0) return true;
        }
        return false;

        bool IsOfPair(int e) => Of(e).Grantee == who && Of(e).Cap == cap;
        bool IsRevoke(int e) => IsOfPair(e) && Of(e).Action == "revoke";

        bool IsValid(int e)
        {
            if ((isOurs || Of(e).Action == "grant") && !Of(e).Origins.Intersect(originHashes).Any()) return false;
            string author = Of(e).Author;
            return IsCreator(author) || managers.Any(m => m != "creator" && Has(author, m, NaiveLog.Bit(e), from, visiting));
        }
    }

    public bool Accepts(Literal.Map payload, ulong at)
    {
        string author = payload.Text("author")!, cap = payload.Text("capName") ?? "";
        bool exists = SurvivingOrigins(cap, at, at).Length > 0;
        bool rightOrigins = !payload.Has("capOrigins")
            || Texts(payload["capOrigins"]).SequenceEqual(SurvivingOrigins(cap, at, at).Take(16).Select(o => Log.Hashes[o].ToString()));
        return payload.Text("action") switch
        {
            "add-identity" => IsCreator(author) || Has(author, "enroll", at, at),
            "create-cap" => IsCreator(author) && !exists && Texts(payload["managedBy"]).All(m => m == "creator" || SurvivingOrigins(m, at, at).Length > 0),
            "delete-cap" => IsCreator(author) && exists && rightOrigins,
            "grant" => exists && IsIdentity(payload.Text("grantee")!, at) && Manages() && rightOrigins,
            _ => exists && Manages() && rightOrigins,
        };

        bool Manages() => IsCreator(author) || ManagedBy(cap, at, at).Any(m => m != "creator" && Has(author, m, at, at));
    }
}
