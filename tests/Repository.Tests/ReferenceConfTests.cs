using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Hhs.Actors.Settings;

namespace Hhs.Repository.Tests;

/// <summary>hocon/reference.conf says what the code does: each key is read, explained, and has the code's own default.</summary>
public sealed partial class ReferenceConfTests
{
    private static readonly string Text = Repository.Read("hocon/reference.conf");
    private static readonly string[] AllKeys = [.. Leaves("hhs", HhsSettings.Reference.Root.GetObject().GetKey("hhs"))];

    // Akka itself reads a dispatcher; the settings do not.
    private static readonly string[] OwnKeys = [.. AllKeys.Where(key => !key.Contains(".dispatcher.", StringComparison.Ordinal))];

    public static TheoryData<string> Keys => [.. OwnKeys];

    [Fact]
    public void The_defaults_of_the_file_are_the_defaults_of_the_code() =>
        Assert.Equal(Describe(new HhsSettings()), Describe(HhsSettings.FromConfig(Config.Empty)));

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_key_sets_one_setting_and_no_other(string key) => Assert.Single(ChangedBy(key));

    [Fact]
    public void Every_setting_of_a_node_has_its_key()
    {
        var reached = OwnKeys.SelectMany(ChangedBy).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Describe(new HhsSettings()).Keys.Except(reached).Except(OnlyInCode));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Nonsense_is_refused_by_the_name_of_the_key(string key)
    {
        if (IsPath(key)) return;   // any text names a file or folder
        foreach (string nonsense in NonsenseFor(key, HhsSettings.Reference.GetString(key), IsList(key)))
        {
            var config = ConfigurationFactory.ParseString($"{key} = {nonsense}");
            var refusal = Assert.Throws<ConfigurationException>(() => HhsSettings.FromConfig(config));
            Assert.Contains(key, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("hhs.mesh.redail-min = 1s", "hhs.mesh.redail-min")]
    [InlineData("hhs.jounal { commit-entries-max = 5 }", "hhs.jounal")]
    public void A_mistyped_key_is_refused_by_its_name(string text, string key)
    {
        var refusal = Assert.Throws<ConfigurationException>(() => HhsSettings.FromConfig(ConfigurationFactory.ParseString(text)));
        Assert.Contains(key, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_key_is_explained_above_it()
    {
        string[] lines = Text.Split('\n');
        var bare = new List<string>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (!KeyLine().IsMatch(lines[i])) continue;
            int above = i - 1;
            while (above >= 0 && KeyLine().IsMatch(lines[above])) above--;   // one comment may stand over a pair
            bool inDispatcher = above >= 0 && lines[above].TrimEnd().EndsWith("dispatcher {", StringComparison.Ordinal);
            if (!inDispatcher && (above < 0 || !lines[above].TrimStart().StartsWith('#'))) bare.Add(lines[i].Trim());
        }
        Assert.Empty(bare);
    }

    [Fact]
    public void The_annotated_example_holds_known_keys_and_is_accepted()
    {
        var example = ConfigurationFactory.ParseString(Repository.Read("hocon/node.conf"));
        var keys = Leaves("hhs", example.Root.GetObject().GetKey("hhs")).ToArray();
        Assert.NotEmpty(keys);
        Assert.Empty(keys.Except(AllKeys));
        HhsSettings.FromConfig(example);
    }

    private static List<string> ChangedBy(string key)
    {
        var before = Describe(HhsSettings.FromConfig(Config.Empty));
        var after = Describe(HhsSettings.FromConfig(ConfigurationFactory.ParseString($"{key} = {OtherThan(key)}")));
        return [.. before.Keys.Where(name => before[name] != after[name])];
    }

    private static string OtherThan(string key) => key switch
    {
        _ when IsPath(key) => "\"elsewhere\"",
        "hhs.journal.provider" => "memory",
        "hhs.journal.postgresql.connection-string" => "\"Host=db\"",
        "hhs.journal.postgresql.schema" or "hhs.journal.akka-persistence.plugin" or "hhs.journal.akka-persistence.prefix" => "elsewhere",
        "hhs.relay.allow" => $"[\"{new string('A', 43)}=\"]",
        "hhs.announce" => "[\"wss://127.0.0.1:4001\"]",
        "hhs.trackers" => "[\"ws://127.0.0.1:4001\"]",
        "hhs.listen" => "[\"ws://127.0.0.1:4001\"]",
        "hhs.peers" => $"[\"{new string('A', 43)}=@ws://127.0.0.1:4001\"]",
        _ => HhsSettings.Reference.GetString(key) switch
        {
            "true" => "false",
            "false" => "true",
            var text when Quantity().Match(text) is { Success: true } match => $"{2 * long.Parse(match.Groups[1].Value, null)}{match.Groups[2].Value}",
            var text => throw new InvalidOperationException($"{key}: no other value known than {text}"),
        },
    };

    private static string[] NonsenseFor(string key, string value, bool list) => value switch
    {
        _ when list => ["[nonsense]", "[\"\"]"],
        "true" or "false" => ["nonsense", "7"],
        _ when key == "hhs.journal.postgresql.schema" => ["0", "-1", "Large", "\"two words\"", "\"\""],
        _ when key is "hhs.journal.akka-persistence.plugin" or "hhs.journal.akka-persistence.prefix" => ["\"a/b\"", "\"two words\"", "\"\""],
        _ when key == "hhs.transport.inbound-per-address-max" => ["nonsense", "-1", "99999999999999999999"],   // 0: no limit
        _ => ["nonsense", "0", "-1", "99999999999999999999"],
    };

    private static bool IsPath(string key) => key is "hhs.data-directory" or "hhs.identity-file" || key.StartsWith("hhs.transport.tls.", StringComparison.Ordinal);

    private static bool IsList(string key) => key is "hhs.relay.allow" or "hhs.announce" or "hhs.listen" or "hhs.peers" or "hhs.trackers";

    private static IEnumerable<string> Leaves(string path, HoconValue value) => value.IsObject()
        ? value.GetObject().Items.SelectMany(item => Leaves($"{path}.{item.Key}", item.Value))
        : [path];

    // Settings as text, one line a leaf: records compare lists by identity, this by content.
    private static SortedDictionary<string, string> Describe(HhsSettings settings)
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add("", settings);
        return lines;

        void Add(string path, object? value)
        {
            bool section = path.Length == 0 || (value?.GetType().Namespace?.StartsWith("Hhs.", StringComparison.Ordinal) == true && value.GetType().Name.EndsWith("Settings", StringComparison.Ordinal)) || path == "Transport";
            if (!section)
            {
                lines[path] = value switch
                {
                    null => "none",
                    string text => text,
                    IEnumerable items => string.Join(", ", items.Cast<object>()),
                    _ => $"{value}",
                };
                return;
            }
            foreach (var property in value!.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
                Add(path.Length == 0 ? property.Name : $"{path}.{property.Name}", property.GetValue(value));
        }
    }

    // An app gives these as objects; no text stands for them.
    private static readonly string[] OnlyInCode = [nameof(HhsSettings.Clock), nameof(HhsSettings.ExtraTransports), nameof(HhsSettings.Identity), nameof(HhsSettings.Registry), nameof(HhsSettings.Store), nameof(HhsSettings.Types)];

    [GeneratedRegex(@"^\s*[a-z][a-z-]*\s*=")]
    private static partial Regex KeyLine();

    [GeneratedRegex(@"^(\d+)(\s*[A-Za-z]*)$")]
    private static partial Regex Quantity();
}
