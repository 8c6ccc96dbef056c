using Hhs.Actors.Journal;
using static Hhs.Tests.Contracts.SampleLog;

namespace Hhs.Tests.Contracts;

/// <summary>What a store promises that several nodes share: whoever acquired an object last is the only one who can write it.</summary>
/// <remarks>Two nodes, each with the store open.</remarks>
public abstract class FencingContract
{
    protected abstract IJournal Old { get; }

    protected abstract IJournal New { get; }

    [Fact]
    public void TheOlder_epoch_can_append_nothing_after_theNewer_was_acquired()
    {
        var chain = Chain(4);
        var older = Old.Acquire(ObjectId(1));
        Append(Old, older, chain[0]);
        var newer = New.Acquire(ObjectId(1));
        Assert.True(newer.CompareTo(older) > 0);
        Fenced(() => Append(Old, older, chain[1]));
        Append(New, newer, chain[1], chain[2]);
        Fenced(() => Append(Old, older, Entry("fork", chain[0].Entry)));
        Assert.Equal(chain[..3].Select(e => e.Entry), Old.Names(ObjectId(1)));

        // It may come back, by acquiring and reading anew.
        var newest = Old.Acquire(ObjectId(1));
        Append(Old, newest, chain[3]);
        Fenced(() => Append(New, newer, Entry("late", chain[2].Entry)));
        Assert.Equal(chain.Select(e => e.Entry), New.Names(ObjectId(1)));
    }

    [Fact]
    public void An_earlier_incarnation_in_the_same_node_is_fenced_too()
    {
        var older = Old.Acquire(ObjectId(1));
        var newer = Old.Acquire(ObjectId(1));
        Fenced(() => Append(Old, older, Entry("a")));
        Append(Old, newer, Entry("a"));
    }

    [Fact]
    public void A_writer_that_never_wrote_before_is_fenced_by_one_that_has_not_either()
    {
        var older = Old.Acquire(ObjectId(1));
        var newer = New.Acquire(ObjectId(1));
        Fenced(() => Append(Old, older, Entry("a")));
        Append(New, newer, Entry("b"));
        Assert.Equal([Entry("b").Entry], Old.Names(ObjectId(1)));
    }

    [Fact]
    public void A_commit_of_many_objects_is_refused_whole_if_one_of_them_is_fenced()
    {
        var first = Old.Acquire(ObjectId(1));
        var second = Old.Acquire(ObjectId(2));
        New.Acquire(ObjectId(2));
        var thrown = Assert.Throws<JournalException>(() => Old.Append([new(ObjectId(1), [Entry("a")], first), new(ObjectId(2), [Entry("b")], second)]));
        Assert.Equal(JournalFault.Fenced, thrown.Fault);
        Assert.Contains(ObjectId(2).ToString(), thrown.Message, StringComparison.Ordinal);
        Assert.Empty(Old.Objects);
        Assert.Empty(New.Names(ObjectId(1)));
        Old.Append([new(ObjectId(1), [Entry("a")], first)]);
    }

    [Fact]
    public void An_epoch_of_a_dropped_object_fits_no_later_one_and_anOld_writer_drops_nothing()
    {
        var older = Old.Acquire(ObjectId(1));
        Append(Old, older, Entry("a"));
        var newer = New.Acquire(ObjectId(1));
        Fenced(() => Old.Drop(ObjectId(1)));
        New.Drop(ObjectId(1));
        Fenced(() => Append(Old, older, Entry("b")));
        Fenced(() => Append(New, newer, Entry("b")));
        Append(New, New.Acquire(ObjectId(1)), Entry("c"));
        Fenced(() => Append(Old, older, Entry("b")));
        Assert.Equal([Entry("c").Entry], Old.Names(ObjectId(1)));
    }

    protected static void Append(IJournal journal, Epoch epoch, params JournalEntry[] entries) => journal.Append([new(ObjectId(1), entries, epoch)]);

    protected static void Fenced(Action write) => Assert.Equal(JournalFault.Fenced, Assert.Throws<JournalException>(write).Fault);
}
