using Akka.Actor;
using Akka.Serialization;

namespace Hhs.Cluster.Wire;

/// <summary>Gives Akka what <see cref="HostingCodec"/> writes and reads.</summary>
/// <remarks>Made by Akka.</remarks>
public sealed class HostingSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <inheritdoc/>
    public override int Identifier => 4843;

    /// <inheritdoc/>
    public override string Manifest(object o) => HostingCodec.Manifest(o);

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => HostingCodec.Write(obj);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => HostingCodec.Read(bytes, manifest);
}
