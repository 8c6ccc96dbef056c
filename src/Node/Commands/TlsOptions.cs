using System.CommandLine;
using Hhs.Actors.Settings;

namespace Hhs.Node.Commands;

/// <summary>Certificates of <c>wss://</c> as options of a command; what is not given is the configuration's.</summary>
internal sealed class TlsOptions
{
    private readonly Option<string?> _certificate = new("--tls-cert") { Description = "Certificate for listening on wss:// (PEM, with those of the authorities between after it)", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--tls-key") { Description = "Its private key (PEM, not encrypted); default: in the same file", HelpName = "FILE" };
    private readonly Option<string?> _ca = new("--tls-ca") { Description = "Authorities to trust beside the system's when dialling wss:// (PEM)", HelpName = "FILE" };

    public TlsOptions(Command command, bool listens, bool dials = true)
    {
        if (listens) command.Options.Add(_certificate);
        if (listens) command.Options.Add(_key);
        if (dials) command.Options.Add(_ca);
    }

    public HhsSettings ApplyTo(HhsSettings settings, ParseResult parsed)
    {
        string? certificate = parsed.GetValue(_certificate), key = parsed.GetValue(_key);
        if (key is not null && (certificate ?? settings.Tls.Certificate) is null) throw CommandException.BadInput("--tls-key needs --tls-cert, whose key it is");
        return settings with
        {
            Tls = new()
            {
                Certificate = certificate ?? settings.Tls.Certificate,
                Key = key ?? (certificate is null ? settings.Tls.Key : null),   // not that of another certificate
                Ca = parsed.GetValue(_ca) ?? settings.Tls.Ca,
            },
        };
    }
}
