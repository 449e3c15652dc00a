"""`eoi exchange ...`: master lists out and in, decisions about trust."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from openeoi.exchange.desk import ExchangeDesk
from openeoi.exchange.errors import ExchangeError
from openeoi.exchange.trust import CountryStanding

Result = TypeVar("Result")

CHECK_FAILED: Final = 1
WRONG_USE: Final = 2
ACTOR: Final = "command line"

Country = Annotated[str, typer.Option("--country", help="Whose desk, by its code in small letters.")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
Of = Annotated[str, typer.Argument(help="The country in question, by its code.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; written into the log.")]
Basis = Annotated[str, typer.Option("--basis", help="The state whose newest list counts; the country itself if missing.")]
Out = Annotated[Path, typer.Option("--out", help="The file to write.")]
File = Annotated[Path, typer.Argument(help="The master list.", exists=True, dir_okay=False, readable=True)]
Fingerprint = Annotated[
    str, typer.Option("--fingerprint", help="SHA-256 of its country signing certificate, as it came by another way.")
]


def commands(get_desks: Callable[[], Mapping[str, ExchangeDesk]]) -> typer.Typer:
    """`get_desks`: desks by country code in small letters."""
    app = typer.Typer(no_args_is_help=True, help="The cross-border desk: which state trusts which.")

    def of(country: str) -> ExchangeDesk:
        desks = get_desks()
        if country not in desks:
            typer.echo(f"There is no desk of {country} here; there are {', '.join(desks)}.", err=True)
            raise typer.Exit(WRONG_USE)
        return desks[country]

    @app.command("list", epilog="Example: eoi exchange list --country me --json")
    def list_countries(country: Country = "si", as_json: Json = False) -> None:
        """Every country the desk knows of and how it stands."""
        rows = [_row(one) for one in of(country).standings()]
        if as_json:
            typer.echo(json.dumps(rows, indent=2))
            return
        for row in rows:
            offered = f"  offered by {row['offered_by']}" if row["offered_by"] else ""
            typer.echo(f"{row['country']:<4}{row['state']:<11}{row['certificates']:>4} certificates{offered}")

    @app.command(epilog="Example: eoi exchange fingerprint --country si")
    def fingerprint(country: Country = "si") -> None:
        """SHA-256 of the state's own country signing certificates, to be told to partners by another way than the list."""
        for one in of(country).own_fingerprints():
            typer.echo(one)

    @app.command("export", epilog="Example: eoi exchange export --country si --out si.ml")
    def export_list(out: Out, country: Country = "si") -> None:
        """Sign and write the state's master list."""
        content = of(country).export_master_list(ACTOR)
        out.write_bytes(content)
        typer.echo(f"{out}: {len(content)} bytes")

    @app.command("import", epilog="Example: eoi exchange import si.ml --country me --fingerprint 3f9a...")
    def import_list(file: File, country: Country = "si", fingerprint: Fingerprint = "", as_json: Json = False) -> None:
        """Check another state's master list and take it in."""
        desk = of(country)
        result = _checked(lambda: desk.import_master_list(file.read_bytes(), fingerprint, ACTOR))
        summary = {
            "issuer": result.held.issuer,
            "signed_at": result.held.signed_at.isoformat(),
            "certificates": result.held.certificates,
            "countries": result.countries,
            "appeared": result.appeared,
            "vanished": result.vanished,
            "already_held": result.already_held,
            "issuer_state": result.issuer_state.value,
        }
        typer.echo(json.dumps(summary, indent=2) if as_json else "\n".join(f"{name}: {value}" for name, value in summary.items()))

    @app.command("import-crl", epilog="Example: eoi exchange import-crl country-signing.crl --country me")
    def import_crl(file: File, country: Country = "si") -> None:
        """Check the revocation list (DER) of a trusted country signing authority and take it in."""
        desk = of(country)
        taken = _checked(lambda: desk.import_revocation_list(file.read_bytes(), ACTOR))
        typer.echo(f"{taken.authority.country}: made {taken.this_update.isoformat()}, {taken.revoked} revoked")

    @app.command(epilog="Example: eoi exchange trust ME --country si --reason 'note of 3 November'")
    def trust(of_country: Of, reason: Reason, country: Country = "si", basis: Basis = "") -> None:
        """Trust a country's certificates from the newest list of a state."""
        desk, trusted = of(country), of_country.upper()
        _checked(lambda: desk.trust(trusted, basis.upper() or trusted, reason, ACTOR))
        typer.echo(f"{desk.country} trusts {trusted}.")

    @app.command(epilog="Example: eoi exchange withdraw ME --country si --reason 'key compromise reported'")
    def withdraw(of_country: Of, reason: Reason, country: Country = "si") -> None:
        """Trust a country no more."""
        desk = of(country)
        _checked(lambda: desk.withdraw(of_country.upper(), reason, ACTOR))
        typer.echo(f"{desk.country} does not trust {of_country.upper()} any more.")

    return app


def _checked(deed: Callable[[], Result]) -> Result:
    try:
        return deed()
    except ExchangeError as error:
        typer.echo(f"Refused, nothing was changed: {error}.", err=True)
        raise typer.Exit(CHECK_FAILED) from error


def _row(standing: CountryStanding) -> dict[str, str | int]:
    decision = standing.decision
    return {
        "country": standing.country,
        "state": standing.state.value,
        "certificates": standing.certificates,
        "offered_by": ", ".join(standing.offered_by),
        "decided_at": decision.at.isoformat() if decision else "",
        "reason": decision.reason if decision else "",
    }
