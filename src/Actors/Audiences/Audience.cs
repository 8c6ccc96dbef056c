using System.Text;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;

namespace Hhs.Actors.Audiences;

/// <summary>To whom a node offers an object. To all others it is as if the object were not here.</summary>
/// <remarks>Whoever has an object can pass it on: an audience keeps this node from telling, and nothing else.</remarks>
public abstract record Audience
{
    private Audience() { }   // closed: an audience is one of those below

    /// <summary>Whoever asks. The default.</summary>
    public sealed record Everyone : Audience;

    /// <summary>The owners of these keys.</summary>
    public sealed record Keys(IReadOnlyCollection<KeyId> KeyIds) : Audience;

    /// <summary>The creators of a capability object and those who hold one of its capabilities, as known here from moment to moment.</summary>
    public sealed record Holders(ContentHash CapabilityObject, string Capability) : Audience;

    /// <summary>The text under which it is kept.</summary>
    internal byte[] Write() => Encoding.UTF8.GetBytes(this switch
    {
        Keys(var keys) => string.Join(' ', ["keys", .. keys.Select(k => k.ToString())]),
        Holders(var caps, var capability) => $"holders {caps} {capability}",
        _ => "everyone",
    });

    /// <summary>Reads what <see cref="Write"/> has written; null when it is something else.</summary>
    internal static Audience? Read(ReadOnlySpan<byte> text)
    {
        string[] parts = Encoding.UTF8.GetString(text).Split(' ', 3);
        switch (parts[0])
        {
            case "everyone": return new Everyone();
            case "keys":
                var keys = new List<KeyId>();
                foreach (string part in Encoding.UTF8.GetString(text).Split(' ').Skip(1))
                {
                    if (!KeyId.TryParse(part, out var key)) return null;
                    keys.Add(key);
                }
                return new Keys(keys);
            case "holders" when parts.Length == 3 && ContentHash.TryParse(parts[1], out var caps): return new Holders(caps, parts[2]);
            default: return null;
        }
    }
}
