namespace Hhs.Node.Demo;

/// <summary>What is done about a sale that was lost.</summary>
internal enum LossAnswer
{
    /// <summary>It is dismissed.</summary>
    GivenUp,

    /// <summary>It is dismissed, and another seat is sold.</summary>
    Moved,

    /// <summary>It is done again.</summary>
    Retried,
}

/// <summary>A sale that was lost when the offices met.</summary>
/// <param name="Office">Whose sale it was.</param>
/// <param name="Sale">The sale, as it stood then.</param>
/// <param name="To">The sale that got the seat; null if the programmes had run out.</param>
internal sealed record BoxOfficeLoss(DemoProcess Office, TicketSale Sale, TicketSale? To)
{
    /// <summary>What is done about it.</summary>
    public LossAnswer Answer { get; init; }

    /// <summary>The seat that is sold instead.</summary>
    public string? NewSeat { get; init; }

    /// <summary>The answer in words.</summary>
    public string Then => Answer switch
    {
        LossAnswer.Retried => "tried again, done",
        LossAnswer.Moved => $"moved to seat {NewSeat}",
        _ => "given up",
    };
}

/// <summary>What an office came to.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sold">Sales made apart.</param>
/// <param name="LostTo">Sales lost, by the office that got the seat.</param>
/// <param name="WithoutProgramme">Sales lost because no programme was left.</param>
/// <param name="Retried">Lost sales that were tried again and done.</param>
/// <param name="Moved">Lost sales for which another seat was sold.</param>
/// <param name="GivenUp">Lost sales that were dismissed for nothing.</param>
/// <param name="AtLast">Sales that are done in the end.</param>
internal sealed record BoxOfficeTally(string Name, int Sold, IReadOnlyDictionary<string, int> LostTo, int WithoutProgramme, int Retried, int Moved, int GivenUp, int AtLast);

/// <summary>How the box-office demo ended.</summary>
/// <param name="Problems">What must not be; none where all is well.</param>
/// <param name="Offices">Each office.</param>
/// <param name="Losses">Every sale that was lost when they met.</param>
/// <param name="Entries">Entries of the space.</param>
/// <param name="Account">Hash of what all nodes say of them.</param>
/// <param name="Versions">Versions of the past in which the stock was looked at.</param>
internal sealed record BoxOfficeVerdict(
    IReadOnlyList<string> Problems, IReadOnlyList<BoxOfficeTally> Offices, IReadOnlyList<BoxOfficeLoss> Losses, int Entries, string Account, int Versions)
{
    public bool Good => Problems.Count == 0;

    public string Text => Good
        ? $"every seat has one owner, no programme was sold twice in any of {Versions} versions, and all nodes say the same of {Entries} entries ({Account[..8]}...)"
        : string.Join("; ", Problems);
}
