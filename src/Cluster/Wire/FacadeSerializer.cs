using Akka.Actor;
using Akka.Serialization;
using Hhs.Model.Dag;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hyperion;

namespace Hhs.Cluster.Wire;

/// <summary>Commands, questions and answers of the facade, as Hyperion writes them, of a closed list of types.</summary>
/// <remarks>
/// Akka's own Hyperion serializer has no filter that both writes and protects (docs/decisions/060-objects-over-nodes.md). What came from peers
/// once, payloads, travels as JSON and is read as strictly as from a peer.
/// </remarks>
public sealed class FacadeSerializer : SerializerWithStringManifest
{
    private readonly Hyperion.Serializer _hyperion;

    /// <summary>Made by Akka.</summary>
    public FacadeSerializer(ExtendedActorSystem system) : base(system) => _hyperion = new(new SerializerOptions(
        versionTolerance: false, preserveObjectReferences: false, surrogates: Surrogates, serializerFactories: null, knownTypes: null, ignoreISerializable: true,
        packageNameOverrides: null, disallowUnsafeTypes: true, typeFilter: new AllowedTypes(system.Settings.Config.GetStringList("hhs.cluster.allowed-assemblies"))));

    /// <inheritdoc/>
    public override int Identifier => 4842;

    /// <inheritdoc/>
    public override string Manifest(object o) => Version;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        using var bytes = new MemoryStream();
        _hyperion.Serialize(obj, bytes);
        return bytes.ToArray();
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (manifest != Version) throw new InvalidDataException($"a message '{manifest}' is not known here");
        using var from = new MemoryStream(bytes);
        return _hyperion.Deserialize<object>(from);
    }

    internal const string Version = "facade-1";

    private static readonly Surrogate[] Surrogates =
    [
        Surrogate.Create<Literal, Json>(literal => new(JsonText.Write(literal)), json => json.Read()),
        Surrogate.Create<Entry, JsonEntry>(entry => new(JsonText.Write(entry.Payload), [.. entry.Header.PrevEntryHashes.Select(h => h.ToString())]),
            entry => Entry.Make(new Json(entry.Payload).Read(), Position.Of([.. entry.Prev.Select(h => Model.Hashing.ContentHash.Parse(h))]))),
        Surrogate.Create<Position, Hashes>(position => new([.. position.Select(h => h.ToString())]), hashes => Position.Of([.. hashes.Texts.Select(h => Model.Hashing.ContentHash.Parse(h))])),
        Surrogate.Create<PublicKey, Key>(key => new(key.Suite, key.Key.ToArray()), key => new PublicKey(key.Suite, key.Raw)),
    ];

    private sealed class Json(byte[] utf8)
    {
        private readonly byte[] _utf8 = utf8;

        public Literal Read() => LiteralReader.TryRead(_utf8, _utf8.Length, out var literal, out var why) ? literal : throw new InvalidDataException(why.ToString());
    }

    private sealed class JsonEntry(byte[] payload, string[] prev)
    {
        public readonly byte[] Payload = payload;
        public readonly string[] Prev = prev;
    }

    private sealed class Hashes(string[] texts)
    {
        public readonly string[] Texts = texts;
    }

    private sealed class Key(string suite, byte[] raw)
    {
        public readonly string Suite = suite;
        public readonly byte[] Raw = raw;
    }
}
