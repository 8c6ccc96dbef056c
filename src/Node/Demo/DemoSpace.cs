using Hhs.Actors.Node;
using Hhs.Actors.Objects;
using Hhs.Actors.Spaces;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types.Space;
using Hhs.Node.Commands;

namespace Hhs.Node.Demo;

/// <summary>What a node of a demo does with a space: makes or opens it, writes in it, says how it stands.</summary>
internal sealed class DemoSpace(HhsNode node, Action<DemoEvent> tell)
{
    private volatile SpaceHandle? _space;

    public async Task<ObjectHandle> EnterAsync(string id) => (_space = await node.OpenSpaceAsync(ContentHash.Parse(id))).Object;

    public async Task<(ObjectHandle Space, DemoEvent.Founded Event)> FoundAsync(DemoOrder.FoundSpace order)
    {
        var space = await node.CreateSpaceAsync(new SpaceOptions
        {
            Seed = order.Seed,
            Creators = [node.PublicKey],
            Capabilities = order.Capabilities.ToDictionary(c => c, _ => (IReadOnlyList<string>)["creator"], StringComparer.Ordinal),
            Requires = order.Requires,
        });
        var members = new List<SpaceMember>();
        foreach (var member in order.Members) members.Add(await space.AddMemberAsync(member.Name, Map(member.Create), member.Requires));
        _space = space;
        return (space.Object, new(space.Id.ToString(), [.. members.Select(m => m.Id.ToString())]));
    }

    public async Task<DemoEvent.Wrote> EmpowerAsync(DemoOrder.Empower order)
    {
        var key = PublicKey.TryDecodeBase64(order.PublicKey, out var decoded, out var why) ? decoded : throw CommandException.BadInput(why.Detail);
        var capabilities = _space!.Capabilities;
        if (order.IsGranted && !(await capabilities.ContentsAsync()).Identities.Contains(key.KeyId.ToString())) await capabilities.AddIdentityAsync(key);
        var entry = order.IsGranted ? await capabilities.GrantAsync(key.KeyId, order.Capability) : await capabilities.RevokeAsync(key.KeyId, order.Capability);
        return new([new(entry.ToString(), null)]);
    }

    /// <summary>Each entry is told as soon as it is durable, so that a kill in the middle finds some told and some not.</summary>
    public async Task<DemoEvent.Wrote> WriteAsync(DemoOrder.WriteInSpace order)
    {
        var written = new List<WrittenEntry>();
        foreach (string payload in order.Payloads)
        {
            try
            {
                string entry = (await _space!.Object.ApplyAsync(new SpaceMessages.Write(Map(payload)))).ToString();
                tell(new DemoEvent.Acknowledged([entry]));
                written.Add(new(entry, null));
            }
            catch (HhsException refused)
            {
                written.Add(new(null, refused.Message));
            }
        }
        return new(written);
    }

    public Task<DemoEvent.Accounted> AccountAsync(DemoOrder.AccountSpace order) => _space!.Object.AskAsync<DemoEvent.Accounted>(
        new SpaceAccount(), order.At is { } at ? Position.Of([.. at.Select(text => ContentHash.Parse(text))]) : null);

    /// <summary>Every entry's own version, and as many that two entries make together.</summary>
    public async Task<DemoEvent.Glanced> GlanceAsync(DemoOrder.GlanceSpace order)
    {
        var counter = await _space!.MemberAsync<CounterMember>(ContentHash.Parse(order.Counter));
        var entries = await _space.Object.LogAsync().Select(e => e.Hash).ToListAsync();
        var random = new Random(order.RandomSeed);
        int versions = 0;
        var lowest = (await _space.ReadAsync(counter)).ValueOf(counter);
        foreach (var entry in entries)
        {
            foreach (var at in (Position[])[[entry], [entry, entries[random.Next(entries.Count)]]])
            {
                var snapshot = await _space.ReadAtAsync(at, counter);
                versions++;
                if (snapshot.Members.Count > 0 && snapshot.ValueOf(counter) is var total && total < lowest) lowest = total;
            }
        }
        return new(versions, (long)lowest);
    }

    private static Literal.Map Map(string json) => (Literal.Map)Values.Parse(json, asJson: true);
}
