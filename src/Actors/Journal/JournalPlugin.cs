using Akka.Configuration;

namespace Hhs.Actors.Journal;

/// <summary>A store that is not in this assembly, since it needs packages that not every build has.</summary>
/// <remarks>Found by its name, as Akka finds its own plugins.</remarks>
internal abstract class JournalPlugin
{
    public abstract IJournal Open(AkkaPersistenceSettings settings);

    /// <summary>The store in Akka.Persistence.</summary>
    /// <exception cref="ConfigurationException">This build has none.</exception>
    internal static JournalPlugin AkkaPersistence() => Type.GetType(Name, throwOnError: false) is { } type ? (JournalPlugin)Activator.CreateInstance(type)! : throw new ConfigurationException(
        "hhs.journal.provider = akka-persistence: this program was built without Hhs.Cluster, which has it. Build it with AkkaFeed=nuget and reference Hhs.Cluster, or choose sqlite or postgresql");

    private const string Name = "Hhs.Cluster.Journal.AkkaPersistencePlugin, Hhs.Cluster";
}
