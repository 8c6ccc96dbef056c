using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hhs.Model;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Protocols.Relay;

namespace Hhs.Protocols.Tests.Relay;

public sealed class RelayBookTests
{
    private static readonly RelayQuotaSettings Small = new() { ObjectsMax = 5, ObjectsPerKeyMax = 3, BytesMax = 500, BytesPerKeyMax = 300, ObjectBytesMax = 200, Retain = TimeSpan.FromDays(90) };

    [Fact]
    public void Who_is_not_allowed_has_nothing_hosted()
    {
        var book = new RelayBook(new HashSet<KeyId> { Key(1) }, Small);
        Assert.Equal(RejectCode.Declined, Assert.IsType<RelayVerdict.Refused>(book.Ask(Id(1), Key(2), At(0))).Why.Code);
        Assert.IsType<RelayVerdict.Accepted>(book.Ask(Id(1), Key(1), At(0)));
        Assert.IsType<RelayVerdict.Refused>(book.Ask(Id(1), Key(2), At(0)));   // nor does it learn what is
    }

    [Fact]
    public void An_object_counts_for_who_asked_first_and_for_nobody_once_it_is_gone()
    {
        var book = new RelayBook(null, Small);
        for (int i = 0; i < 3; i++) Assert.IsType<RelayVerdict.Accepted>(book.Ask(Id(i), Key(1), At(0)));
        Assert.Equal(RejectCode.OverLimit, Assert.IsType<RelayVerdict.Refused>(book.Ask(Id(3), Key(1), At(0))).Why.Code);
        Assert.IsType<RelayVerdict.Hosted>(book.Ask(Id(0), Key(2), At(0)));
        Assert.IsType<RelayVerdict.Accepted>(book.Ask(Id(4), Key(2), At(0)));
        Assert.IsType<RelayVerdict.Accepted>(book.Ask(Id(5), Key(2), At(0)));
        Assert.IsType<RelayVerdict.Refused>(book.Ask(Id(6), Key(3), At(0)));   // five in all
        book.Forget(Id(1));
        Assert.IsType<RelayVerdict.Accepted>(book.Ask(Id(6), Key(1), At(0)));
    }

    [Fact]
    public void What_nobody_uses_makes_room_oldest_first_and_never_what_a_peer_takes_part_in()
    {
        var book = new RelayBook(null, Small);
        for (int i = 0; i < 5; i++) book.Ask(Id(i), Key(i), At(i));
        book.SetUsers(Id(0), 1, At(0));
        Assert.IsType<RelayVerdict.Refused>(book.Ask(Id(9), Key(9), At(90)));   // object 1 is due a day later
        Assert.Equal([Id(1)], Assert.IsType<RelayVerdict.Accepted>(book.Ask(Id(9), Key(9), At(92))).Dropped);
        Assert.Equal([Id(2), Id(3)], book.Due(At(93)));
        book.Used(Id(2), At(93));
        Assert.Equal([Id(3)], book.Due(At(93)));
        book.SetUsers(Id(0), 0, At(100));
        Assert.Equal([Id(3), Id(4), Id(9), Id(2), Id(0)], book.Due(At(1000)));
    }

    [Fact]
    public void Growth_beyond_a_bound_is_told_once_and_ends_when_there_is_room()
    {
        var book = new RelayBook(null, Small);
        for (int i = 0; i < 3; i++) book.Ask(Id(i), Key(i / 2), At(0));
        Assert.Null(book.Grew(Id(0), 200, At(0)));
        Assert.Null(book.Grew(Id(1), 100, At(0)));
        Assert.Equal(RelayStop.KeyBytes, book.Grew(Id(1), 101, At(0)));
        Assert.Null(book.Grew(Id(1), 102, At(0)));
        Assert.IsType<RelayVerdict.Refused>(book.Ask(Id(5), Key(0), At(0)));
        Assert.Equal(RelayStop.AllBytes, book.Grew(Id(2), 199, At(0)));
        Assert.IsType<RelayVerdict.Refused>(book.Ask(Id(6), Key(6), At(0)));
        Assert.Empty(book.Resume());
        book.Forget(Id(0));
        Assert.Equal(new[] { Id(1), Id(2) }.Order(), book.Resume().Order());
        Assert.Equal(RelayStop.ObjectBytes, book.Grew(Id(2), 201, At(0)));
        Assert.Empty(book.Resume());
        Assert.Equal(303, book.Bytes);
    }

