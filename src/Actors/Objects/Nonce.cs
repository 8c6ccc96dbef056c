using System.Security.Cryptography;
using Hhs.Model.Json;
using Hhs.Model.Types.Authority;

namespace Hhs.Actors.Objects;

/// <summary>Tells operations apart that two writers make alike, at the same time: one increment each is two increments.</summary>
internal static class Nonce
{
    /// <summary>The operation as one that nobody else makes.</summary>
    public static Literal.Map Once(this Literal.Map operation) => operation.With(GuardedObject.Nonce, Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes)));

    private const int NonceBytes = 12;
}
