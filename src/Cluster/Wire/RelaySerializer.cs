using Akka.Actor;
using Akka.Serialization;
using Hhs.Cluster.Telemetry;

namespace Hhs.Cluster.Wire;

/// <summary>Gives Akka what <see cref="RelayCodec"/> writes and reads.</summary>
public sealed class RelaySerializer : SerializerWithStringManifest
{
    private readonly FacadeSerializer _facade;

    /// <summary>Made by Akka.</summary>
    public RelaySerializer(ExtendedActorSystem system) : base(system) => _facade = new(system);

    /// <inheritdoc/>
    public override int Identifier => 4841;

    /// <inheritdoc/>
    public override string Manifest(object o) => RelayCodec.Manifest(o);

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        byte[] bytes = RelayCodec.Write(obj, _facade.ToBinary);
        ClusterMetrics.Wrote(RelayCodec.Manifest(obj), bytes.Length);
        return bytes;
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => RelayCodec.Read(bytes, manifest, said => _facade.FromBinary(said, FacadeSerializer.Version));
}
