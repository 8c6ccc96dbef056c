using Akka.Actor;

namespace Hhs.Actors.Journal;

/// <summary>The threads on which a node's actors ask the store what may take as long as a database is away: those of <c>hhs.objects.dispatcher</c>.</summary>
internal static class StoreThreads
{
    /// <summary>Answers what the work answers, or fails as it does. Waits for its turn: there are few such threads.</summary>
    public static Task<T> AskAsync<T>(ActorSystem system, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.Dispatchers.Lookup("hhs.objects.dispatcher").Schedule(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception failure)   // whatever it is, it is the asker's to judge
            {
                done.SetException(failure);
            }
        });
        return done.Task;
    }
}
