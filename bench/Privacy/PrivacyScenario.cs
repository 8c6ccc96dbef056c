using System.Diagnostics;
using Hhs.Actors.Audiences;
using Hhs.Actors.Discovery;
using Hhs.Actors.Node;
using Hhs.Actors.Settings;
using Hhs.Bench.Load;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Types.Set;
using Hhs.Protocols.Mux;
using Hhs.Protocols.Pool;

namespace Hhs.Bench.Privacy;

/// <summary>Whether the time to an answer tells what is not here from what is kept from whoever asks.</summary>
/// <remarks>
/// A stranger on 127.0.0.1, which is nearer than any stranger of the Internet, asks the node for topics of three kinds in random order,
/// each after the answer to the one before. The statistic is the chance that the slower of two answers, one of each kind, is of the second kind
/// (area under the ROC curve): 0.5 for times that tell nothing. The unknown ones are parted in two, and what is found between these halves is noise.
/// </remarks>
internal static class PrivacyScenario
{
    public static async Task RunAsync(TextWriter output, int asksOfEach)
    {
        await using var node = await HhsNode.StartAsync(new() { Listen = [new("ws://127.0.0.1:0")] }, "akka.loglevel = OFF\nakka.stdout-loglevel = OFF");
        var topics = new Dictionary<string, string[]> { ["unknown"] = Invented("unknown"), ["unknown, others"] = Invented("others"), ["forbidden"] = new string[TopicsOfEach], ["dormant"] = new string[TopicsOfEach] };
        var audience = new Audience.Keys([.. Enumerable.Range(0, 100).Select(_ => SecretKey.Generate(SystemRandom.Instance).KeyId)]);
        for (int i = 0; i < TopicsOfEach; i++)
        {
            var (forbidden, dormant) = (await NewSetAsync(node, $"forbidden {i}"), await NewSetAsync(node, $"dormant {i}"));
            await node.OfferToAsync(forbidden, audience);
            node.SetMode(dormant, TopicMode.Dormant);
            (topics["forbidden"][i], topics["dormant"][i]) = (forbidden.ToString(), dormant.ToString());
        }
        // The asker's own memory must not tell them apart: its strings lie side by side.
        for (int i = 0; i < TopicsOfEach; i++) foreach (string[] ids in topics.Values) ids[i] = new string(ids[i].AsSpan());
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        using var socket = await SecureSocket.ConnectAsync(node.Listening[0], node.KeyId, patience.Token);
        await SendAsync(socket, new MuxFrame.Hello(NodeInstance.Make(SystemRandom.Instance)), patience.Token);
        await MeasureAsync(socket, topics, asksOfEach / 4, patience.Token);   // the first answers are those of code that is still being compiled
        var times = await MeasureAsync(socket, topics, asksOfEach, patience.Token);

        output.WriteLine($"{asksOfEach} answers of each kind; an AUC within {2 * Math.Sqrt(1.0 / (6 * asksOfEach)):0.000} of 0.5 is no difference");
        output.WriteLine("| topic | p50, us | p90, us | p99, us | AUC against unknown |");
        output.WriteLine("|---|---|---|---|---|");
        foreach (var (kind, sorted) in times)
            output.WriteLine($"| {kind} | {At(sorted, 0.5):0.0} | {At(sorted, 0.9):0.0} | {At(sorted, 0.99):0.0} | {(kind == "unknown" ? "" : $"{Auc(times["unknown"], sorted):0.000}")} |");
        socket.Channel.Dispose();
    }

    private static async Task<ContentHash> NewSetAsync(HhsNode node, string seed) => (await node.CreateSetAsync(new SetOptions { Seed = seed })).Id;

    private static string[] Invented(string kind) => [.. Enumerable.Range(0, TopicsOfEach).Select(i => ContentHash.Of(System.Text.Encoding.UTF8.GetBytes($"{kind} {i}")).ToString())];

    private static async Task<Dictionary<string, double[]>> MeasureAsync(SecureSocket socket, Dictionary<string, string[]> topics, int asksOfEach, CancellationToken cancel)
    {
        string[] order = [.. topics.Keys.SelectMany(kind => Enumerable.Repeat(kind, asksOfEach))];
        var random = new Random(1);
        random.Shuffle(order);
        var times = topics.Keys.ToDictionary(kind => kind, _ => new List<double>());
        foreach (string kind in order)
        {
            string topic = topics[kind][random.Next(TopicsOfEach)];
            long since = Stopwatch.GetTimestamp();
            await SendAsync(socket, new MuxFrame.Interest(topic), cancel);
            await AnswerAsync(socket, topic, cancel);
            times[kind].Add(Stopwatch.GetElapsedTime(since).TotalMicroseconds);
        }
        return times.ToDictionary(t => t.Key, t => t.Value.Order().ToArray());
    }

    private static ValueTask SendAsync(SecureSocket socket, MuxFrame frame, CancellationToken cancel) => socket.SendAsync(socket.Channel.Seal(MuxCodec.Write(frame)), cancel);

    private static async Task AnswerAsync(SecureSocket socket, string topic, CancellationToken cancel)
    {
        while (true)
        {
            if (!socket.Channel.TryOpenInPlace(await socket.ReceiveAsync(cancel), out var message, out var why)) throw new InvalidOperationException(why.ToString());
            switch (MuxCodec.Read(message))
            {
                case MuxFrame.Ping(var number): await SendAsync(socket, new MuxFrame.Pong(number), cancel); break;
                case MuxFrame.Reject(var rejected) when rejected == topic: return;
                case MuxFrame.Hello: break;
                case var other: throw new InvalidOperationException($"{other} is no answer");
            }
        }
    }

    // Ties count half.
    private static double Auc(double[] one, double[] other)
    {
        double above = 0;
        int below = 0, upTo = 0;
        foreach (double time in other)
        {
            while (below < one.Length && one[below] < time) below++;
            while (upTo < one.Length && one[upTo] <= time) upTo++;
            above += (below + upTo) / 2.0;
        }
        return above / ((double)one.Length * other.Length);
    }

    private static double At(double[] sorted, double part) => sorted[(int)(part * (sorted.Length - 1))];

    private const int TopicsOfEach = 200;
}
