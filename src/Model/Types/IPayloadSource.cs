using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Model.Types;

/// <summary>Where the payloads of an object's admitted entries are read from: a journal behind a bounded cache, or memory.</summary>
public interface IPayloadSource
{
    /// <summary>The payload of an admitted entry.</summary>
    Literal.Map PayloadOf(ContentHash entry);
}
