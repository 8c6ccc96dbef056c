using Akka.Actor;
using Hhs.Actors.Journal;
using Hhs.Actors.Objects;
using Hhs.Actors.Settings;
using Hhs.Model.Identity;
using Hhs.Model.Json;
using Hhs.Model.Types;
using Hhs.Protocols.Sync;

namespace Hhs.Actors.Tests.Objects;

public sealed class MirrorsTests
{
    [Fact]
    public void An_object_observes_no_more_than_so_many_others()
    {
        using var journal = new MemoryJournal();
        var mirrors = new Mirrors(new(journal, ActorRefs.Nobody, ActorRefs.Nobody, SecretKey.Generate(SystemRandom.Instance),
            TypeRegistry.BuiltIn, SystemRandom.Instance, SyncSettings.Default, new ObjectSettings()));
        for (int i = 0; i < Mirrors.ObservedMax; i++) Assert.True(mirrors.Observe(CanonicalJson.Hash($"object {i}")));
        Assert.False(mirrors.Observe(CanonicalJson.Hash("one more")));
        Assert.False(mirrors.Observe(CanonicalJson.Hash("object 0")));
        Assert.Equal(Mirrors.ObservedMax, mirrors.Observed.Count);
    }
}
