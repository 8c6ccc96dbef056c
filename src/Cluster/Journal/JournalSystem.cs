using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence;
using Akka.Persistence.Sql;
using Hhs.Actors.Journal;

namespace Hhs.Cluster.Journal;

/// <summary>The actor system in which the journal plugin runs, for this journal alone.</summary>
/// <remarks>
/// A system apart from the node's: it ends when the journal is disposed of, which is after the last write, whatever way the node's system
/// goes; its threads are its own, so that those who wait for an answer do not hold those who are to give it; and what the plugin is set to for the team's own
/// actors stays as it is. Two settings have to differ here: Akka's replay filter takes events of a writer that had been replaced and came
/// back for mistakes, and drops them, and its circuit breaker would make one fenced object everybody's.
/// </remarks>
internal sealed class JournalSystem : IDisposable
{
    private volatile string? _lastError;

    internal JournalSystem(AkkaPersistenceSettings settings)
    {
        Store = $"{settings.Plugin} ({settings.ProviderName})";
        var config = ConfigurationFactory.ParseString(Ours)
            .WithFallback(ConfigurationFactory.ParseString($"{settings.Plugin} {{\n{OfThePlugin}\nplugin-id = \"{settings.Plugin}\"\n}}"))
            .WithFallback(settings.Config)
            .WithFallback(SqlPersistence.DefaultConfiguration)
            .WithFallback(Akka.Persistence.Persistence.DefaultConfig());
        System = ActorSystem.Create("hhs-journal", config);
        try
        {
            System.ActorOf(Akka.Actor.Props.Create(() => new Listener(this)), "errors");
            Plugin = Akka.Persistence.Persistence.Instance.Apply(System).JournalFor(settings.Plugin);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal ActorSystem System { get; }

    internal IActorRef Plugin { get; }

    /// <summary>What may be shown to people.</summary>
    internal string Store { get; }

    /// <summary>What the plugin last complained of; it says so to its log only.</summary>
    internal string? LastError => _lastError;

    public void Dispose() => System.Terminate().Wait();

    private sealed class Listener : ReceiveActor
    {
        public Listener(JournalSystem journal)
        {
            Context.System.EventStream.Subscribe(Self, typeof(Error));
            Receive<Error>(error => journal._lastError = $"{error.Message} {error.Cause?.GetBaseException().Message}".Trim());
        }
    }

    // Before everything else. The host ends the system, and not its process's end: the node's last writes are still to come then.
    private const string Ours =
        """
        akka {
          loggers = []
          loglevel = ERROR
          stdout-loglevel = OFF
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          extensions = []
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          actor {
            provider = local
            default-dispatcher {
              type = ForkJoinDispatcher
              dedicated-thread-pool.thread-count = 4
            }
            serializers.hhs-stored-event = "Hhs.Cluster.Journal.StoredEventSerializer, Hhs.Cluster"
            serialization-bindings {
              "Hhs.Cluster.Journal.StoredEvent, Hhs.Cluster" = hhs-stored-event
            }
          }
          persistence {
            journal.auto-start-journals = []
            snapshot-store.auto-start-snapshot-stores = []
          }
        }
        """;

    private const string OfThePlugin =
        """
        class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
        replay-filter.mode = off
        circuit-breaker {
          max-failures = 1000000
          call-timeout = 60s
        }
        """;
}
