using Akka.Actor;

namespace Hhs.Actors.Journal;

/// <summary>Group commit: gathers the batches of many objects into one durable write, then acknowledges each.</summary>
public sealed class JournalActor : ReceiveActor
{
    /// <summary>Props with a thread of the actor's own (dispatcher <c>hhs.journal.dispatcher</c> of reference.conf), since commits block. The journal stays the caller's to dispose.</summary>
    public static Props Props(IJournal journal, JournalSettings settings) =>
        Akka.Actor.Props.Create(() => new JournalActor(journal, settings)).WithDispatcher(Dispatcher);

    /// <summary>Makes the actor; use <see cref="Props"/>.</summary>
    public JournalActor(IJournal journal, JournalSettings settings) => (_journal, _settings) = (journal, settings);

    private readonly IJournal _journal;
    private readonly JournalSettings _settings;

    private const string Dispatcher = "hhs.journal.dispatcher";
}
