using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Hhs.Model;
using Hhs.Model.Dag;
using Hhs.Model.Hashing;
using Hhs.Model.Json;

namespace Hhs.Protocols.Wire;

/// <summary>Reads sync messages: cuts the envelope into fields, then reads the fields that the type asks for.</summary>
internal ref struct SyncMessageReader
{
    private ReadOnlySpan<byte> _autoPayload, _complete, _createPayload, _dagId, _frontier, _hash, _hashes, _headerCount, _headers,
        _limits, _maxHeaders, _objectId, _payload, _payloadCount, _requestId, _sequence, _start, _type;

    private Reject _why;

    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out SyncMessage? message, out Reject why)
    {
        message = null;
        if (utf8.Length > WireLimits.MessageBytesMax)
        {
            why = new(RejectCode.OverLimit, $"a sync message of {utf8.Length} bytes, at most {WireLimits.MessageBytesMax} allowed");
            return false;
        }
        var reader = new SyncMessageReader();
        if (reader.Cut(utf8)) message = reader.Message();
        why = reader._why;
        return message is not null;
    }

    private bool Cut(ReadOnlySpan<byte> utf8)
    {
        var parts = JsonParts.OfMap(utf8);
        while (parts.Next(out var key, out var value)) Keep(key, value);
        return !parts.Broken || Fail("not one JSON object");
    }

    // Of equal keys the last wins, as in JSON.parse.
    private void Keep(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        switch (key[1..^1])
        {
            case var k when k.SequenceEqual("type"u8): _type = value; break;
            case var k when k.SequenceEqual("requestId"u8): _requestId = value; break;
            case var k when k.SequenceEqual("sequence"u8): _sequence = value; break;
            case var k when k.SequenceEqual("hash"u8): _hash = value; break;
            case var k when k.SequenceEqual("payload"u8): _payload = value; break;
            case var k when k.SequenceEqual("headers"u8): _headers = value; break;
            case var k when k.SequenceEqual("dagId"u8): _dagId = value; break;
            case var k when k.SequenceEqual("frontier"u8): _frontier = value; break;
            case var k when k.SequenceEqual("start"u8): _start = value; break;
            case var k when k.SequenceEqual("limits"u8): _limits = value; break;
            case var k when k.SequenceEqual("maxHeaders"u8): _maxHeaders = value; break;
            case var k when k.SequenceEqual("autoPayload"u8): _autoPayload = value; break;
            case var k when k.SequenceEqual("headerCount"u8): _headerCount = value; break;
            case var k when k.SequenceEqual("complete"u8): _complete = value; break;
            case var k when k.SequenceEqual("payloadCount"u8): _payloadCount = value; break;
            case var k when k.SequenceEqual("hashes"u8): _hashes = value; break;
            case var k when k.SequenceEqual("objectId"u8): _objectId = value; break;
            case var k when k.SequenceEqual("createPayload"u8): _createPayload = value; break;
        }
    }

    private SyncMessage? Message()
    {
        if (!TryText(_type, "type", WireLimits.MessageBytesMax, out var type)) return null;
        return type switch
        {
            "cancel-request" => TryRequestId(out var id) ? new SyncMessage.CancelRequest(id) : null,
            "header-batch" => HeaderBatch(),
            "header-request" => HeaderRequest(),
            "header-response-meta" => HeaderResponseMeta(),
            "init-request" => TryHash(_objectId, "objectId", out var id) ? new SyncMessage.InitRequest(id) : null,
            "init-response" => InitResponse(),
            "new-frontier" => NewFrontier(),
            "payload-msg" => PayloadMsg(),
            "payload-request" => PayloadRequest(),
            "payload-response-meta" => PayloadResponseMeta(),
            _ => new SyncMessage.Unknown(type.Length > 64 ? type[..64] : type),
        };
    }

    private SyncMessage.HeaderBatch? HeaderBatch() =>
        TryRequestId(out var id) && TryCount(_sequence, "sequence", out int sequence) && TryHeaders(out var headers)
            ? new(id, sequence, headers) : null;

    private SyncMessage.HeaderRequest? HeaderRequest() =>
        TryRequestId(out var id) && TryHash(_dagId, "dagId", out var dagId)
        && TryHashes(_start, "start", out var start) && TryHashes(_limits, "limits", out var limits)
        && TryCount(_maxHeaders, "maxHeaders", out int maxHeaders) && TryFlag(_autoPayload, "autoPayload", out bool autoPayload)
            ? new(id, dagId, start, limits, maxHeaders, autoPayload) : null;

    private SyncMessage.HeaderResponseMeta? HeaderResponseMeta() =>
        TryRequestId(out var id) && TryCount(_headerCount, "headerCount", out int headers)
        && TryFlag(_complete, "complete", out bool complete) && TryCount(_payloadCount, "payloadCount", out int payloads)
            ? new(id, headers, complete, payloads) : null;

    private SyncMessage.InitResponse? InitResponse() =>
        TryHash(_objectId, "objectId", out var id) && TryPayload(_createPayload, "createPayload", out var payload)
            ? new(id, payload) : null;

    private SyncMessage.NewFrontier? NewFrontier() =>
        TryHash(_dagId, "dagId", out var dagId) && TryHashes(_frontier, "frontier", out var tips)
            ? new(dagId, Position.Of(tips)) : null;

    private SyncMessage.PayloadMsg? PayloadMsg() =>
        TryRequestId(out var id) && TryCount(_sequence, "sequence", out int sequence)
        && TryHash(_hash, "hash", out var hash) && TryPayload(_payload, "payload", out var payload)
            ? new(id, sequence, hash, payload) : null;

    private SyncMessage.PayloadRequest? PayloadRequest() =>
        TryRequestId(out var id) && TryHash(_dagId, "dagId", out var dagId) && TryHashes(_hashes, "hashes", out var hashes)
            ? new(id, dagId, hashes) : null;

    private SyncMessage.PayloadResponseMeta? PayloadResponseMeta() =>
        TryRequestId(out var id) && TryCount(_payloadCount, "payloadCount", out int payloads) ? new(id, payloads) : null;

    private bool TryHeaders(out NamedHeader[] headers)
    {
        headers = [];
        var read = new List<NamedHeader>(256);
        var items = JsonParts.OfArray(_headers);
        while (items.Next(out var item))
        {
            if (read.Count == WireLimits.HeadersPerBatchMax) return TooMany("headers", WireLimits.HeadersPerBatchMax);
            ReadOnlySpan<byte> hashText = default, headerText = default;
            var fields = JsonParts.OfMap(item);
            while (fields.Next(out var key, out var value))
            {
                if (key.SequenceEqual("\"hash\""u8)) hashText = value;
                else if (key.SequenceEqual("\"header\""u8)) headerText = value;
            }
            if (fields.Broken) return Fail("headers holds what is no map");
            if (!TryHash(hashText, "hash", out var hash) || !TryHeader(headerText, out var header)) return false;
            read.Add(new(hash, header));
        }
        if (items.Broken) return Fail("headers is not an array");
        headers = [.. read];
        return true;
    }

    // supplement section 2: exactly the two fields, before anything is hashed.
    private bool TryHeader(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Header? header)
    {
        header = null;
        ReadOnlySpan<byte> payloadText = default, prevText = default;
        int count = 0;
        var fields = JsonParts.OfMap(text);
        while (fields.Next(out var key, out var value))
        {
            count++;
            if (key.SequenceEqual("\"payloadHash\""u8)) payloadText = value;
            else if (key.SequenceEqual("\"prevEntryHashes\""u8)) prevText = value;
        }
        if (fields.Broken || count != 2 || payloadText.IsEmpty || prevText.IsEmpty) return Fail("a header has the two fields payloadHash and prevEntryHashes");
        if (!TryHash(payloadText, "payloadHash", out var payloadHash) || !TryHashSet(prevText, out var prev)) return false;
        header = new(payloadHash, prev);
        return true;
    }

    private bool TryHashSet(ReadOnlySpan<byte> text, out Position set)
    {
        set = Position.Empty;
        var parts = JsonParts.OfMap(text);
        ContentHash only = default;
        List<ContentHash>? more = null;
        int count = 0;
        while (parts.Next(out var key, out var value))
        {
            if (!value.SequenceEqual("\"\""u8)) return Fail("a set of hashes maps each hash to the empty string");
            if (++count > Limits.PrevEntryHashesMax) return TooMany("prevEntryHashes", Limits.PrevEntryHashesMax);
            if (!TryHash(key, "prevEntryHashes", out var hash)) return false;
            if (count == 1) only = hash;
            else (more ??= [only]).Add(hash);
        }
        if (parts.Broken) return Fail("prevEntryHashes is not a map");
        if (more is not null) set = Position.Of([.. more]);
        else if (count == 1) set = [only];
        return true;
    }

    private bool TryHashes(ReadOnlySpan<byte> text, string name, out ContentHash[] hashes)
    {
        hashes = [];
        var read = new List<ContentHash>();
        var items = JsonParts.OfArray(text);
        while (items.Next(out var item))
        {
            if (read.Count == WireLimits.HashesMax) return TooMany(name, WireLimits.HashesMax);
            if (!TryHash(item, name, out var hash)) return false;
            read.Add(hash);
        }
        if (items.Broken) return Fail($"{name} is not an array");
        hashes = [.. read];
        return true;
    }

    private bool TryHash(ReadOnlySpan<byte> text, string name, out ContentHash hash)
    {
        if (text.Length == ContentHash.TextLength + 2 && text[0] == (byte)'"' && ContentHash.TryParse(text[1..^1], out hash)) return true;
        hash = default;
        // JSON allows the slash of Base64 to be escaped; nobody does, so it need not be fast.
        return TryText(text, name, HashBytesMax, out var spelled) && (ContentHash.TryParse(spelled, out hash) || Fail($"{name} is not a hash"));
    }

    private bool TryRequestId(out string id) => TryText(_requestId, "requestId", WireLimits.RequestIdBytesMax, out id);

    private bool TryText(ReadOnlySpan<byte> text, string name, int bytesMax, out string value)
    {
        value = "";
        if (text.Length - 2 > bytesMax) return Fail($"{name} is too long", RejectCode.OverLimit);
        if (!LiteralReader.TryRead(text, out var literal, out _) || literal is not Literal.String s) return Fail($"{name} is not a string");
        value = s.Value;
        return true;
    }

    private bool TryPayload(ReadOnlySpan<byte> text, string name, out Literal payload)
    {
        if (LiteralReader.TryRead(text, out payload, out var why)) return true;
        return Fail($"{name}: {why.Detail}", why.Code);
    }

    private bool TryFlag(ReadOnlySpan<byte> text, string name, out bool value)
    {
        value = text.SequenceEqual("true"u8);
        return value || text.SequenceEqual("false"u8) || Fail($"{name} is not a boolean");
    }

    private bool TryCount(ReadOnlySpan<byte> text, string name, out int count)
    {
        if (Utf8Parser.TryParse(text, out count, out int used) && used == text.Length && count >= 0) return true;
        // A number of another spelling, such as 1e6, or one beyond an int.
        if (LiteralReader.TryRead(text, out var literal, out _) && literal is Literal.Number { Value: >= 0 } number
            && number.Value == Math.Truncate(number.Value))
        {
            count = (int)Math.Min(number.Value, int.MaxValue);
            return true;
        }
        count = 0;
        return Fail($"{name} is not a count");
    }

    private bool TooMany(string name, int max) =>
        Fail(string.Create(CultureInfo.InvariantCulture, $"{name}: more than {max}"), RejectCode.OverLimit);

    private bool Fail(string detail, RejectCode code = RejectCode.Malformed)
    {
        _why = new(code, detail);
        return false;
    }

    private const int HashBytesMax = ContentHash.TextLength * 6;   // every character as a six-byte escape
}
