using Npgsql;

namespace Hhs.Actors.Journal.Postgres;

/// <summary>Commands with parameters by position.</summary>
internal static class Commands
{
    internal static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (object value in parameters) command.Parameters.Add(new() { Value = value });
        return command;
    }

    internal static int Execute(this NpgsqlConnection connection, string sql, params object[] parameters)
    {
        using var command = connection.Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row; null where there is no row, or no value.</summary>
    internal static object? Scalar(this NpgsqlConnection connection, string sql, params object[] parameters)
    {
        using var command = connection.Command(sql, parameters);
        return command.ExecuteScalar() is { } value and not DBNull ? value : null;
    }
}
