using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Hhs.Actors.Journal;

namespace Hhs.Cluster.Placement;

/// <summary>Sees to it that nodes run together only if they have the same identity, store, number of shards and messages: else the younger stops.</summary>
/// <remarks>
/// Each node tells each other what it has (<see cref="Kin"/>), as soon as it sees it and once in answer. Phases: Reading (the store's name is
/// read, or given to it), Comparing.
/// </remarks>
internal sealed class KinActor : ReceiveActor, IWithTimers
{
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<Address, string> _told = [];
    private readonly Dictionary<Address, Member> _members = [];
    private readonly IJournal _journal;
    private readonly Func<string, Kin> _ours;
    private Kin? _own;

    /// <param name="journal">The store that is to be the others' too.</param>
    /// <param name="ours">What this node has, given the store's name.</param>
    public static Props Props(IJournal journal, Func<string, Kin> ours) => Akka.Actor.Props.Create(() => new KinActor(journal, ours));

    public KinActor(IJournal journal, Func<string, Kin> ours)
    {
        (_journal, _ours) = (journal, ours);
        Receive<StoreIs>(OnStore);
        Receive<ReadStore>(_ => ReadStoreName());
        Receive<Status.Failure>(failure =>
        {
            _log.Warning("The store's name could not be read, so other nodes are not compared yet: {0}", failure.Cause.Message);
            Timers.StartSingleTimer(nameof(ReadStore), ReadStore.Instance, ReadAgainAfter);
        });
        Receive<string>(OnTold);
        Receive<ClusterEvent.MemberRemoved>(gone =>
        {
            _members.Remove(gone.Member.Address);
            _told.Remove(gone.Member.Address);
        });
        Receive<ClusterEvent.IMemberEvent>(change =>
        {
            if (change.Member.UniqueAddress.Equals(_cluster.SelfUniqueAddress)) return;
            bool isNew = !_members.ContainsKey(change.Member.Address);
            _members[change.Member.Address] = change.Member;
            if (isNew) Tell(change.Member.Address);
            Compare(change.Member.Address);
        });
    }

    private sealed record StoreIs(string Name, bool IsNew);

    private sealed record ReadStore
    {
        public static readonly ReadStore Instance = new();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => ReadStoreName();

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private void ReadStoreName()
    {
        var journal = _journal;
        StoreThreads.AskAsync(Context.System, () =>
        {
            if (journal.TryGetSetting(Setting, out var name)) return new StoreIs(Convert.ToHexString(name.Span), IsNew: false);
            byte[] made = System.Security.Cryptography.RandomNumberGenerator.GetBytes(16);
            journal.PutSetting(Setting, made);
            return new StoreIs(Convert.ToHexString(made), IsNew: true);
        }).PipeTo(Self);
    }

    private void OnStore(StoreIs store)
    {
        if (store.IsNew)
        {
            // Two nodes may name a new store at the same time: the last name stays, and is read when nobody can be about to write another.
            Timers.StartSingleTimer(nameof(ReadStore), ReadStore.Instance, ReadAgainAfter);
            return;
        }
        _own = _ours(store.Name);
        _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
        foreach (var address in _told.Keys.ToArray()) Tell(address);
    }

    private void OnTold(string text)
    {
        var from = Sender.Path.Address;
        bool first = _told.TryAdd(from, text);
        _told[from] = text;
        if (_own is null) return;
        if (first) Tell(from);
        Compare(from);
    }

    private void Tell(Address address) => Context.ActorSelection(new RootActorPath(address) / Self.Path.Elements).Tell(_own!.ToString(), Self);

    private void Compare(Address address)
    {
        if (!_told.TryGetValue(address, out string? text) || !_members.TryGetValue(address, out var member) || _own!.DifferenceFrom(text) is not { } difference) return;
        if (member.IsOlderThan(_cluster.SelfMember)) Stop($"this node cannot run with {address}, a member of the cluster: {difference}");
        else _log.Error("{0} is to stop, since it cannot run with this node: {1}", address, difference);
    }

    private void Stop(string why)
    {
        _log.Error("This node stops: {0}", why);
        CoordinatedShutdown.Get(Context.System).Run(new UnlikeMemberReason(why));
    }

    private const string Setting = "cluster/store";
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(1);
}

/// <summary>Why a node has stopped by itself: it differs from a member of the cluster that was there before in what all must have in common.</summary>
public sealed class UnlikeMemberReason(string text) : CoordinatedShutdown.Reason
{
    /// <summary>Which member, on what, and what each has.</summary>
    public string Text => text;

    /// <inheritdoc/>
    public override int ExitCode => 1;
}
