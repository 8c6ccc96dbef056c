namespace Hhs.Actors.Journal;

/// <summary>Exclusive use of a store by one process: a lock of the operating system on a file beside it.</summary>
/// <remarks>The system lets go when the holder ends in whatever way, SIGKILL included, so a crash leaves nothing to clean up.</remarks>
internal static class StoreLock
{
    internal static FileStream Take(string storePath)
    {
        try
        {
            if (Path.GetDirectoryName(storePath) is { Length: > 0 } directory) Directory.CreateDirectory(directory);
            return new FileStream(storePath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException e) when (e.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
        {
            throw JournalFaults.Of(JournalFault.Locked, storePath, "another process has it open", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw JournalFaults.Of(JournalFault.Unwritable, storePath, e.Message.TrimEnd('.'), e);
        }
    }

    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
}
