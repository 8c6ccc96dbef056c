using Akka.Configuration;
using Hhs.Actors.Journal;

namespace Hhs.Cluster.Journal;

/// <summary>Opens an <see cref="AkkaPersistenceJournal"/> where the settings ask for one; found by its name.</summary>
internal sealed class AkkaPersistencePlugin : JournalPlugin
{
    public override IJournal Open(AkkaPersistenceSettings settings) =>
        settings.Nonsense() is { } why ? throw new ConfigurationException($"hhs.journal.akka-persistence.{why}") : new AkkaPersistenceJournal(settings);
}
