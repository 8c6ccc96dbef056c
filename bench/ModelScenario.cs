using System.Diagnostics;
using System.Security.Cryptography;
using Hhs.Actors.Settings;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Model.Types.Set;
using Hhs.Protocols.Handshake;

namespace Hhs.Bench;

/// <summary>What one entry, one view and one handshake cost in the pure layers, beside SHA-256 and Ed25519 in the same run.</summary>
internal static class ModelScenario
{
    public static void Run(TextWriter output)
    {
        double sha = Microseconds(100_000, Sha());
        output.WriteLine($"{"what",-58} {"us",10} {"x SHA-256",10} {"bytes",8}");
        Print(output, "baseline: SHA-256 of 300 bytes", sha, sha, Sha());
        var (verify, sign) = Signatures();
        Print(output, $"baseline: Ed25519 verify ({Ed25519.Library})", Microseconds(2_000, verify), sha, verify);
        Print(output, "Ed25519 sign", Microseconds(2_000, sign), sha, sign);
        var verifyExact = ExactVerify();
        Print(output, "Ed25519 verify, forced to the exact ZIP-215 check", Microseconds(500, verifyExact), sha, verifyExact);

        var payload = SetPayloads.Add("element number 12345 of the bench");
        byte[] json = JsonText.Write(payload);
        var hash = () => { CanonicalJson.Hash(payload); };
        Print(output, "canonicalize and hash a payload", Microseconds(200_000, hash), sha, hash);
        var read = () => { LiteralReader.TryRead(json, out _, out _); };
        Print(output, "read a payload from JSON", Microseconds(200_000, read), sha, read);
        Admission(output, sha);
        Handshake(output, sha);
        Views(output, sha);
    }

    private static Action Sha()
    {
        byte[] bytes = new byte[300], digest = new byte[32];
        return () => SHA256.HashData(bytes, digest);
    }

    private static (Action Verify, Action Sign) Signatures()
    {
        var key = SecretKey.Generate(SystemRandom.Instance);
        byte[] message = new byte[200], signature = key.Sign(message);
        return (() => key.PublicKey.TryVerify(message, signature, out _), () => key.Sign(message));
    }

    // A wrong signature is what an attacker sends: every library says no, and then the exact check decides.
    private static Action ExactVerify()
    {
        var key = SecretKey.Generate(SystemRandom.Instance);
        byte[] message = new byte[200], signature = key.Sign(message);
        message[0] ^= 1;
        return () => key.PublicKey.TryVerify(message, signature, out _);
    }

    private static void Admission(TextWriter output, double sha)
    {
        const int count = 50_000;
        foreach (int branches in new[] { 1, 64 })
        {
            var entries = Histories.Set(count, branches);
            Admit(Histories.Set(2_000, branches));   // compiled before it is timed
            long before = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            Admit(entries);
            double each = Stopwatch.GetElapsedTime(started).TotalMicroseconds / count;
            Print(output, $"admit an entry (hashed before), {branches} branches", each, sha, (GC.GetAllocatedBytesForCurrentThread() - before) / count);
        }
    }

    private static Replica Admit(List<Entry> entries)
    {
        var replica = Replica.Empty(entries[0].Hash, Histories.Payloads(entries), TypeRegistry.BuiltIn);
        foreach (var entry in entries) replica.Admit(entry);
        return replica;
    }

    private static void Handshake(TextWriter output, double sha)
    {
        var alice = HandshakeSettings.For(SecretKey.Generate(SystemRandom.Instance));
        var bob = HandshakeSettings.For(SecretKey.Generate(SystemRandom.Instance));
        void Both()
        {
            IHandshake initiator = new InitiatorHandshake(alice, SystemRandom.Instance, bob.Own.KeyId), responder = new ResponderHandshake(bob, SystemRandom.Instance);
            HandshakeStep mine = initiator.Start(), theirs = responder.Start();
            theirs = responder.Advance(theirs.Next, Frame(mine));
            mine = initiator.Advance(mine.Next, Frame(theirs));
            theirs = responder.Advance(theirs.Next, Frame(mine));
            if (theirs.Next is not HandshakeState.Established) throw new InvalidOperationException("the handshake failed");
        }
        Print(output, "handshake, both sides", Microseconds(500, Both), sha, Both);
    }

    private static HandshakeInput.FrameArrived Frame(HandshakeStep step) => new(step.Effects.OfType<HandshakeEffect.SendFrame>().Single().Bytes);

    // Every third element of a 30,000-entry set is removed again in another branch; asked at versions all over the history.
    private static void Views(TextWriter output, double sha)
    {
        const int count = 30_000;
        foreach (int branches in new[] { 1, 64 })
        {
            var entries = Histories.Set(count, branches);
            var replica = Admit(entries);
            var set = (ReplicatedSet)replica.Object!;
            var hashes = Enumerable.Range(0, count).Select(i => CanonicalJson.Hash($"element number {i} of the bench")).ToArray();
            long asked = 0;
            void Frontier() => set.View(replica.Log.FrontierVersion).HasByHash(hashes[asked++ * 7919 % count]);
            void Anywhere() => set.View(replica.Log.VersionOf((int)(asked++ * 104729 % count))).HasByHash(hashes[asked * 7919 % count]);
            Print(output, $"has at the frontier, 30k entries, {branches} branches", Microseconds(50_000, Frontier), sha, Frontier);
            Print(output, $"has at any version, 30k entries, {branches} branches", Microseconds(50_000, Anywhere), sha, Anywhere);
        }
    }

    private static double Microseconds(int times, Action action)
    {
        for (int i = 0; i < times / 10; i++) action();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++) action();
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / times;
    }

    private static void Print(TextWriter output, string what, double us, double sha, Action once)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        once();
        Print(output, what, us, sha, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Print(TextWriter output, string what, double us, double sha, long bytes) =>
        output.WriteLine($"{what,-58} {us,10:0.00} {us / sha,10:0.0} {bytes,8}");
}
