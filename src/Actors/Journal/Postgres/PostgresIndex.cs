using Hhs.Model.Hashing;
using Npgsql;

namespace Hhs.Actors.Journal.Postgres;

/// <summary>The index records of one object, out of one snapshot and with one round trip; with payloads if asked.</summary>
internal sealed class PostgresIndex : IDisposable
{
    private readonly NpgsqlBatch _batch;
    private readonly NpgsqlDataReader _reader;
    private readonly bool _withPayloads;

    /// <summary>Asks for the records. Inside a transaction of the caller's, that is the snapshot.</summary>
    internal PostgresIndex(NpgsqlConnection connection, ContentHash objectId, bool withPayloads, bool inTransaction = false)
    {
        _withPayloads = withPayloads;
        string payloads = withPayloads ? ", p.body, p.checksum" : "", join = withPayloads ? "LEFT JOIN payload p ON p.place = e.place" : "";
        _batch = new(connection);
        if (!inTransaction) Add("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        Add("SELECT id, entries, next, frontier FROM object WHERE hash = $1", objectId.ToBytes());
        Add($"""
            SELECT e.place, e.hash, e.payload_hash, e.prev, e.tags, e.checksum{payloads} FROM entry e {join}
            WHERE e.place >= (SELECT id << 32 FROM object WHERE hash = $1) AND e.place < (SELECT (id + 1) << 32 FROM object WHERE hash = $1) ORDER BY e.place
            """, objectId.ToBytes());
        if (!inTransaction) Add("COMMIT");
        _reader = _batch.ExecuteReader();
        if (_reader.Read())
        {
            IsHere = true;
            ObjectNumber = _reader.GetInt64(0);
            Counts = IndexCounts.Read(objectId, _reader.GetInt64(1), _reader.GetInt64(2), _reader.GetFieldValue<byte[]>(3));
        }
        _reader.NextResult();
    }

    /// <summary>Whether there is such an object.</summary>
    internal bool IsHere { get; }

    /// <summary>Its number in the tables.</summary>
    internal long ObjectNumber { get; }

    /// <summary>What is kept beside its records.</summary>
    internal IndexCounts Counts { get; }

    /// <summary>The records in the order of their places; once.</summary>
    internal IEnumerable<Row> Rows()
    {
        var row = new Row();
        while (_reader.Read())
        {
            row.Load(_reader, _withPayloads);
            yield return row;
        }
    }

    private void Add(string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (object value in parameters) command.Parameters.Add(new() { Value = value });
        _batch.BatchCommands.Add(command);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _batch.Dispose();
    }

    /// <summary>One record, and its payload where that was asked for and is there.</summary>
    internal sealed class Row : IIndexRow
    {
        private byte[] _hash = [], _payloadHash = [], _prev = [], _tags = [];

        public long Place { get; private set; }
        public ReadOnlySpan<byte> Hash => _hash;
        public ReadOnlySpan<byte> PayloadHash => _payloadHash;
        public ReadOnlySpan<byte> Prev => _prev;
        public ReadOnlySpan<byte> Tags => _tags;
        public long Checksum { get; private set; }
        public byte[]? Body { get; private set; }
        public long BodyChecksum { get; private set; }

        internal void Load(NpgsqlDataReader reader, bool withPayload)
        {
            (Place, Checksum) = (reader.GetInt64(0), reader.GetInt64(5));
            _hash = reader.GetFieldValue<byte[]>(1);
            _payloadHash = reader.GetFieldValue<byte[]>(2);
            _prev = reader.GetFieldValue<byte[]>(3);
            _tags = reader.GetFieldValue<byte[]>(4);
            bool isThere = withPayload && !reader.IsDBNull(6);
            Body = isThere ? reader.GetFieldValue<byte[]>(6) : null;
            BodyChecksum = isThere ? reader.GetInt64(7) : 0;
        }
    }
}
