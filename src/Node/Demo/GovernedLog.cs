using Hhs.Actors.Node;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Node.Commands;

namespace Hhs.Node.Demo;

/// <summary>What a node of the permissions demo does: a log in which only holders of <c>write</c> can append.</summary>
internal sealed class GovernedLog(HhsNode node)
{
    private CapabilitiesHandle? _caps;
    private LogHandle? _log;

    public async Task<ObjectHandle> FoundAsync(DemoOrder.Found order)
    {
        var editor = Key(order.EditorKey);
        _caps = await node.CreateCapabilitiesAsync(order.Seed, new Dictionary<string, string[]> { [Write] = ["creator"] });
        await _caps.AddIdentityAsync(editor);
        await _caps.GrantAsync(editor.KeyId, Write);
        _log = await node.CreateLogAsync(order.Seed, _caps.Require(("append", Write)));
        await _log.Object.AdvanceReferenceAsync();
        return _log.Object;
    }

    public async Task<ObjectHandle> JoinAsync(ContentHash id) => (_log = await node.OpenLogAsync(id)).Object;

    public async Task<DemoEvent.Appended> AppendAsync(string text)
    {
        try
        {
            await _log!.AppendAsync(text);
            return new(Refused: null);
        }
        catch (HhsException refused)
        {
            return new(refused.Message);
        }
    }

    public async Task<DemoEvent.Revoked> RevokeAsync(string editorKey)
    {
        await _caps!.RevokeAsync(Key(editorKey).KeyId, Write);
        await _log!.Object.AdvanceReferenceAsync();
        return new();
    }

    public async Task<DemoEvent.Reviewed> ReviewAsync()
    {
        var status = await _log!.Object.StatusAsync();
        var entries = await _log.Object.LogAsync().ToListAsync();
        var counts = await _log.Object.CountingAsync([.. entries.Select(e => e.Hash)]);
        var records = entries.Zip(counts)
            .Where(e => e.First.Payload is Literal.Map payload && payload.Text("action") == "append")
            .Select(e => ((Literal.Map)e.First.Payload, Counts: e.Second))
            .Select(e => new ReviewedRecord(e.Item1.Text("value")!, e.Item1.Text(SignedPayload.Author)!, e.Counts));
        // Arrival order differs from node to node, and says nothing.
        return new(DemoNodeCommand.FrontierHash(status), [.. records.OrderBy(r => r.Text, StringComparer.Ordinal)]);
    }

    private static PublicKey Key(string text) => PublicKey.TryDecodeBase64(text, out var key, out var why) ? key : throw CommandException.BadInput(why.Detail);

    private const string Write = "write";
}
