using FsCheck;
using FsCheck.Fluent;

namespace Hhs.Model.Tests.Contracts;

/// <summary>One thing that happens to replicas.</summary>
/// <param name="Who">The replica that it happens to; counted round where there are fewer.</param>
/// <param name="Seed">What is chosen within the step comes from here, so a step stays what it is when others are left out.</param>
internal abstract record Step(int Who, int Seed)
{
    /// <summary>Somebody reads.</summary>
    public sealed record Look(int Who, int Seed) : Step(Who, Seed)
    {
        public override string ToString() => $"{Who} looks (seed {Seed})";
    }

    /// <summary>The network falls into two parts, one bit a replica; 0 heals it.</summary>
    public sealed record Part(int Who, int Seed, int Sides) : Step(Who, Seed)
    {
        public override string ToString() => Sides == 0 ? "the network is whole" : $"the network is parted {Sides:b5}";
    }

    /// <summary>Some of what one has goes to another, if they are not apart: out of order, partly lost, partly twice.</summary>
    public sealed record Send(int Who, int Seed, int To) : Step(Who, Seed)
    {
        public override string ToString() => $"{Who} sends to {To} (seed {Seed})";
    }

    /// <summary>Somebody writes, on all it has or on a version of its past.</summary>
    public sealed record Write(int Who, int Seed, bool InThePast) : Step(Who, Seed)
    {
        public override string ToString() => $"{Who} writes{(InThePast ? " in the past" : "")} (seed {Seed})";
    }
}

/// <summary>What happens to 3 to 5 replicas until everything has reached everybody.</summary>
/// <param name="Replicas">How many.</param>
/// <param name="Seed">The order in which everything is delivered in the end.</param>
/// <param name="Steps">What happens before.</param>
internal sealed record Schedule(int Replicas, int Seed, IReadOnlyList<Step> Steps)
{
    /// <summary>Schedules of as many steps as FsCheck's size, and what is simpler than one.</summary>
    public static Arbitrary<Schedule> Arbitrary => Arb.From(Gen.Sized(size =>
        from replicas in Gen.Choose(3, 5)
        from seed in Seeds
        from steps in StepOf(replicas).ArrayOf(size)
        select new Schedule(replicas, seed, steps)), schedule => schedule.Simpler());

    // Ever shorter stretches of steps left out; then fewer replicas; then each step by itself.
    private IEnumerable<Schedule> Simpler()
    {
        for (int length = Steps.Count; length > 0; length /= 2)
        {
            for (int from = 0; from < Steps.Count; from += length) yield return this with { Steps = [.. Steps.Take(from), .. Steps.Skip(from + length)] };
        }
        if (Replicas > 3) yield return this with { Replicas = Replicas - 1 };
        if (Seed > 0) yield return this with { Seed = Seed / 2 };
        for (int i = 0; i < Steps.Count; i++)
        {
            foreach (var simpler in Simpler(Steps[i])) yield return this with { Steps = [.. Steps.Take(i), simpler, .. Steps.Skip(i + 1)] };
        }
    }

    private static IEnumerable<Step> Simpler(Step step)
    {
        if (step is Step.Write { InThePast: true } past) yield return past with { InThePast = false };
        if (step.Who > 0) yield return step with { Who = 0 };
        if (step.Seed > 0) yield return step with { Seed = 0 };
        if (step.Seed > 1) yield return step with { Seed = step.Seed / 2 };
    }

    private static Gen<Step> StepOf(int replicas)
    {
        var who = Gen.Choose(0, replicas - 1);
        return Gen.Frequency(
            (5, from w in who from seed in Seeds from past in Gen.Choose(0, 7) select (Step)new Step.Write(w, seed, past == 0)),
            (4, from w in who from seed in Seeds from to in who select (Step)new Step.Send(w, seed, to)),
            (1, from w in who from seed in Seeds select (Step)new Step.Look(w, seed)),
            (1, from sides in Gen.Frequency((1, Gen.Constant(0)), (2, Gen.Choose(1, (1 << replicas) - 2))) select (Step)new Step.Part(0, 0, sides)));
    }

    // Small enough to be read.
    private static Gen<int> Seeds => Gen.Choose(0, 999);

    public override string ToString() => $"{Replicas} replicas:\n  {string.Join("\n  ", Steps)}\n  all is delivered (seed {Seed})\n";
}
