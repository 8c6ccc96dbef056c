namespace Hhs.Node.Tests;

/// <summary>The executable says and does what its entry point does when it is called in a test's process.</summary>
public sealed class ExecutableTests
{
    [Fact]
    public async Task What_a_command_answers_is_what_it_answers_in_a_process_of_its_own()
    {
        using var data = new DataFolder();
        Assert.Equal(0, (await HhsProcess.RunAsync("create", "counter", "visits", "--seed", "s", "--data", data.Path)).Code);
        Assert.Equal(0, (await data.HhsAsync("inc", "visits", "3")).Code);
        foreach (string[] arguments in (string[][])[["show", "visits"], ["show", "visits", "--json"], ["list"], ["id"], ["show", "nothing"]])
        {
            var (here, there) = (await data.HhsAsync(arguments), await HhsProcess.RunAsync([.. arguments, "--data", data.Path]));
            Assert.Equal((there.Code, there.Output, there.Errors), (here.Code, here.Output, here.Errors));
        }
        // These name the executable, which a test's process is not.
        foreach (string[] arguments in (string[][])[["inc", "visits", "many"], ["nonsense"], ["inc", "--help"]])
            Assert.Equal((await HhsProcess.RunAsync([.. arguments, "--data", data.Path])).Code, (await data.HhsAsync(arguments)).Code);
    }
}
