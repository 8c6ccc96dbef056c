using System.Runtime.InteropServices;

namespace Hhs.Model.Identity.Providers;

/// <summary>Looks for a shared library under several names.</summary>
internal static class NativeLibraries
{
    /// <summary>Loads the first that is there.</summary>
    public static bool TryLoad(ReadOnlySpan<string> names, out nint library)
    {
        library = 0;
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, typeof(NativeLibraries).Assembly, null, out library)) return true;
        }
        return false;
    }
}
