using Hhs.Model.Json;

namespace Hhs.Model.Types;

/// <summary>Where the payloads of an object's admitted entries are read from: a journal behind a bounded cache, or memory.</summary>
public interface IPayloadSource
{
    /// <summary>The payload of an admitted entry, by its number in the log.</summary>
    Literal.Map PayloadOf(int entry);
}
