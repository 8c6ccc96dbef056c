using System.Reflection.Metadata;
using Hyperion;

namespace Hhs.Cluster.Wire;

/// <summary>The types that messages of the facade are made of: by full names, whatever they are nested in.</summary>
/// <param name="assemblies">The host app's, beside ours.</param>
internal sealed class AllowedTypes(IEnumerable<string> assemblies) : ITypeFilter
{
    private readonly HashSet<string> _assemblies = new(assemblies, StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool IsAllowed(string typeName) => TypeName.TryParse(
        typeName.Replace($"{Core},%core%", Core, StringComparison.Ordinal).Replace("%core%", Core, StringComparison.Ordinal), out var name) && IsAllowed(name);

    private bool IsAllowed(TypeName name)
    {
        if (name.IsArray) return IsAllowed(name.GetElementType());
        if (name.IsConstructedGenericType) return IsAllowed(name.GetGenericTypeDefinition()) && name.GetGenericArguments().All(IsAllowed);
        string assembly = name.AssemblyName?.Name ?? "";
        if (_assemblies.Contains(assembly) || name.FullName.StartsWith(CollectionExpression, StringComparison.Ordinal)) return true;
        if (assembly.StartsWith("System.", StringComparison.Ordinal) || assembly == "mscorlib") return OfTheSystem.Contains(name.FullName);
        return Ours.TryGetValue(assembly, out var namespaces) && !Never.Contains(name.FullName)
            && Array.Exists(namespaces, n => name.FullName.StartsWith(n, StringComparison.Ordinal));
    }

    // What messages are made of, and not what has sockets, files or actors.
    private static readonly Dictionary<string, string[]> Ours = new(StringComparer.Ordinal)
    {
        ["Hhs.Actors"] = ["Hhs.Actors.Objects."],
        ["Hhs.Cluster"] = ["Hhs.Cluster.Wire.FacadeSerializer+"],
        ["Hhs.Model"] = ["Hhs.Model."],
        ["Hhs.Protocols"] = ["Hhs.Protocols.Sync."],
    };

    private static readonly HashSet<string> Never = new(StringComparer.Ordinal) { "Hhs.Model.Identity.SecretKey" };

    private static readonly HashSet<string> OfTheSystem = new(StringComparer.Ordinal)
    {
        "System.Boolean", "System.Byte", "System.Char", "System.DateTime", "System.Decimal", "System.Double", "System.Guid", "System.Int16", "System.Int32", "System.Int64",
        "System.Nullable`1", "System.Numerics.BigInteger", "System.Object", "System.Single", "System.String", "System.TimeSpan", "System.UInt16", "System.UInt32", "System.UInt64",
        "System.Collections.Generic.Dictionary`2", "System.Collections.Generic.HashSet`1", "System.Collections.Generic.KeyValuePair`2", "System.Collections.Generic.List`1",
        "System.Collections.Generic.SortedDictionary`2", "System.Collections.Immutable.ImmutableArray`1",
        "System.Tuple`2", "System.ValueTuple`2", "System.ValueTuple`3", "System.ValueTuple`4", "System.ValueTuple`5",
    };

    // Hyperion writes %core% for it, in place of its name or behind it.
    private const string Core = "System.Private.CoreLib";

    // What the compiler makes of a collection expression, in whatever assembly it stands; it holds what it is given, and that is looked at too.
    private const string CollectionExpression = "<>z__ReadOnly";
}
