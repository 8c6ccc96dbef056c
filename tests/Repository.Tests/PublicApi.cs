using System.Reflection;
using System.Runtime.CompilerServices;

namespace Hhs.Repository.Tests;

/// <summary>An assembly's public surface as sorted lines of text, one a type or member.</summary>
internal static class PublicApi
{
    public static IEnumerable<string> Of(Assembly assembly)
    {
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            yield return Head(type);
            foreach (string member in Members(type).Order(StringComparer.Ordinal)) yield return "    " + member;
        }
    }

    private static string Head(Type type)
    {
        string kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : type.IsValueType ? "struct"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        var bases = new List<Type>();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum)) bases.Add(parent);
        bases.AddRange(type.GetInterfaces().Where(i => i.IsPublic || i.IsNestedPublic).OrderBy(Name, StringComparer.Ordinal));
        return $"{kind} {type.Namespace}.{Name(type)}" + (type.IsEnum || bases.Count == 0 ? "" : " : " + string.Join(", ", bases.Select(Name)));
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            foreach (string name in Enum.GetNames(type)) yield return $"{name} = {Convert.ToInt64(Enum.Parse(type, name), null)}";
            yield break;
        }
        foreach (var constructor in type.GetConstructors(Declared).Where(Visible))
            yield return $"{Access(constructor)}new({Parameters(constructor)})";
        foreach (var field in type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily))
            yield return $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)} {field.Name}"
                + (field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "");
        foreach (var property in type.GetProperties(Declared).Where(p => p.GetAccessors(true).Any(Visible) && p.Name != "EqualityContract"))
            yield return Text(property);
        foreach (var changed in type.GetEvents(Declared)) yield return $"event {Name(changed.EventHandlerType!)} {changed.Name}";
        foreach (var method in type.GetMethods(Declared).Where(IsWritten))
            yield return $"{Access(method)}{Name(method.ReturnType)} {method.Name}{Generics(method)}({Parameters(method)})";
    }

    private static string Text(PropertyInfo property)
    {
        var accessors = property.GetAccessors(true).Where(Visible).ToArray();
        string get = accessors.Contains(property.GetMethod) ? "get; " : "";
        string set = !accessors.Contains(property.SetMethod) ? ""
            : property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ";
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        string index = property.GetIndexParameters() is { Length: > 0 } by ? $"[{string.Join(", ", by.Select(p => Name(p.ParameterType)))}]" : "";
        return $"{Access(accessors[0])}{required}{Name(property.PropertyType)} {property.Name}{index} {{ {get}{set}}}";
    }

    // What the compiler adds to a record or a property says nothing that its line does not say already.
    private static bool IsWritten(MethodInfo method) =>
        Visible(method) && !method.IsDefined(typeof(CompilerGeneratedAttribute))
        && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) =>
        (method.IsPublic ? "" : "protected ") + (method.IsStatic ? "static " : method.IsAbstract && method.DeclaringType is { IsInterface: false } ? "abstract " : "");

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        (p.IsOut ? "out " : p.ParameterType.IsByRef ? (p.IsIn ? "in " : "ref ") : p.IsDefined(typeof(ParamArrayAttribute)) || p.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "")
        + Name(p.ParameterType) + " " + p.Name + (p.HasDefaultValue ? $" = {p.DefaultValue ?? "default"}" : "")));

    private static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } inner) return Name(inner) + "?";
        if (type.IsGenericParameter) return type.Name;
        string name = type.Name.Split('`')[0];
        if (type.IsGenericType) name += $"<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
        return type.IsNested ? $"{Name(type.DeclaringType!)}.{name}" : name;
    }

    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
}
