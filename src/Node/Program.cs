return await Hhs.Node.CommandLine.RunAsync(args);
