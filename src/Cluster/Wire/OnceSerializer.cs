using Akka.Actor;
using Akka.Serialization;

namespace Hhs.Cluster.Wire;

/// <summary>Gives Akka what <see cref="OnceCodec"/> writes and reads.</summary>
/// <remarks>Made by Akka.</remarks>
public sealed class OnceSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <inheritdoc/>
    public override int Identifier => 4843;

    /// <inheritdoc/>
    public override string Manifest(object o) => OnceCodec.Manifest(o);

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => OnceCodec.Write(obj);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => OnceCodec.Read(bytes, manifest);
}
