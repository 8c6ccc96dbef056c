namespace Hhs.Model.Types;

/// <summary>What a type says of an operation at a version.</summary>
public abstract record Verdict
{
    private Verdict() { }   // closed: the three below are all there are

    /// <summary>The operation may be appended there.</summary>
    public static readonly Verdict Valid = new ValidVerdict();

    /// <summary>The operation can never be appended there.</summary>
    public sealed record Refused(Reject Why) : Verdict;

    /// <summary>The operation cannot be judged before this object's log or another object has grown; no fault of its sender.</summary>
    public sealed record Waiting(Dependency On) : Verdict;

    /// <summary>A refusal as a verdict.</summary>
    public static implicit operator Verdict(Reject why) => new Refused(why);

    private sealed record ValidVerdict : Verdict;
}
