using Hhs.Actors.Transport;

namespace Hhs.Actors.Mesh;

/// <summary>What a session has passed to one topic's channel and the channel has not processed yet.</summary>
/// <remarks>
/// A channel that ends takes unprocessed messages with it. They are given back to the connection here, or its receive
/// window would shrink with each such end until nothing is read any more. Used by session and channel at once.
/// </remarks>
internal sealed class TopicCredit(IFrameConnection connection)
{
    private readonly Lock _lock = new();
    private int _bytes, _frames;
    private bool _over;

    public void Passed(int bytes)
    {
        lock (_lock)
        {
            _bytes += bytes;
            _frames++;
        }
    }

    public void Processed(int bytes)
    {
        lock (_lock)
        {
            if (_over) return;
            _bytes -= bytes;
            _frames--;
        }
        connection.Consumed(bytes);
    }

    /// <summary>The channel is not waited for any more.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            if (_over) return;
            _over = true;
        }
        connection.Consumed(_bytes, _frames);
    }
}
