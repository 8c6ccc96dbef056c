using System.Globalization;
using Hhs.Bench;
using Hhs.Bench.Cluster;
using Hhs.Bench.Load;
using Hhs.Bench.Micro;
using Hhs.Bench.Privacy;
using Hhs.Simulation.Tests.Fetching;
using Hhs.Simulation.Tests.Gossip;

string scenario = args.FirstOrDefault() ?? "";
switch (scenario)
{
    case "akka-journal": AkkaJournalScenario.Run(Console.Out); break;
    case "cluster": await ClusterScenario.RunAsync(Console.Out); break;
    case "dag": DagScenario.Run(Console.Out); break;
    case "fetch": FetchScenario.Run(Console.Out); break;
    case "gossip": GossipScenario.Run(Console.Out); break;
    case "histories": return HistoriesScenario.Run(Console.Out, args.Length > 1 ? int.Parse(args[1]) : 100_000, args.Length > 2 ? int.Parse(args[2]) : 1_000_000);
    case "journal": JournalScenario.Run(Console.Out); break;
    case "load": await LoadScenario.RunAsync(Console.Out, args.Length > 1 ? int.Parse(args[1]) : 1000, args.Length > 2 ? double.Parse(args[2], CultureInfo.InvariantCulture) : 0); break;
    case "load-node": await LoadNode.RunAsync(int.Parse(args[1]), int.Parse(args[2]), int.Parse(args[3])); break;
    case "micro": return MicroBenchmarks.Run(args.Length > 1 ? args[1] : "");
    case "model": ModelScenario.Run(Console.Out); break;
    case "objects": await ObjectsScenario.RunAsync(Console.Out, args.Length > 1 ? int.Parse(args[1]) : 20_000); break;
    case "objects-node": await ObjectsScenario.MeasureAsync(Console.Out, args[1], int.Parse(args[2])); break;
    case "privacy": await PrivacyScenario.RunAsync(Console.Out, args.Length > 1 ? int.Parse(args[1]) : 20_000); break;
    case "sync": SyncScenario.Run(Console.Out); break;
    case "nodes" when args.Length == 3: await NodesScenario.RunAsync(Console.Out, (int.Parse(args[1]), int.Parse(args[2]))); break;
    case "nodes": await NodesScenario.RunAsync(Console.Out, (2_000, 1), (10_000, 1), (50_000, 1), (100_000, 1), (10_000, 64), (50_000, 64), (100_000, 64)); break;
    case "space": SpaceScenario.Run(Console.Out, args.Length > 1 ? [int.Parse(args[1])] : [10_000, 100_000]); break;
    case "text": TextScenario.Run(Console.Out); break;
    case "text-trace": TextScenario.WriteTrace(Console.Out); break;
    case "smoke": await NodesScenario.RunAsync(Console.Out, (1_000, 1), (1_000, 8)); break;
    default:
        Console.Error.WriteLine($"unknown scenario '{scenario}': use one of akka-journal, cluster, dag, fetch, gossip, histories [COUNT [FIRST SEED]], journal, load [SESSIONS [MINUTES]], micro [FILTER], model, nodes [ENTRIES BRANCHES], objects [COUNT], privacy [ASKS], smoke, space [TRANSACTIONS], sync, text, text-trace");
        return 2;
}
return 0;
