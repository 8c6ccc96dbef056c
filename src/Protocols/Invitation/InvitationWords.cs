using Hhs.Model;

namespace Hhs.Protocols.Invitation;

/// <summary>An invitation as words that can be read aloud and typed: two for three bytes.</summary>
/// <remarks>
/// A word is two syllables, a syllable one of 16 consonants and one of 4 vowels, so that each of the 4096 words is 12 bits: the first
/// syllable is the upper six, in a syllable the consonant the upper four. No list is needed, and no word means anything in particular.
/// Letters that are easily taken for others in speech or script (c, p, q, x, z; e) are not used. Case does not matter.
/// The first words hold the version and the beginning of the object's id: enough to compare two invitations, not enough to join.
/// </remarks>
public static class InvitationWords
{
    /// <summary>How many words are shown for comparing: 40 bits of the object's id.</summary>
    public const int HintWords = 4;

    /// <summary>The words of an invitation's bytes, whose number three divides.</summary>
    public static IReadOnlyList<string> Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 3 != 0) throw new ArgumentException("three bytes are two words", nameof(bytes));
        var words = new List<string>();
        for (int i = 0; i < bytes.Length; i += 3)
        {
            words.Add(Word((bytes[i] << 4) | (bytes[i + 1] >> 4)));
            words.Add(Word(((bytes[i + 1] & 0xF) << 8) | bytes[i + 2]));
        }
        return words;
    }

    /// <summary>Whether the text is made of what could be our words, and not a link or an id.</summary>
    public static bool LooksLike(string text) => Split(text) is { Length: > 0 } words && TryNumber(words[0], out _);

    /// <summary>Reads words; false and the reason, by the place of the word, when one is none of ours.</summary>
    public static bool TryRead(string text, out byte[] bytes, out Reject why)
    {
        bytes = [];
        why = default;
        if (text.Length > TextCharsMax) return Refuse(RejectCode.OverLimit, $"an invitation has at most {WordsMax} words", out why);
        string[] words = Split(text);
        if (words.Length > WordsMax) return Refuse(RejectCode.OverLimit, $"an invitation has at most {WordsMax} words", out why);
        int[] numbers = new int[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            if (!TryNumber(words[i], out numbers[i])) return Refuse(RejectCode.Malformed, $"word {i + 1} is mistyped: '{words[i][..Math.Min(words[i].Length, 12)]}' is no word of an invitation", out why);
        }
        if (words.Length < InvitationCodec.BytesMin / 3 * 2)
            return Refuse(RejectCode.Malformed, $"{words.Length} words are only the beginning of an invitation: enough to compare it with another, not to join. All of the words are needed, or the link", out why);
        if (words.Length % 2 != 0) return Refuse(RejectCode.Malformed, "the invitation is incomplete: a word is missing, or one too many", out why);
        bytes = new byte[words.Length / 2 * 3];
        for (int i = 0, at = 0; i < numbers.Length; i += 2)
        {
            bytes[at++] = (byte)(numbers[i] >> 4);
            bytes[at++] = (byte)(((numbers[i] & 0xF) << 4) | (numbers[i + 1] >> 8));
            bytes[at++] = (byte)numbers[i + 1];
        }
        return true;
    }

    private static bool Refuse(RejectCode code, string detail, out Reject why)
    {
        why = new(code, detail);
        return false;
    }

    private static string[] Split(string text) => text.Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    private static string Word(int number) => Syllable(number >> 6) + Syllable(number & 0x3F);

    private static string Syllable(int number) => $"{Consonants[number >> 2]}{Vowels[number & 3]}";

    private static bool TryNumber(string word, out int number)
    {
        number = 0;
        if (word.Length != 4) return false;
        for (int i = 0; i < 4; i += 2)
        {
            int consonant = Consonants.IndexOf(char.ToLowerInvariant(word[i]), StringComparison.Ordinal), vowel = Vowels.IndexOf(char.ToLowerInvariant(word[i + 1]), StringComparison.Ordinal);
            if (consonant < 0 || vowel < 0) return false;
            number = (number << 6) | (consonant << 2) | vowel;
        }
        return true;
    }

    private const string Consonants = "bdfghjklmnrstvwy";
    private const string Vowels = "aiou";
    private static readonly char[] Separators = [' ', '\t', '\r', '\n', '-', ',', '.'];
    private const int WordsMax = InvitationCodec.BytesMax / 3 * 2;
    private const int TextCharsMax = WordsMax * 8;
}
