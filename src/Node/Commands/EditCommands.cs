using System.CommandLine;
using System.CommandLine.Parsing;
using Hhs.Actors.Node;
using Hhs.Model.Json;
using Hhs.Model.Types.Counter;
using Hhs.Model.Types.Record;
using Hhs.Model.Types.Register;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Text;

namespace Hhs.Node.Commands;

/// <summary><c>hhs inc</c>, <c>set</c>, <c>clear</c>, <c>insert</c>, <c>delete</c> and <c>move</c>.</summary>
internal static class EditCommands
{
    public static Command Inc()
    {
        var amount = new Argument<long>("N") { Description = "What to add, negative or positive", DefaultValueFactory = _ => 1, CustomParser = Numbers.Parser("N", "5 or -3", long.MinValue, long.MaxValue) };
        return ObjectCommand.Writing(new Command("inc", "Add to a counter") { amount }, async (parsed, _, handle) =>
        {
            if (handle.TypeId != CounterType.Id) throw Kinds.Wrong(handle, "inc", "counter");
            long by = parsed.GetValue(amount);
            if (by == 0) throw CommandException.BadInput("adding 0 says nothing: give another N");
            return (await new CounterHandle(handle).IncrementAsync(by), $"added {by}");
        });
    }

    public static Command Set()
    {
        var words = new Argument<string[]>("[FIELD] VALUE") { Description = "The value; of a record, the field and the value", Arity = new ArgumentArity(1, 2) };
        var json = Values.JsonOption();
        return ObjectCommand.Writing(new Command("set", "Write a register, or a field of a record") { words, json }, async (parsed, _, handle) =>
        {
            string[] given = parsed.GetValue(words)!;
            var value = Values.Parse(given[^1], parsed.GetValue(json));
            switch (handle.TypeId, given)
            {
                case (RegisterType.Id, [_]): return (await new RegisterHandle(handle).SetAsync(value), $"set {Values.Text(value)}");
                case (RecordType.Id, [var field, _]): return (await new RecordHandle(handle).SetAsync(field, value), $"set {field}: {Values.Text(value)}");
                case (RegisterType.Id, _): throw CommandException.BadInput("a register has no fields: hhs set REGISTER VALUE (quote a value with spaces)");
                case (RecordType.Id, _): throw CommandException.BadInput("of a record, name the field too: hhs set RECORD FIELD VALUE");
                default: throw Kinds.Wrong(handle, "set", "register or record");
            }
        });
    }

    public static Command Insert()
    {
        var at = new Argument<int>("AT") { Description = "Index before which to insert: 0 for the beginning, -1 for the end", CustomParser = IndexParser("AT", -1) };
        var values = new Argument<string[]>("VALUE") { Description = "The text; of a list, one or more items", Arity = ArgumentArity.OneOrMore };
        var json = Values.JsonOption();
        return ObjectCommand.Writing(new Command("insert", "Insert into a text or list") { at, values, json }, async (parsed, _, handle) =>
        {
            int index = parsed.GetValue(at);
            string[] given = parsed.GetValue(values)!;
            switch (handle.TypeId)
            {
                case TextType.Id:
                    if (given.Length > 1) throw CommandException.BadInput("a text takes one VALUE: put it in quotes");
                    var text = new TextHandle(handle);
                    return (await text.InsertAsync(Index(index, (await text.TextAsync()).Length), given[0]), $"inserted {given[0].Length} characters");
                case SequenceType.Id:
                    Literal[] items = [.. given.Select(v => Values.Parse(v, parsed.GetValue(json)))];
                    var list = new SequenceHandle(handle);
                    return (await list.InsertAsync(Index(index, (await list.ItemsAsync()).Count), items), $"inserted {items.Length} items");
                default: throw Kinds.Wrong(handle, "insert", "text or list");
            }
        });
    }

    public static Command Delete()
    {
        var from = new Argument<int>("FROM") { Description = "Index of the first character or item", CustomParser = IndexParser("FROM", 0) };
        var count = new Argument<int>("COUNT") { Description = "How many", DefaultValueFactory = _ => 1, CustomParser = Numbers.Parser("COUNT", "1 or 20", 1, int.MaxValue) };
        return ObjectCommand.Writing(new Command("delete", "Delete a part of a text or list") { from, count }, async (parsed, _, handle) =>
        {
            int first = parsed.GetValue(from), many = parsed.GetValue(count);
            switch (handle.TypeId)
            {
                case TextType.Id:
                    var text = new TextHandle(handle);
                    RequirePart(first, many, (await text.TextAsync()).Length);
                    await text.DeleteAsync(first, many);
                    break;
                case SequenceType.Id:
                    var list = new SequenceHandle(handle);
                    RequirePart(first, many, (await list.ItemsAsync()).Count);
                    await list.DeleteAsync(first, many);
                    break;
                default: throw Kinds.Wrong(handle, "delete", "text or list");
            }
            return (null, $"deleted {many}");
        });
    }

    public static Command Move()
    {
        var from = new Argument<int>("FROM") { Description = "Index of the item to move", CustomParser = IndexParser("FROM", 0) };
        var before = new Argument<int>("BEFORE") { Description = "Index of the item that it shall stand before, as they are now; -1 for the end", CustomParser = IndexParser("BEFORE", -1) };
        return ObjectCommand.Writing(new Command("move", "Move one item of a list") { from, before }, async (parsed, _, handle) =>
        {
            if (handle.TypeId != SequenceType.Id) throw Kinds.Wrong(handle, "move", "list");
            var list = new SequenceHandle(handle);
            int length = (await list.ItemsAsync()).Count;
            RequirePart(parsed.GetValue(from), 1, length);
            return (await list.MoveAsync(parsed.GetValue(from), Index(parsed.GetValue(before), length)), "moved 1 item");
        });
    }

    public static Command Clear() => ObjectCommand.Writing(new Command("clear", "Take the value out of a register"), async (_, _, handle) =>
        handle.TypeId == RegisterType.Id ? (await new RegisterHandle(handle).ClearAsync(), "cleared") : throw Kinds.Wrong(handle, "clear", "register"));

    private static Func<ArgumentResult, int> IndexParser(string name, int least) => Numbers.Parser(name, least < 0 ? "0, 3 or -1 for the end" : "0 or 3", least, int.MaxValue);

    private static int Index(int at, int length) =>
        at == -1 ? length : at >= 0 && at <= length ? at : throw CommandException.BadInput($"there is no index {at}: it goes from 0 to {length}, and -1 is the end");

    private static void RequirePart(int from, int count, int length)
    {
        if (from < 0 || count < 1 || from > length - count) throw CommandException.BadInput($"there is no such part: the object has {length}, indices from 0");
    }
}
