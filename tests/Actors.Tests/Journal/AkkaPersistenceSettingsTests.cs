using Akka.Configuration;
using Hhs.Actors.Journal;
using Hhs.Actors.Settings;

namespace Hhs.Actors.Tests.Journal;

/// <summary>What the configuration of a store in Akka.Persistence must say, and what a program says that has no such store.</summary>
public sealed class AkkaPersistenceSettingsTests
{
    private const string Plugin = "akka.persistence.journal.sql";

    private static JournalSettings Read(string hocon) => HhsSettings.FromConfig(ConfigurationFactory.ParseString("hhs.journal.provider = akka-persistence\n" + hocon)).Journal;

    private static string Section(string provider) => $"{Plugin} {{\n connection-string = \"x\"\n provider-name = \"{provider}\"\n }}\n";

    [Fact]
    public void The_section_of_the_plugin_is_kept_and_tells_whether_nodes_can_share_the_store()
    {
        var shared = Read(Section("PostgreSQL.15"));
        Assert.Equal((JournalProvider.AkkaPersistence, true), (shared.Provider, shared.IsShared));
        Assert.Equal("PostgreSQL.15", shared.AkkaPersistence.Config.GetString(Plugin + ".provider-name"));
        Assert.False(Read(Section("SQLite.MS")).IsShared);
    }

    [Theory]
    [InlineData("", "there is no section akka.persistence.journal.sql")]
    [InlineData(Plugin + ".provider-name = \"PostgreSQL.15\"", "needs connection-string and provider-name")]
    [InlineData(Plugin + " {\n connection-string = x\n provider-name = \"SqlServer.2019\"\n }", "stores are kept in PostgreSQL or SQLite")]
    [InlineData(Plugin + " {\n connection-string = x\n provider-name = \"SQLite.MS\"\n class = \"Other.Journal, Other\"\n }", "with Akka.Persistence.Sql only")]
    [InlineData(Plugin + " {\n connection-string = x\n provider-name = \"SQLite.MS\"\n }\n hhs.journal.akka-persistence.prefix = \"a/b\"", "prefix")]
    public void What_cannot_work_is_refused_by_the_name_of_its_key(string hocon, string why)
    {
        string message = Assert.Throws<ConfigurationException>(() => Read(hocon)).Message;
        Assert.StartsWith("hhs.journal.akka-persistence.", message, StringComparison.Ordinal);
        Assert.Contains(why, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_provider_needs_no_such_section() => Assert.Equal(JournalProvider.Memory, HhsSettings.FromConfig(ConfigurationFactory.ParseString("hhs.journal.provider = memory")).Journal.Provider);

    [Fact]
    public void A_provider_that_there_is_not_is_answered_by_those_that_there_are() => Assert.Contains("akka-persistence",
        Assert.Throws<ConfigurationException>(() => HhsSettings.FromConfig(ConfigurationFactory.ParseString("hhs.journal.provider = akkapersistence"))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_program_without_Hhs_Cluster_says_how_to_get_one_that_has_it() => Assert.Contains("AkkaFeed=nuget",
        Assert.Throws<ConfigurationException>(() => JournalStore.Open(Read(Section("SQLite.MS")), directory: null)).Message, StringComparison.Ordinal);
}
