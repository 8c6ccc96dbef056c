using Hhs.Actors.Journal;
using Hhs.Tests.Contracts;

namespace Hhs.Actors.Tests.Journal;

public sealed class MemoryJournalTests : JournalContract
{
    protected override IJournal Open() => new MemoryJournal();

    // Memory does not outlive its object, so the contract goes on with the same.
    protected override void Reopen()
    {
    }
}
