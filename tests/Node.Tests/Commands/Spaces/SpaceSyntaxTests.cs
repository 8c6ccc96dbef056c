using Hhs.Actors.Spaces;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Node.Commands.Spaces;

namespace Hhs.Node.Tests.Commands.Spaces;

public sealed class SpaceSyntaxTests
{
    private static readonly SpaceMember[] Members =
    [
        new CounterMember(Id("c"), "stock"), new GrowSetMember(Id("g"), "grow"), new ListMember(Id("l"), "list"), new LogMember(Id("o"), "log"), new RecordMember(Id("r"), "seats"),
        new RecordMember(Id("r2"), "seats upstairs"), new RegisterMember(Id("e"), "title"), new SetMember(Id("s"), "set"), new TextMember(Id("t"), "text"), new SpaceMember(Id("x"), "else", "a/type"),
    ];

    private static readonly string[] Pieces =
    [
        "stock", "seats", "seats upstairs", "list", "log", "title", "set", "text", "grow", "else", "capabilities", "holds", "add", "set", "remove", "insert", "delete", "append", "clear", "absent", "present",
        "is", "has", "lacks", "length", "elementAt", "atLeast", "12", "-1", "0", "1..2", "2..1", "..", "12=ann", "=", "a=", " || ", " ", "  ", "{", "}", "{\"member\":\"stock\"}", "[]", "{\"anyOf\":[]}",
        "99999999999999999999", "-9223372036854775808", "\u0001", "é", "\ud800", "\"",
    ];

    [Fact]
    public void The_longest_name_that_fits_is_meant()
    {
        var syntax = new SpaceSyntax(Members, isJson: false);
        Assert.Equal(new RecordMember(Id("r2"), "").IsAbsent(3), syntax.Condition("seats upstairs absent 3"));
        Assert.Equal(new RecordMember(Id("r"), "").Is("a b", "c=d e"), syntax.Condition("seats is a b=c=d e"));
        Assert.Equal(Requirement.AnyOf(new CounterMember(Id("c"), "").AtLeast(1), new RegisterMember(Id("e"), "").IsAbsent()), syntax.Condition("stock atLeast 1 || title absent"));
        Assert.Equal(syntax.Condition("stock atLeast 1"), syntax.Condition($"{Id("c")} atLeast 1"));
        Assert.Equal(syntax.Condition("stock atLeast 1"), syntax.Condition("""{"member":"stock","atLeast":"1"}"""));
    }

    [Theory]
    [InlineData("stock", ExitCode.BadInput, "say what of it")]
    [InlineData("stock foo 1", ExitCode.BadInput, "it has atLeast N, atMost N")]
    [InlineData("stock atLeast x", ExitCode.BadInput, "'x' is not a whole number")]
    [InlineData("seats absent", ExitCode.BadInput, "it has is FIELD=VALUE, present FIELD, absent FIELD")]
    [InlineData("seats is 12", ExitCode.BadInput, "expected FIELD=VALUE")]
    [InlineData("list length 3", ExitCode.BadInput, "such as length 0..10")]
    [InlineData("title is }", ExitCode.BadInput, "is not JSON")]
    [InlineData("ghost absent 1", ExitCode.NotFound, "no member 'ghost': it has stock, grow")]
    [InlineData("twin atLeast 1", ExitCode.BadInput, "2 members are called 'twin': give the id")]
    [InlineData("capabilities holds bob", ExitCode.BadInput, "expected capabilities holds KEYID=CAPABILITY")]
    [InlineData("capabilities holds bob=write", ExitCode.BadInput, "'bob' is not a key id")]
    [InlineData("{\"atLeast\":\"1\"}", ExitCode.BadInput, "names its \"member\"")]
    public void A_condition_that_makes_no_sense_is_refused(string text, int code, string says) => Refused(code, says, syntax => syntax.Condition(text));

    [Theory]
    [InlineData("stock take 1", ExitCode.BadInput, "a counter has no operation 'take'; it has add N")]
    [InlineData("stock add 0", ExitCode.BadInput, "adding 0 says nothing")]
    [InlineData("stock {\"action\":", ExitCode.BadInput, "is not JSON")]
    [InlineData("text delete 3..3", ExitCode.BadInput, "there is nothing from 3")]
    [InlineData("text insert -2=x", ExitCode.BadInput, "'-2' is not an index")]
    [InlineData("else set x", ExitCode.BadInput, "or its payload as JSON")]
    [InlineData("", ExitCode.NotFound, "no member ''")]
    public void An_operation_that_makes_no_sense_is_refused(string text, int code, string says) => Refused(code, says, syntax => syntax.Operation(text, new Transaction()));

    private static void Refused(int code, string says, Action<SpaceSyntax> read)
    {
        var refused = Assert.Throws<CommandException>(() => read(new([.. Members, new CounterMember(Id("1"), "twin"), new CounterMember(Id("2"), "twin")], isJson: true)));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Equal(code, refused.Code);
    }

    // Seeded: a failure can be repeated. Whatever is typed is taken, or refused with a message of ours.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whatever_is_typed_is_understood_or_refused_with_a_message(int seed)
    {
        var random = new Random(seed);
        int understood = 0;
        for (int i = 0; i < 5_000; i++)
        {
            string text = string.Join(random.Next(4) == 0 ? "" : " ", Enumerable.Range(0, random.Next(5)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            var syntax = new SpaceSyntax(Members, isJson: i % 2 == 0);
            foreach (Action read in (Action[])[() => syntax.Condition(text), () => syntax.Operation(text, new Transaction())])
            {
                try
                {
                    read();
                    understood++;
                }
                catch (CommandException why)
                {
                    Assert.False(string.IsNullOrEmpty(why.Message), text);
                }
            }
        }
        Assert.True(understood > 50, $"{understood} understood");
    }

    private static ContentHash Id(string text) => CanonicalJson.Hash(text);
}
