using System.Globalization;
using System.Numerics;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Members;

namespace Hhs.Model.Types.Counter;

/// <summary>The counter, <c>hhs-actors/counter_v1</c>.</summary>
/// <remarks>Source: docs/types/counter.md.</remarks>
public sealed class CounterType() : NativeType(CounterType.Id, ["add"], ("initial", false, initial => CounterPayloads.TryReadAmount(initial, out _))), IFoldedType
{
    /// <summary>The type id.</summary>
    public const string Id = "hhs-actors/counter_v1";

    /// <inheritdoc/>
    public override ReplicatedObject Open(ObjectScope scope, Literal.Map create) =>
        new ReplicatedCounter(scope, create, InitialOf(create));

    /// <inheritdoc/>
    public MemberState? Start(Literal.Map create, ContentHash id, int entry) => new CounterState(InitialOf(create));

    private static long InitialOf(Literal.Map create) => CounterPayloads.TryReadAmount(create["initial"], out long amount) ? amount : 0;
}

/// <summary>Makes and reads the payloads of a counter.</summary>
public static class CounterPayloads
{
    /// <summary>A new counter.</summary>
    public static Literal.Map Create(string seed, long initial = 0) =>
        NativeCreate.Of(CounterType.Id, seed).WithIf("initial", initial == 0 ? null : (Literal)Text(initial));

    /// <summary>Adds an amount, negative or positive.</summary>
    /// <exception cref="ArgumentException">The amount is zero.</exception>
    public static Literal.Map Add(long amount)
    {
        if (amount == 0) throw new ArgumentException("an add of zero says nothing", nameof(amount));
        return Literal.Map.Of(("action", "add"), ("amount", Text(amount)));
    }

    /// <summary>Why an operation, free of nonce, author and signature, is none of a counter; null if it is one.</summary>
    internal static Reject? Check(Literal.Map operation) => AddFormat.Accepts(operation) ? null
        : new(RejectCode.InvalidOperation, "a counter takes add, with an amount: a 64-bit integer other than 0 as shortest decimal text");

    // Text, since a JSON number is a double; and one spelling only, so that one amount is one payload.
    internal static bool TryReadAmount(Literal? literal, out long amount)
    {
        amount = 0;
        return literal is Literal.String { Value: var text }
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out amount) && amount != 0 && Text(amount) == text;
    }

    // Any whole number in its shortest spelling; no sum of 2^31 amounts takes as many digits as are allowed.
    internal static bool TryReadBound(Literal literal, out BigInteger bound)
    {
        bound = default;
        return literal is Literal.String { Value: { Length: <= BoundUnitsMax } text }
            && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out bound)
            && bound.ToString(CultureInfo.InvariantCulture) == text;
    }

    /// <summary>Longest text of a bound in a condition, in UTF-16 units.</summary>
    public const int BoundUnitsMax = 40;

    private static readonly PayloadFormat AddFormat = new(
        ("action", true, PayloadFormat.Constant("add")),
        ("amount", true, amount => TryReadAmount(amount, out _)));

    private static string Text(long amount) => amount.ToString(CultureInfo.InvariantCulture);
}
