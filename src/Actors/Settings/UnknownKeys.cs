using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Hhs.Actors.Settings;

/// <summary>Finds keys under <c>hhs</c> that nothing reads: HOCON would take a mistyped key without a word.</summary>
internal static class UnknownKeys
{
    /// <exception cref="ConfigurationException">A key of the section is not in reference.conf.</exception>
    public static void Refuse(Config given, Config reference)
    {
        if (Section(given) is { } mine && Section(reference) is { } known) Compare(mine, known, "hhs");
    }

    // Hhs.Cluster reads it, where a host app uses that.
    private const string ReadElsewhere = "hhs.cluster";

    private static HoconObject? Section(Config config) => config.Root?.GetChildObject("hhs") is { } section && section.IsObject() ? section.GetObject() : null;

    private static void Compare(HoconObject given, HoconObject known, string path)
    {
        foreach (var (key, value) in given.Items)
        {
            string full = $"{path}.{key}";
            if (full == ReadElsewhere) continue;
            if (!known.Items.TryGetValue(key, out var expected))
                throw new ConfigurationException($"{full} is not a setting: reference.conf lists them all. Settings there: {string.Join(", ", known.Items.Keys.Order(StringComparer.Ordinal))}");
            // What stands in a dispatcher is Akka's to judge.
            if (value.IsObject() && expected.IsObject() && key != "dispatcher") Compare(value.GetObject(), expected.GetObject(), full);
        }
    }
}
