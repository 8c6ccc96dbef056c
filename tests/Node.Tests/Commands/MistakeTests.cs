namespace Hhs.Node.Tests.Commands;

/// <summary>What people mistype, on a store with one set "s": nothing of it changes anything.</summary>
public sealed class MistakeTests(MistakeTests.Store store) : IClassFixture<MistakeTests.Store>
{
    [Theory]
    [InlineData(3, "hhs list", "show", "nothing-here")]
    [InlineData(2, "44 characters", "show", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData(2, "not an object id", "join", "xyz", "--peer", "p")]
    [InlineData(3, "hhs join", "show", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData(1, "does not exist in the set", "remove", "s", "absent")]
    [InlineData(1, "barrier", "add", "s", "x", "--barrier")]
    [InlineData(1, "belongs to object", "create", "set", "s")]
    [InlineData(2, "cannot be a name", "create", "set", "")]
    [InlineData(2, "exclude each other", "create", "set", "t", "--barrier-add", "--barrier-delete")]
    [InlineData(2, "no element", "add", "s")]
    [InlineData(2, "--json-element 'nul'", "add", "s", "--json-element", "nul")]
    [InlineData(2, "KEYID@ws://HOST:PORT", "serve", "--listen", "ws://127.0.0.1:0", "--peer", "127.0.0.1:4000")]
    [InlineData(2, "is not a key id", "serve", "--peer", "key@ws://127.0.0.1:4000")]
    [InlineData(2, "ws://127.0.0.1:4000", "serve", "--listen", "udp://127.0.0.1:0")]
    [InlineData(2, "give --listen", "serve")]
    [InlineData(2, "--help", "frobnicate")]
    [InlineData(2, "configuration cannot be read", "list", "--config", "/nowhere/hhs.conf")]
    [InlineData(2, "--entries must be a whole number such as 2000, from 10 to 1000000: '1' is not", "demo", "--entries", "1")]
    [InlineData(2, "--nodes must be a whole number", "demo", "--nodes", "three")]
    [InlineData(2, "N must be a whole number such as 5 or -3, from -9223372036854775808 to 9223372036854775807: 'x' is not", "inc", "s", "x")]
    [InlineData(2, "'9223372036854775808' is not", "inc", "s", "9223372036854775808")]
    [InlineData(2, "'-1.5' is not", "inc", "s", "-1.5")]
    [InlineData(2, "--initial must be a whole number such as 5 or -3", "create", "counter", "c", "--initial", "ten")]
    [InlineData(2, "AT must be a whole number such as 0, 3 or -1 for the end", "insert", "s", "end", "x")]
    [InlineData(2, "FROM must be a whole number such as 0 or 3", "delete", "s", "-1")]
    [InlineData(2, "COUNT must be a whole number such as 1 or 20, from 1", "delete", "s", "0", "0")]
    [InlineData(2, "BEFORE must be a whole number", "move", "s", "0", "first")]
    [InlineData(2, "CHOICE must be a whole number such as 1 or 2", "resolve", "s", "first")]
    [InlineData(2, "--health must be a whole number such as 8080, from 0 to 65535", "serve", "--listen", "ws://127.0.0.1:0", "--health", "99999")]
    [InlineData(2, "--timeout must be a whole number such as 30, from 1 to 86400", "join", "x", "--timeout", "1s")]
    public async Task A_mistake_is_explained(int code, string says, params string[] command)
    {
        var outcome = await store.Data.HhsAsync(command);
        Assert.True(code == outcome.Code, $"{outcome.Code}: {outcome.Errors}");
        Assert.StartsWith("hhs: ", outcome.Errors);
        Assert.Contains(says, outcome.Errors);
        Assert.DoesNotContain("System.", outcome.Errors, StringComparison.Ordinal);
    }

    public sealed class Store : IAsyncLifetime
    {
        internal DataFolder Data { get; } = new();

        public async ValueTask InitializeAsync() => await Data.CreateSetAsync("s");

        public ValueTask DisposeAsync()
        {
            Data.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
