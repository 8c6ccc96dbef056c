using Hhs.Actors.Objects;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;
using Hhs.Model.Types.Sequence;
using Hhs.Model.Types.Text;

namespace Hhs.Actors.Node;

/// <summary>A replicated text. Indices count UTF-16 units, as those of a string do.</summary>
public sealed class TextHandle(ObjectHandle handle) : TypedHandle<TextDelta>(handle)
{
    /// <summary>Inserts text before an index; the length for the end.</summary>
    public Task<ContentHash> InsertAsync(int index, string text) => Object.ApplyAsync(new TextMessages.Insert(index, text));

    /// <summary>Deletes a part.</summary>
    public async Task DeleteAsync(int index, int count)
    {
        // The units are named first, so what others insert meanwhile shifts nothing.
        foreach (var part in await Object.AskAsync<IReadOnlyList<Literal.Map>>(new TextMessages.PlanDelete(index, count)).ConfigureAwait(false))
            await Object.ApplyAsync(new ObjectMessages.Operation(part)).ConfigureAwait(false);
    }

    /// <summary>The whole text.</summary>
    /// <param name="at">A version of the past; null for all that is known.</param>
    public Task<string> TextAsync(Position? at = null) => Object.AskAsync<string>(new TextMessages.GetText(), at);

    /// <summary>A cursor that stays where it is in the text when others edit it.</summary>
    /// <param name="index">Where it is now.</param>
    /// <param name="stickToNext">Whether what is typed at it comes before it.</param>
    public Task<SequenceCursor> CursorAsync(int index, bool stickToNext = false) => Object.AskAsync<SequenceCursor>(new TextMessages.CursorAt(index, stickToNext));

    /// <summary>Where a cursor is now.</summary>
    public Task<int> IndexOfAsync(SequenceCursor cursor) => Object.AskAsync<int>(new TextMessages.IndexOf(cursor));
}
