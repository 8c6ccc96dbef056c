using Akka.Actor;
using Akka.Serialization;

namespace Hhs.Cluster.Journal;

/// <summary>An event as it is stored: a manifest that names kind and version, and bytes that <see cref="IndexEvents"/>, <see cref="PayloadEvents"/> or <see cref="SharedTable"/> wrote.</summary>
internal sealed record StoredEvent(string Manifest, byte[] Bytes);

/// <summary>Stores the bytes of a <see cref="StoredEvent"/> as they are.</summary>
/// <remarks>Reading never fails: an event that is damaged must not keep those around it from being read. Whoever knows the kind checks it.</remarks>
public sealed class StoredEventSerializer : SerializerWithStringManifest
{
    /// <summary>Made by Akka.</summary>
    public StoredEventSerializer(ExtendedActorSystem system) : base(system)
    {
    }

    /// <inheritdoc/>
    public override int Identifier => 4843;

    /// <inheritdoc/>
    public override string Manifest(object o) => ((StoredEvent)o).Manifest;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => ((StoredEvent)obj).Bytes;

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => new StoredEvent(manifest, bytes);
}
