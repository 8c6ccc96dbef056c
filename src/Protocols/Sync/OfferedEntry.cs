using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Protocols.Sync;

/// <summary>An entry whose hashes are checked: the header hashes to its name, the payload to the header's payload hash.</summary>
/// <remarks>Not yet judged by the object's type. Only this assembly makes one.</remarks>
public sealed class OfferedEntry
{
    internal OfferedEntry(Header header, Literal payload) => (Header, Payload) = (header, payload);

    /// <summary>The entry's header.</summary>
    public Header Header { get; }

    /// <summary>The entry's payload; stored as <see cref="JsonText"/> writes it.</summary>
    public Literal Payload { get; }

    /// <summary>The entry's name.</summary>
    public ContentHash Hash => Header.Hash;
}
