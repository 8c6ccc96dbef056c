using Hhs.Model.Hashing;
using Hhs.Model.Identity;

namespace Hhs.Protocols.Relay;

/// <summary>An object that a relay hosts, or is fetching.</summary>
/// <param name="Id">The object.</param>
/// <param name="Owner">The key id that asked for it first, for whom it counts.</param>
/// <param name="LastUsed">When somebody last asked for it, took part in it or wrote to it.</param>
public sealed record HostedObject(ContentHash Id, KeyId Owner, DateTimeOffset LastUsed)
{
    /// <summary>What it takes in the store.</summary>
    public long Bytes { get; init; }

    /// <summary>Connected peers that take part in it.</summary>
    public int Users { get; init; }

    /// <summary>Why it is not carried any more; null while it is.</summary>
    public RelayStop? Stopped { get; init; }
}

/// <summary>Which bound an object has gone beyond by growing.</summary>
public enum RelayStop
{
    /// <summary>That of one object: for good, or until the bound is raised.</summary>
    ObjectBytes,
    /// <summary>That of its owner's objects together.</summary>
    KeyBytes,
    /// <summary>That of the relay.</summary>
    AllBytes,
}
