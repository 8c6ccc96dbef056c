using Hhs.Actors.Spaces;
using Hhs.Model.Json;
using Hhs.Model.Settling;
using Hhs.Model.Types.Space;

namespace Hhs.Actors.Tests.Spaces;

public sealed class TransactionFateTests
{
    private static readonly SettledVerdict Void = new(Fate.Void, new SettledReason.NotAllowed("buy")), OtherVoid = new(Fate.Void, new SettledReason.NotAllowed("sell")),
        Pending = new(Fate.Pending, new SettledReason.NotAllowed("buy"));

    public static TheoryData<SettledVerdict, bool, SettledVerdict, bool, string> Changes => new()
    {
        { SettledVerdict.Live, false, SettledVerdict.Live, false, "" },
        { SettledVerdict.Live, false, SettledVerdict.Live, true, "Final" },
        { SettledVerdict.Live, false, Void, false, "Voided" },
        { SettledVerdict.Live, false, Pending, true, "Pending Final" },
        { Void, false, OtherVoid, false, "Voided" },
        { Pending, false, SettledVerdict.Live, true, "Revived Final" },
        { SettledVerdict.Live, true, SettledVerdict.Live, false, "Contradicted" },
        { SettledVerdict.Live, true, Void, false, "Contradicted Voided" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void What_happened_between_two_accounts_is_told_in_order(SettledVerdict before, bool wasFinal, SettledVerdict after, bool isFinal, string told) =>
        Assert.Equal(told, string.Join(' ', TransactionFate.Between(Account(before, wasFinal), Account(after, isFinal)).Select(fate => fate.GetType().Name)));

    private static Explanation Account(SettledVerdict verdict, bool isFinal) => new(CanonicalJson.Hash("entry"), "transact", "", verdict, isFinal);
}
