using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;

namespace Hhs.Bench;

/// <summary>What the DAG log costs as it grows: appends, memory and every query, on one line of history and on 64 branches.</summary>
/// <remarks>
/// Figures are only comparable within a run; the first line times SHA-256 of 300 bytes on the same machine as a yardstick.
/// Headers are hashed beforehand. Every entry bears an element tag (four entries an element), each thousandth a barrier.
/// </remarks>
public static class DagScenario
{
    /// <summary>Runs everything and prints a table.</summary>
    public static void Run(TextWriter to)
    {
        byte[] block = new byte[300];
        double yardstick = Time(() => SHA256.HashData(block)).Microseconds;
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"SHA-256 of 300 bytes: {yardstick:F2} us"));
        to.WriteLine($"{"scenario",-44} {"us/op",12} {"x SHA-256",12} {"bytes/op",10}");
        RunOne(TextWriter.Null, yardstick, 10_000, 64);   // the first run would measure the compiler
        foreach (int count in (int[])[10_000, 100_000, 1_000_000])
        {
            foreach (int branches in (int[])[1, 64]) RunOne(to, yardstick, count, branches);
        }
    }

    private static void RunOne(TextWriter to, double yardstick, int count, int branches)
    {
        string name = $"{count / 1000}k, {branches} branch{(branches > 1 ? "es" : "")}: ";
        var headers = Headers(count, branches);
        var log = new DagLog();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < count; i++) log.Append(headers[i], TagsOf(i, count));
        double append = watch.Elapsed.TotalMicroseconds / count;
        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Print("append", new(append, held / count));
        to.WriteLine($"{name + "memory held",-44} {held / (1 << 20),9} MiB");

        var frontier = log.FrontierVersion;
        var recent = log.VersionOf(count - 100);
        var middle = log.VersionOf(count / 2);
        int[] tips = frontier.Tips.ToArray();
        Print("version of the frontier's hashes", Time(() => log.TryVersion(log.Frontier, out _)));
        Print("fork, 100 entries back", Time(() => log.Fork(frontier, recent)));
        Print("fork, half of the log back", Time(() => log.Fork(frontier, middle)));
        if (branches > 1)
        {
            DagVersion even = log.VersionOf([.. tips.Where((_, i) => i % 2 == 0)]), odd = log.VersionOf([.. tips.Where((_, i) => i % 2 == 1)]);
            Print("fork, half of the branches each", Time(() => log.Fork(even, odd)));
        }
        Print("meet with half of the log back", Time(() => log.Meet(frontier, middle)));
        var everyHundredth = log.VersionOf([.. Enumerable.Range(0, 100).Select(i => i * (count / 100)), .. tips]);
        Print("minimal cover of 100 and the frontier", Time(() => log.MinimalCover(everyHundredth)));
        var element = TagFilter.Of(Element(7));
        var barrier = TagFilter.Of(Barrier);
        var elementBarrier = TagFilter.Of(Element(0), Barrier);
        Print("cover of one element", Time(() => log.Cover(frontier, element)));
        Print("cover of one element, half of the log", Time(() => log.Cover(middle, element)));
        Print("cover of barriers", Time(() => log.Cover(frontier, barrier)));
        Print("concurrent cover: element and barrier", Time(() => log.ConcurrentCover(frontier, middle, elementBarrier)));
        Print("concurrent cover of barriers", Time(() => log.ConcurrentCover(frontier, middle, barrier)));
        GC.KeepAlive(headers);

        void Print(string what, Cost cost) => to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name + what,-44} {cost.Microseconds,12:F2} {cost.Microseconds / yardstick,12:F1} {cost.Bytes,10}"));
    }

    // 64 writers take turns on branches of their own; every 4096 entries one of them merges all branches.
    private static Header[] Headers(int count, int branches)
    {
        var headers = new Header[count];
        var tips = new ContentHash[branches];
        byte[] number = new byte[4];
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, i);
            bool isMerge = i > branches && i % 4096 == 0;
            var prev = i == 0 ? Position.Empty : isMerge ? Position.Of(tips) : Position.Of(tips[i % branches]);
            headers[i] = new(ContentHash.Of(number), prev);
            if (i == 0 || isMerge) Array.Fill(tips, headers[i].Hash);
            else tips[i % branches] = headers[i].Hash;
        }
        return headers;
    }

    private static Tag[] TagsOf(int i, int count) => i % 1000 == 0 ? [Element(i % (count / 4)), Barrier] : [Element(i % (count / 4))];

    private static Tag Element(int number)
    {
        Span<byte> digest = stackalloc byte[ContentHash.SizeBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(digest, (ulong)number * 0x9E3779B97F4A7C15);
        return new("elmts", ContentHash.FromDigest(digest));
    }

    private static Cost Time(Action action)
    {
        var warmUp = Stopwatch.StartNew();
        do action();
        while (warmUp.ElapsedMilliseconds < 20);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        int runs = 0;
        while (runs < 20 || (watch.ElapsedMilliseconds < 100 && runs < 100_000))
        {
            action();
            runs++;
        }
        return new(watch.Elapsed.TotalMicroseconds / runs, (GC.GetAllocatedBytesForCurrentThread() - bytes) / runs);
    }

    private static readonly Tag Barrier = new("barrier", "t");

    private readonly record struct Cost(double Microseconds, long Bytes);
}
