Console.WriteLine("hhs");
