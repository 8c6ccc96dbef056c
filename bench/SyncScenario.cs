using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Protocols;
using Hhs.Protocols.Sync;

namespace Hhs.Bench;

/// <summary>Two sync machines back to back in memory: what a whole history costs both sides, JSON and hashes included, storage not.</summary>
public static class SyncScenario
{
    /// <summary>Runs every size and shape, and writes one line for each.</summary>
    public static void Run(TextWriter to)
    {
        foreach (int entries in new[] { 10_000, 50_000 })
        {
            foreach (int branches in new[] { 1, 64 })
            {
                Pull(entries / 10, branches);   // warm
                var (elapsed, bytes, allocated) = Pull(entries, branches);
                to.WriteLine($"sync {entries,6} entries, {branches,2} branches: {elapsed.TotalMilliseconds,7:F0} ms, {entries / elapsed.TotalSeconds,8:F0} entries/s, "
                    + $"{elapsed.TotalMicroseconds / entries,5:F1} us an entry for both sides, {bytes / entries} bytes sent and {allocated / entries} allocated an entry");
            }
        }
    }

    private static (TimeSpan Elapsed, long Bytes, long Allocated) Pull(int entries, int branches)
    {
        var full = new Replica();
        for (int i = 0; i < entries; i++) full.Write(i, branches);
        var empty = new Replica();
        var pair = new Pair(full, empty);
        long before = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        pair.Run();
        clock.Stop();
        if (empty.Count != full.Count) throw new InvalidOperationException($"only {empty.Count} of {full.Count} entries came over");
        return (clock.Elapsed, pair.Bytes, GC.GetTotalAllocatedBytes() - before);
    }

    private sealed class Pair(Replica one, Replica other)
    {
        private readonly TopicSync[] _machines = [new(one, new Bytes(), SyncSettings.Default), new(other, new Bytes(), SyncSettings.Default)];
        private readonly Replica[] _replicas = [one, other];
        private readonly Queue<(int To, ReadOnlyMemory<byte> Message)> _wire = new();
        private readonly Queue<(int Of, SyncTimer Timer)> _timers = new();
        private TimeSpan _now;

        public long Bytes { get; private set; }

        public void Run()
        {
            for (int i = 0; i < 2; i++) Do(i, new SyncInput.PeerJoined(Peer, PeerKind.Native, _now));
            while (_replicas[0].Count != _replicas[1].Count)
            {
                if (_wire.TryDequeue(out var item))
                {
                    Bytes += item.Message.Length;
                    Do(1 - item.To, new SyncInput.Drained(Peer, item.Message.Length, _now));
                    Do(item.To, new SyncInput.MessageArrived(Peer, item.Message, _now));
                    continue;
                }
                _now += TimeSpan.FromMilliseconds(25);
                for (int due = _timers.Count; due > 0; due--)
                {
                    var (of, timer) = _timers.Dequeue();
                    Do(of, new SyncInput.TimerFired(timer, _now));
                }
            }
        }

        private void Do(int machine, SyncInput input)
        {
            List<ContentHash>? admitted = null;
            foreach (var effect in _machines[machine].Advance(input))
            {
                switch (effect)
                {
                    case SyncEffect.Send(_, var message): _wire.Enqueue((1 - machine, message)); break;
                    case SyncEffect.Offer(_, var entries):
                        foreach (var entry in entries)
                        {
                            _replicas[machine].Add(entry.Header, entry.Payload);
                            (admitted ??= []).Add(entry.Hash);
                        }
                        break;
                    case SyncEffect.ArmTimer(var timer, _): _timers.Enqueue((machine, timer)); break;
                    case SyncEffect.Misbehaved(_, var why, _): throw new InvalidOperationException(why.ToString());
                }
            }
            if (admitted is not null) Do(machine, new SyncInput.EntriesAdmitted(admitted, _now));
        }

        private static readonly PeerId Peer = new("peer");
    }

    private sealed class Bytes : IRandomSource
    {
        private readonly Random _random = new(1);

        public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
    }

    private sealed class Replica : ISyncReplica
    {
        private readonly List<Header> _headers = [];
        private readonly List<byte[]> _payloads = [];
        private readonly Dictionary<ContentHash, int> _indices = [];
        private readonly HashSet<ContentHash> _tips = [];
        private Position? _frontier;

        public Replica() => Add(new(CanonicalJson.Hash(Create), Position.Empty), Create);

        public ContentHash Id => _headers[0].Hash;

        public int Count => _headers.Count;

        public Position Frontier => _frontier ??= Position.Of([.. _tips]);

        public bool Contains(ContentHash entry) => _indices.ContainsKey(entry);

        public bool TryIndex(ContentHash entry, out int index) => _indices.TryGetValue(entry, out index);

        public Header HeaderAt(int index) => _headers[index];

        public bool TryGetHeader(ContentHash entry, [NotNullWhen(true)] out Header? header)
        {
            header = TryIndex(entry, out int index) ? _headers[index] : null;
            return header is not null;
        }

        public bool TryReadPayload(ContentHash entry, out ReadOnlyMemory<byte> json)
        {
            json = TryIndex(entry, out int index) ? _payloads[index] : default(ReadOnlyMemory<byte>);
            return !json.IsEmpty;
        }

        public void Write(int number, int branches)
        {
            var payload = Literal.Map.Of(("action", "add"), ("element", $"element number {number}, about as long as a short chat message"));
            int previous = number < branches ? 0 : _headers.Count - branches;
            Add(new(CanonicalJson.Hash(payload), [_headers[previous].Hash]), payload);
        }

        public void Add(Header header, Literal payload)
        {
            _indices.Add(header.Hash, _headers.Count);
            _headers.Add(header);
            _payloads.Add(JsonText.Write(payload));
            foreach (var prev in header.PrevEntryHashes.Hashes) _tips.Remove(prev);
            _tips.Add(header.Hash);
            _frontier = null;
        }

        private static readonly Literal.Map Create = Literal.Map.Of(("action", "create"), ("type", "bench"));
    }
}
