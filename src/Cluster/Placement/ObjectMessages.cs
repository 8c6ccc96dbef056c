using Akka.Cluster.Sharding;
using Hhs.Cluster.Wire;
using Hhs.Model.Hashing;

namespace Hhs.Cluster.Placement;

/// <summary>Which object a message is for, as the shard region asks: the object's id, in the alphabet of actor paths.</summary>
internal sealed class ObjectMessages(int shards) : HashCodeMessageExtractor(shards)
{
    public override string? EntityId(object message) => message is ToEntity to ? NameOf(to.Id) : null;

    public override object? EntityMessage(object message) => (message as ToEntity)?.Message;

    // '/' and '+' are not of the alphabet of paths.
    public static string NameOf(ContentHash id) => id.ToString().Replace('/', '_').Replace('+', '-');

    public static ContentHash IdOf(string name) => ContentHash.Parse(name.Replace('_', '/').Replace('-', '+'));
}
