using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Hhs.Actors.Settings;

/// <summary>Finds keys under <c>hhs</c> that nothing reads: HOCON would take a mistyped key without a word.</summary>
internal static class UnknownKeys
{
    /// <param name="given">What may have them.</param>
    /// <param name="reference">What has all keys.</param>
    /// <param name="section">Where.</param>
    /// <param name="file">The reference's name.</param>
    /// <exception cref="ConfigurationException">A key of the section is not in the reference.</exception>
    public static void Refuse(Config given, Config reference, string section = "hhs", string file = "reference.conf")
    {
        if (Section(given, section) is { } mine && Section(reference, section) is { } known) Compare(mine, known, section, file);
    }

    // Hhs.Cluster reads it, where a host app uses that.
    private const string ReadElsewhere = "hhs.cluster";

    private static HoconObject? Section(Config config, string name)
    {
        var found = config.Root;
        foreach (string part in name.Split('.')) found = found is not null && found.IsObject() ? found.GetChildObject(part) : null;
        return found is not null && found.IsObject() ? found.GetObject() : null;
    }

    private static void Compare(HoconObject given, HoconObject known, string path, string file)
    {
        foreach (var (key, value) in given.Items)
        {
            string full = $"{path}.{key}";
            if (full == ReadElsewhere) continue;
            if (!known.Items.TryGetValue(key, out var expected))
                throw new ConfigurationException($"{full} is not a setting: {file} lists them all. Settings there: {string.Join(", ", known.Items.Keys.Order(StringComparer.Ordinal))}");
            // What stands in a dispatcher is Akka's to judge.
            if (value.IsObject() && expected.IsObject() && key != "dispatcher") Compare(value.GetObject(), expected.GetObject(), full, file);
        }
    }
}
