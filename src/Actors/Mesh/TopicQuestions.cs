namespace Hhs.Actors.Mesh;

/// <summary>The topics that a peer is asked for: a few at a time, the rest as those are answered.</summary>
/// <remarks>
/// A node may have hundreds of thousands. All at once would overflow what waits to be sent, here and, with an answer and a frontier
/// for each, at the peer, too.
/// </remarks>
/// <param name="send">Asks the peer.</param>
/// <param name="isMoot">Whether a topic need not be asked for any more when its turn comes.</param>
internal sealed class TopicQuestions(Action<string> send, Func<string, bool> isMoot)
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _isWaiting = new(StringComparer.Ordinal);
    private readonly Queue<string> _waiting = new();   // with some that do not wait any more

    public int Count => _asked.Count + _isWaiting.Count;

    public IEnumerable<string> Topics => _asked.Concat(_isWaiting);

    public bool Contains(string topic) => _asked.Contains(topic) || _isWaiting.Contains(topic);

    /// <summary>Asks for the topic, again if need be.</summary>
    public void Ask(string topic)
    {
        _asked.Remove(topic);
        if (_isWaiting.Add(topic)) _waiting.Enqueue(topic);
        AskNext();
    }

    /// <summary>The peer has answered; false when it was not asked.</summary>
    public bool Answered(string topic)
    {
        if (!_asked.Remove(topic) && !_isWaiting.Remove(topic)) return false;
        AskNext();
        return true;
    }

    /// <summary>What was not answered may have been lost: it is asked again in turn.</summary>
    public void AskAgain()
    {
        foreach (string topic in _asked) if (_isWaiting.Add(topic)) _waiting.Enqueue(topic);
        _asked.Clear();
        AskNext();
    }

    private void AskNext()
    {
        while (_asked.Count < UnansweredMax && _waiting.TryDequeue(out string? topic))
        {
            if (!_isWaiting.Remove(topic) || isMoot(topic)) continue;
            _asked.Add(topic);
            send(topic);
        }
    }

    private const int UnansweredMax = 256;
}
