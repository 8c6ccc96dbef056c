using FsCheck;
using FsCheck.Fluent;
using Hhs.Model.Tests.Types;
using Hhs.Model.Types;

namespace Hhs.Model.Tests.Contracts;

/// <summary>The part of the contract that is about convergence: whatever happened on the way, who holds the same shows the same.</summary>
public abstract partial class ReplicatedTypeContract
{
    [Theory, InlineData(false), InlineData(true)]
    public void Replicas_that_hold_the_same_entries_show_the_same(bool guarded) =>
        Prop.ForAll(Schedule.Arbitrary, schedule => Converge(schedule, guarded)).Check(Config.QuickThrowOnFailure.WithMaxTest(SchedulesTried).WithEndSize(StepsMax));

    private void Converge(Schedule schedule, bool guarded)
    {
        var history = Begin(schedule.Replicas, guarded);
        foreach (var step in schedule.Steps) Take(step, history);
        // In the end everything reaches everybody, in an order of its own and partly twice.
        foreach (var (i, replica) in history.Replicas.Index()) Deliver(history.Entries, replica, new Random(schedule.Seed + i));
        Assert.All(history.Replicas, replica => Assert.Equal(history.Entries.Count, replica.Log.Count));
        var random = new Random(schedule.Seed);
        var first = history.Replicas[0];
        for (int i = 0; i < 6; i++)
        {
            var (at, from) = i == 0 ? (first.Log.Frontier, first.Log.Frontier) : history.RandomVersions(first, random);
            string expected = ObserveAt(first, at, from);
            foreach (var (number, other) in history.Replicas.Index().Skip(1)) Assert.True(expected == ObserveAt(other, at, from), $"0 and {number} differ:\n{expected}\n{ObserveAt(other, at, from)}");
        }
    }

    private void Take(Step step, History history)
    {
        var random = new Random(step.Seed);
        int who = step.Who % history.Replicas.Count;
        switch (step)
        {
            case Step.Look:
                // What was asked before must not show in what is answered later.
                var (at, from) = history.RandomVersions(history.Replicas[who], random);
                ObserveAt(history.Replicas[who], at, from);
                break;
            case Step.Part(_, _, var sides): history.Sides = sides; break;
            case Step.Send(_, _, var other):
                int to = other % history.Replicas.Count;
                if (((history.Sides >> who) & 1) == ((history.Sides >> to) & 1)) Send(history, who, to, random);
                break;
            case Step.Write(_, _, var inThePast): Write(history, who, inThePast, random); break;
            default: throw new System.Diagnostics.UnreachableException(step.GetType().Name);
        }
    }

    private const int SchedulesTried = 30;
    private const int StepsMax = 80;
}