    [Fact]
    public void What_was_hosted_before_a_restart_counts()
    {
        var book = new RelayBook(null, Small);
        for (int i = 0; i < 3; i++) book.Restore(new(Id(i), Key(1), At(0)) { Bytes = 60 + (100 * i) });
        Assert.Equal(RelayStop.ObjectBytes, book.Find(Id(2))!.Stopped);
        Assert.IsType<RelayVerdict.Refused>(book.Ask(Id(4), Key(1), At(1)));
        Assert.IsType<RelayVerdict.Accepted>(book.Ask(Id(4), Key(2), At(1)));
    }

    /// <summary>Whatever is asked, used and grown: the bounds hold, and the sums are those of what is hosted.</summary>
    [Fact]
    public void No_order_of_requests_gets_beyond_the_bounds()
    {
        var step = from what in Gen.Choose(0, 4) from id in Gen.Choose(0, 12) from key in Gen.Choose(0, 4) from bytes in Gen.Choose(0, 260) from days in Gen.Choose(0, 60) select (what, id, key, bytes, days);
        Check.QuickThrowOnFailure(Prop.ForAll(step.ListOf().ToArbitrary(), steps =>
        {
            var book = new RelayBook(null, Small);
            int day = 0;
            foreach (var (what, id, key, bytes, days) in steps)
            {
                day += days;
                int before = book.Hosted.Count;
                bool roomy = book.Bytes < Small.BytesMax;
                switch (what)
                {
                    case 0: if (book.Ask(Id(id), Key(key), At(day)) is RelayVerdict.Accepted { Dropped.Count: 0 } && !roomy) return false; break;
                    case 1: book.Grew(Id(id), bytes, At(day)); break;
                    case 2: book.SetUsers(Id(id), key, At(day)); break;
                    case 3: foreach (var due in book.Due(At(day))) { if (book.Find(due)!.Users > 0) return false; book.Forget(due); } break;
                    default: book.Resume(); break;
                }
                if (book.Hosted.Count > Math.Max(Small.ObjectsMax, before) || book.Bytes != book.Hosted.Sum(o => o.Bytes)) return false;
                if (book.Hosted.GroupBy(o => o.Owner).Any(g => g.Count() > Small.ObjectsPerKeyMax)) return false;
                if (book.Hosted.Any(o => o.Stopped is null && o.Bytes > Small.ObjectBytesMax)) return false;
            }
            return true;
        }));
    }

    [Fact]
    public void Keys_take_turns_to_be_fetched_for()
    {
        var queue = new FetchQueue(max: 3, perKeyMax: 2);
        for (int i = 0; i < 10; i++) queue.Add(Key(1), Id(i));
        queue.Add(Key(2), Id(100));
        Assert.Equal([Id(0), Id(100), Id(1)], Take(queue));
        queue.Done(Key(2));
        Assert.Empty(Take(queue));   // there is room, and not for that key
        queue.Done(Key(1));
        Assert.Equal([Id(2)], Take(queue));
        for (int i = 3; i < 10; i++)
        {
            queue.Done(Key(1));
            Assert.Equal([Id(i)], Take(queue));
        }
        queue.Done(Key(1));
        Assert.Empty(Take(queue));
    }

    private static List<ContentHash> Take(FetchQueue queue)
    {
        var taken = new List<ContentHash>();
        while (queue.TryTake(out var id)) taken.Add(id.Value);
        return taken;
    }

    private static DateTimeOffset At(int day) => DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000 + day);

    private static ContentHash Id(int i) => ContentHash.Of(Encoding.UTF8.GetBytes($"object {i}"));

    private static KeyId Key(int i) => new(ContentHash.Of(Encoding.UTF8.GetBytes($"key {i}")));
}
