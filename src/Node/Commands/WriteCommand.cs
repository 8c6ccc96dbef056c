using System.CommandLine;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Hhs.Actors.Node;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Node.Commands;

/// <summary>What <c>hhs add</c> and <c>hhs remove</c> have in common: many writes under way at once, each told when it is durable.</summary>
internal static class WriteCommand
{
    /// <summary>Makes one of the two.</summary>
    /// <param name="name">The command's name.</param>
    /// <param name="description">The command's help.</param>
    /// <param name="verb">What has been done to an element, for the output.</param>
    /// <param name="writer">Gives the write for an object, once it is open.</param>
    public static Command Make(string name, string description, string verb, Func<ObjectHandle, Target, Func<Literal, Task<ContentHash>>> writer)
    {
        var elements = new Elements();
        var command = new Command(name, description);
        elements.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var context = new CommandContext(parsed);
            var all = elements.Of(parsed);
            await using var node = await context.OpenOfflineAsync();
            string? child = parsed.GetValue(elements.Child);
            var handle = await ObjectCommand.OpenAsync(node, parsed.GetValue(elements.Object)!, child);
            bool nested = child is null && ObjectNames.CreatePayload(node.Journal, handle.Id).Has("contentType");
            var write = writer(handle, new(nested, parsed.GetValue(elements.Barrier)));
            await RunAsync(context, all, write, verb, cancel);
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Where elements are written to, and how.</summary>
    public sealed record Target(bool Nested, bool Barrier);

    private static async Task RunAsync(CommandContext context, IEnumerable<Literal> elements, Func<Literal, Task<ContentHash>> write, string verb, CancellationToken cancel)
    {
        var underWay = Channel.CreateBounded<(Literal Element, Task<ContentHash> Write)>(WritesAtOnce);
        // Reading standard input blocks, and must not hold up what there is to tell.
        var writing = Task.Run(async () =>
        {
            try
            {
                foreach (var element in elements) await underWay.Writer.WriteAsync((element, write(element)), cancel);
            }
            finally
            {
                underWay.Writer.Complete();
            }
        }, cancel);
        await foreach (var (element, done) in underWay.Reader.ReadAllAsync(cancel))
        {
            var entry = await Named(done, element, verb).WaitAsync(cancel);
            context.Report.Write(
                () => new JsonObject { [verb] = Output.JsonLine.From(element), ["entry"] = entry.ToString() },
                () => $"{verb} {Values.Text(element)}  {entry}");
        }
        await writing;
    }

    // The rules speak of an element by its hash; a person knows it by its text.
    private static async Task<ContentHash> Named(Task<ContentHash> write, Literal element, string verb)
    {
        try
        {
            return await write;
        }
        catch (HhsException refused)
        {
            throw new HhsException(refused.Why with { Detail = $"not {verb}, nor what follows: {Values.Text(element)}: {refused.Message}" });
        }
    }

    private const int WritesAtOnce = 256;
}
