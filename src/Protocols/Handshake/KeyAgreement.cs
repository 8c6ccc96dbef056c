using System.Security.Cryptography;
using System.Text;
using Hhs.Protocols.Channel;

namespace Hhs.Protocols.Handshake;

/// <summary>What a key-agreement name in message 1 stands for: a KEM, the labels of its keys, and how strictly messages are read.</summary>
/// <remarks>
/// <para>The original has a flaw that it cannot be rid of by one side: the identity box of message 3 and the initiator's first
/// frame use one key and one nonce, so an eavesdropper who can guess the first frame reads the initiator's name (supplement
/// 7.4). Our own name selects the same messages with a key of its own for that box. It is offered first; the original skips
/// names it does not know; and message 1 is in the transcript that the responder signs, so nobody can strip it on the way.</para>
/// <para>More KEMs, post-quantum ones included, join as further instances.</para>
/// </remarks>
public sealed class KeyAgreement
{
    private readonly byte[] _identity, _initiatorToResponder, _responderToInitiator;

    internal KeyAgreement(string name, PeerKind kind, IKem kem, string identity, string initiatorToResponder, string responderToInitiator)
    {
        Name = name;
        Kind = kind;
        Kem = kem;
        _identity = Encoding.ASCII.GetBytes(identity);
        _initiatorToResponder = Encoding.ASCII.GetBytes(initiatorToResponder);
        _responderToInitiator = Encoding.ASCII.GetBytes(responderToInitiator);
    }

    /// <summary>Ours: a key of its own for the identity box, and messages read to the letter.</summary>
    public static readonly KeyAgreement Native = new(
        "hhs-actors/x25519-hkdf-v1", PeerKind.Native, new X25519Kem(),
        "hhs-actors-identity-i2r", "hhs-actors-i2r", "hhs-actors-r2i");

    /// <summary>The original's: the identity box shares key and nonce with the first frame.</summary>
    /// <remarks>The labels are those of the running code, not of the published text. Source: supplement 0.1.</remarks>
    public static readonly KeyAgreement Original = new(
        "x25519-hkdf", PeerKind.Original, new X25519Kem(), "hhs3-auth-i2r", "hhs3-auth-i2r", "hhs3-auth-r2i");

    /// <summary>The name in messages 1 and 2.</summary>
    public string Name { get; }

    /// <summary>What choosing it shows about the peer.</summary>
    public PeerKind Kind { get; }

    /// <summary>The mechanism.</summary>
    public IKem Kem { get; }

    /// <summary>Whether extra fields, trailing bytes and odd lengths close the connection, which the original lets pass.</summary>
    internal bool Strict => Kind == PeerKind.Native;

    internal SessionKeys Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> t3) =>
        new(Key(secret, t3, _identity), Key(secret, t3, _initiatorToResponder), Key(secret, t3, _responderToInitiator));

    private static byte[] Key(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info)
    {
        var key = new byte[ChannelKeys.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt, info);
        return key;
    }
}

/// <summary>The three keys of one connection.</summary>
internal readonly record struct SessionKeys(byte[] Identity, byte[] InitiatorToResponder, byte[] ResponderToInitiator)
{
    public ChannelKeys ForInitiator => new(InitiatorToResponder, ResponderToInitiator);

    public ChannelKeys ForResponder => new(ResponderToInitiator, InitiatorToResponder);
}
