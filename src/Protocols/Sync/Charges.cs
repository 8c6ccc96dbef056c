namespace Hhs.Protocols.Sync;

/// <summary>How much each kind of fault counts against a peer; at <see cref="SyncSettings.ChargeMax"/> it is shunned.</summary>
internal static class Charges
{
    /// <summary>Bytes that do not hash to their name: never an accident.</summary>
    public const int HashMismatch = 50;

    /// <summary>An entry that its object's type refuses.</summary>
    public const int InvalidEntry = 20;

    /// <summary>A message that cannot be read.</summary>
    public const int Malformed = 10;

    /// <summary>More than a bound allows.</summary>
    public const int OverLimit = 25;

    /// <summary>No answer in time; the network may be to blame.</summary>
    public const int Silent = 2;

    /// <summary>An answer that is not one to our question.</summary>
    public const int Unexpected = 10;

    /// <summary>It keeps us waiting again and again.</summary>
    public const int Useless = 100;

    /// <summary>It announced what it could not show.</summary>
    public const int Unfounded = 10;
}
