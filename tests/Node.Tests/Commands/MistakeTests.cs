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
    [InlineData(2, "ws://127.0.0.1:4000", "serve", "--listen", "tcp://127.0.0.1:0")]
    [InlineData(2, "give --listen", "serve")]
    [InlineData(2, "--help", "frobnicate")]
    [InlineData(2, "configuration cannot be read", "list", "--config", "/nowhere/hhs.conf")]
    [InlineData(2, "--entries", "demo", "--entries", "1")]
    public async Task A_mistake_is_explained(int code, string says, params string[] command)
    {
        var outcome = await store.Data.HhsAsync(command);
        Assert.True(code == outcome.Code, $"{outcome.Code}: {outcome.Errors}");
        Assert.StartsWith("hhs: ", outcome.Errors);
        Assert.Contains(says, outcome.Errors);
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
