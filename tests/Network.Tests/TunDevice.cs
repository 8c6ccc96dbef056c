using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Hhs.Network.Tests;

/// <summary>A network interface whose packets are read and written by this process (Linux TUN, without packet information).</summary>
/// <remarks>The interface may be moved to another namespace afterwards: the packets still come here.</remarks>
internal sealed class TunDevice : IDisposable
{
    private readonly int _file;

    public TunDevice(string name)
    {
        Name = name;
        _file = Checked(Native.open("/dev/net/tun", ReadWrite | NonBlocking));
        byte[] request = new byte[RequestSize];
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request.AsSpan(NameSize), (short)(TunMode | NoPacketInformation));
        Checked(Native.ioctl(_file, SetInterface, request));
    }

    public string Name { get; }

    /// <summary>The next packet; 0 bytes when none has come within the time.</summary>
    public int Read(byte[] packet, TimeSpan within)
    {
        var poll = new Native.PollFile { File = _file, Events = Readable };
        if (Native.poll(ref poll, 1, (int)within.TotalMilliseconds) <= 0) return 0;
        return Math.Max(0, (int)Native.read(_file, packet, packet.Length));
    }

    /// <summary>Hands a packet to the interface; one that it has no room for is lost, as on any network.</summary>
    public void Write(byte[] packet) => Native.write(_file, packet, packet.Length);

    public void Dispose() => Native.close(_file);

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    private const int ReadWrite = 2, NonBlocking = 0x800;
    private const uint SetInterface = 0x400454ca;
    private const short TunMode = 1, NoPacketInformation = 0x1000, Readable = 1;
    private const int NameSize = 16, RequestSize = 40;

    private static class Native
    {
        [StructLayout(LayoutKind.Sequential)]
        public struct PollFile
        {
            public int File;
            public short Events;
            public short Happened;
        }

        [DllImport("libc", SetLastError = true)]
        public static extern int open([MarshalAs(UnmanagedType.LPStr)] string path, int flags);

        [DllImport("libc", SetLastError = true)]
        public static extern int ioctl(int file, nuint request, byte[] argument);

        [DllImport("libc", SetLastError = true)]
        public static extern int poll(ref PollFile files, nuint count, int milliseconds);

        [DllImport("libc", SetLastError = true)]
        public static extern nint read(int file, byte[] buffer, nint count);

        [DllImport("libc", SetLastError = true)]
        public static extern nint write(int file, byte[] buffer, nint count);

        [DllImport("libc", SetLastError = true)]
        public static extern int close(int file);
    }
}
