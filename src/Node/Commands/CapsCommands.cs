using System.CommandLine;
using Hhs.Actors.Node;
using Hhs.Model.Hashing;
using Hhs.Model.Identity;
using Hhs.Model.Types.Capabilities;
using Hhs.Model.Types.Space;

namespace Hhs.Node.Commands;

/// <summary><c>hhs enroll</c>, <c>define</c>, <c>abolish</c>, <c>grant</c>, <c>revoke</c> and <c>advance</c>: who may do what.</summary>
internal static class CapsCommands
{
    public static Command Enroll()
    {
        var keys = new Argument<string[]>("PUBLICKEY") { Description = "Public keys, as 'hhs id' shows them on their owners' machines", Arity = ArgumentArity.OneOrMore };
        return ObjectCommand.Writing(new Command("enroll", "Make identities known to a capability object") { keys }, async (parsed, node, handle) =>
        {
            PublicKey[] all = [.. parsed.GetValue(keys)!.Select(ParseKey)];
            var caps = Caps(handle, "enroll");
            ContentHash entry = default;
            foreach (var key in all) entry = await caps.AddIdentityAsync(key);
            return (entry, $"enrolled {string.Join(", ", all.Select(k => k.KeyId))}");
        });
    }

    public static Command Grant() => OnHolder(new Command("grant", "Give a capability to an identity"), "granted", (caps, who, cap) => caps.GrantAsync(who, cap));

    public static Command Revoke() =>
        OnHolder(new Command("revoke", "Take a capability from an identity: what it did before stands, what it does concurrently does not"), "revoked", (caps, who, cap) => caps.RevokeAsync(who, cap));

    public static Command Advance() => ObjectCommand.Writing(
        new Command("advance", "Make the present state of an object's capability object count for the object"),
        async (_, _, handle) => (await handle.AdvanceReferenceAsync(), "advanced"));

    public static Command Define()
    {
        var name = new Argument<string>("CAPABILITY") { Description = "Name of the new capability" };
        var managers = new Option<string[]>("--managed-by") { Description = "Capability whose holders may grant and revoke it; creators always may", HelpName = "CAPABILITY" };
        return ObjectCommand.Writing(new Command("define", "Make a capability in a capability object") { name, managers }, async (parsed, _, handle) =>
        {
            string[] by = parsed.GetValue(managers) is { Length: > 0 } given ? given : [CapabilityType.CreatorManager];
            RequireFree(parsed.GetValue(name)!);
            return (await Caps(handle, "define").CreateCapabilityAsync(parsed.GetValue(name)!, by), $"defined {parsed.GetValue(name)}");
        });
    }

    public static Command Abolish()
    {
        var name = new Argument<string>("CAPABILITY") { Description = "Name of the capability" };
        return ObjectCommand.Writing(new Command("abolish", "Take a capability away from everybody") { name }, async (parsed, _, handle) =>
            (await Caps(handle, "abolish").DeleteCapabilityAsync(parsed.GetValue(name)!), $"abolished {parsed.GetValue(name)}"));
    }

    /// <summary>Refuses the name that cannot be a capability's.</summary>
    public static void RequireFree(string name)
    {
        if (name == CapabilityType.CreatorManager)
            throw CommandException.BadInput($"'{name}' is reserved: as a manager it stands for the creators, who hold every capability: give the capability another name");
    }

    private static Command OnHolder(Command command, string done, Func<CapabilitiesHandle, KeyId, string, Task<ContentHash>> write)
    {
        var who = new Argument<string>("KEYID") { Description = "Key id (or public key) of the identity, as 'hhs id' shows it there" };
        var cap = new Argument<string>("CAPABILITY") { Description = "Name of the capability" };
        command.Arguments.Add(who);
        command.Arguments.Add(cap);
        return ObjectCommand.Writing(command, async (parsed, _, handle) =>
        {
            var id = ParseId(parsed.GetValue(who)!);
            string name = parsed.GetValue(cap)!;
            return (await write(Caps(handle, command.Name), id, name), $"{done} {name}: {id}");
        });
    }

    private static CapabilitiesHandle Caps(ObjectHandle handle, string command) =>
        Kinds.Of(handle.TypeId) == Kinds.Caps || handle.TypeId == SpaceType.Id ? new(handle) : throw Kinds.Wrong(handle, command, "capability object, or space with capabilities");

    /// <summary>Reads a key id, or takes it of a public key.</summary>
    public static KeyId ParseId(string text) =>
        KeyId.TryParse(text, out var id) ? id
        : PublicKey.TryDecodeBase64(text, out var key, out _) ? key.KeyId
        : throw CommandException.BadInput($"'{text}' is not a key id: expected {ContentHash.TextLength} characters of Base64, as 'hhs id' shows them there");

    // A key id is Base64 too, and could be taken for a key of some odd suite.
    private static PublicKey ParseKey(string text) =>
        KeyId.TryParse(text, out _) ? throw CommandException.BadInput($"'{text}' is a key id: enrolling needs the public key, which 'hhs id' shows beside it")
        : PublicKey.TryDecodeBase64(text, out var key, out _) ? key
        : throw CommandException.BadInput($"'{text}' is not a public key: expected what 'hhs id' shows on its owner's machine");
}
