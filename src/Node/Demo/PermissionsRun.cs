using System.Diagnostics;

namespace Hhs.Node.Demo;

/// <summary>An editor writes offline while its right is being revoked; then all meet.</summary>
internal sealed class PermissionsRun(DemoProcess owner, DemoProcess editor, DemoProcess reader, Action<string> say)
{
    private readonly DemoProcess[] _nodes = [owner, editor, reader];

    public async Task<PermissionsVerdict> RunAsync(CancellationToken cancel)
    {
        say("Three processes start: an owner, an editor, a reader.");
        await Task.WhenAll(_nodes.Select(n => n.StartAsync(cancel)));
        var opened = await owner.AskAsync<DemoEvent.Opened>(new DemoOrder.Found($"demo {Guid.NewGuid():N}", editor.PublicKey), cancel);
        say("The owner makes a log in which only holders of 'write' can append, and grants 'write' to the editor.");
        foreach (var node in (DemoProcess[])[editor, reader])
        {
            await node.SendAsync(new DemoOrder.Connect([owner.Address]));
            await node.AskAsync<DemoEvent.Opened>(new DemoOrder.Join(opened.Id), cancel);
        }
        await AgreeAsync(cancel);

        say("The editor appends two records, which reach everybody.");
        await AppendAsync(editor, "1 by the editor, before", cancel);
        await AppendAsync(editor, "2 by the editor, before", cancel);
        await AgreeAsync(cancel);

        say("The editor goes offline: its process ends, starts again on its store, and is connected to nobody. It appends two more.");
        await editor.KillAsync();
        await editor.StartAsync(cancel);
        await editor.AskAsync<DemoEvent.Opened>(new DemoOrder.Join(opened.Id), cancel);
        await AppendAsync(editor, "3 by the editor, offline", cancel);
        await AppendAsync(editor, "4 by the editor, offline", cancel);

        say("Meanwhile the owner revokes 'write' from the editor, and appends a record of its own.");
        await owner.AskAsync<DemoEvent.Revoked>(new DemoOrder.Revoke(editor.PublicKey), cancel);
        await AppendAsync(owner, "5 by the owner, after the revocation", cancel);

        say("They meet, and sync.");
        await editor.SendAsync(new DemoOrder.Connect([owner.Address, reader.Address]));
        await AgreeAsync(cancel);
        var late = await editor.AskAsync<DemoEvent.Appended>(new DemoOrder.Append("6 by the editor, knowing of the revocation"), cancel);

        var reviews = new List<DemoEvent.Reviewed>();
        foreach (var node in _nodes) reviews.Add(await node.AskAsync<DemoEvent.Reviewed>(new DemoOrder.Review(), cancel));
        return new([.. _nodes.Select(n => n.Name)], reviews, late.Refused);
    }

    private static async Task AppendAsync(DemoProcess node, string text, CancellationToken cancel)
    {
        if ((await node.AskAsync<DemoEvent.Appended>(new DemoOrder.Append(text), cancel)).Refused is { } why)
            throw new CommandException(ExitCode.Failed, $"{node.Name} could not append '{text}': {why}");
    }

    // Asked, not told: a state that was told earlier may look like agreement.
    private async Task AgreeAsync(CancellationToken cancel)
    {
        var quiet = Stopwatch.StartNew();
        while (true)
        {
            var reviews = new List<DemoEvent.Reviewed>();
            foreach (var node in _nodes) reviews.Add(await node.AskAsync<DemoEvent.Reviewed>(new DemoOrder.Review(), cancel));
            if (reviews.All(r => r.Frontier == reviews[0].Frontier)) return;
            if (quiet.Elapsed > QuietMax) throw new CommandException(ExitCode.Failed, $"the nodes did not agree within {QuietMax.TotalSeconds:0} s");
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancel);
        }
    }

    private static readonly TimeSpan QuietMax = TimeSpan.FromSeconds(45);
}

/// <summary>How the permissions demo ended.</summary>
/// <param name="Names">The nodes' names.</param>
/// <param name="Reviews">What each of them says.</param>
/// <param name="LateRefusal">Why the editor's write after the meeting was refused; null if it was not.</param>
internal sealed record PermissionsVerdict(IReadOnlyList<string> Names, IReadOnlyList<DemoEvent.Reviewed> Reviews, string? LateRefusal)
{
    public bool Alike => Reviews.All(r => r.Frontier == Reviews[0].Frontier && r.Records.SequenceEqual(Reviews[0].Records));

    /// <summary>Whether the outcome is the one that the rules give: what was offline is void, all else counts, what came later is refused.</summary>
    public bool AsRuled => LateRefusal is not null && Reviews[0].Records.Select(r => r.Counts).SequenceEqual([true, true, false, false, true]);

    public bool Good => Alike && AsRuled;

    public string Text => Good ? "all nodes agree on what counts" : Alike ? "all nodes agree, but NOT on what the rules say" : "the nodes DIFFER";
}
