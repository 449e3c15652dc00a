"""`eoi exchange ...`: master lists out and in, decisions about trust."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from openeoi.exchange.desk import ExchangeDesk
from openeoi.exchange.errors import DeskUnknown
from openeoi.exchange.trust import CountryStanding

ACTOR: Final = "command line"

Country = Annotated[str, typer.Option("--country", help="Whose desk, by its code in small letters.")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
Of = Annotated[str, typer.Argument(help="The country in question, by its code.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; written into the log.")]
Basis = Annotated[str, typer.Option("--basis", help="The state whose newest list counts; the country itself if missing.")]
Out = Annotated[Path, typer.Option("--out", help="The file to write.")]
File = Annotated[Path, typer.Argument(help="The master list.", exists=True, dir_okay=False, readable=True)]
RevocationList = Annotated[Path, typer.Argument(help="The revocation list, DER.", exists=True, dir_okay=False, readable=True)]
Fingerprint = Annotated[
    str, typer.Option("--fingerprint", help="SHA-256 of its country signing certificate, as it came by another way.")
]


def commands(get_desks: Callable[[], Mapping[str, ExchangeDesk]]) -> typer.Typer:
    """`get_desks`: desks by country code in small letters."""
    app = typer.Typer(no_args_is_help=True, help="The cross-border desk: which state trusts which.")

    def of(country: str) -> ExchangeDesk:
        desks = get_desks()
        if country not in desks:
            raise DeskUnknown(country, tuple(desks))
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
    def fingerprint(country: Country = "si", as_json: Json = False) -> None:
        """SHA-256 of the state's own country signing certificates, to be told to partners by another way than the list."""
        found = of(country).own_fingerprints()
        typer.echo(json.dumps(list(found), indent=2) if as_json else "\n".join(found))

    @app.command("export", epilog="Example: eoi exchange export --country si --out si.ml")
    def export_list(out: Out, country: Country = "si", as_json: Json = False) -> None:
        """Sign and write the state's master list."""
        desk = of(country)
        if not out.parent.is_dir():
            raise typer.BadParameter(f"there is no folder {out.parent}", param_hint="--out")
        content = desk.export_master_list(ACTOR)
        out.write_bytes(content)
        _say({"file": str(out), "bytes": len(content)}, f"{out}: {len(content)} bytes", as_json)

    @app.command("import", epilog="Example: eoi exchange import si.ml --country me --fingerprint 3f9a...")
    def import_list(file: File, country: Country = "si", fingerprint: Fingerprint = "", as_json: Json = False) -> None:
        """Check another state's master list and take it in."""
        desk = of(country)
        result = desk.import_master_list(file.read_bytes(), fingerprint, ACTOR)
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
        _say(summary, "\n".join(f"{name}: {value}" for name, value in summary.items()), as_json)

    @app.command("import-crl", epilog="Example: eoi exchange import-crl country-signing.crl --country me")
    def import_crl(file: RevocationList, country: Country = "si", as_json: Json = False) -> None:
        """Check the revocation list (DER) of a trusted country signing authority and take it in."""
        desk = of(country)
        taken = desk.import_revocation_list(file.read_bytes(), ACTOR)
        made = taken.this_update.isoformat()
        facts = {"country": taken.authority.country, "made": made, "revoked": taken.revoked}
        _say(facts, f"{taken.authority.country}: made {made}, {taken.revoked} revoked", as_json)

    @app.command(epilog="Example: eoi exchange trust ME --country si --reason 'note of 3 November'")
    def trust(of_country: Of, reason: Reason, country: Country = "si", basis: Basis = "", as_json: Json = False) -> None:
        """Trust a country's certificates from the newest list of a state."""
        desk, trusted = of(country), of_country.upper()
        desk.trust(trusted, basis.upper() or trusted, reason, ACTOR)
        _say({"country": trusted, "state": "trusted"}, f"{desk.country} trusts {trusted}.", as_json)

    @app.command(epilog="Example: eoi exchange withdraw ME --country si --reason 'key compromise reported'")
    def withdraw(of_country: Of, reason: Reason, country: Country = "si", as_json: Json = False) -> None:
        """Trust a country no more."""
        desk, refused = of(country), of_country.upper()
        desk.withdraw(refused, reason, ACTOR)
        _say({"country": refused, "state": "withdrawn"}, f"{desk.country} does not trust {refused} any more.", as_json)

    return app


def _say(facts: Mapping[str, object], text: str, as_json: bool) -> None:
    typer.echo(json.dumps(facts, indent=2) if as_json else text)


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
