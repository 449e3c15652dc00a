"""`eoi pki ...`: what the authorities are, their certificates and revocation lists."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from openeoi.pki.authorities import Authorities
from openeoi.pki.errors import AuthorityUnknown, StateUnknown
from openeoi.pki.plans import Authority
from openeoi.pki.store import StoredAuthority
from openeoi.pki.verification_store import StoredVerifyingCertificate

Country = Annotated[str, typer.Option("--country", help="The state, by its code in small letters.")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
Name = Annotated[Authority, typer.Argument(help="The authority, as `eoi pki list` names it.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write the DER file there.")]
Der = Annotated[bool, typer.Option("--der", help="DER to standard output instead of PEM.")]


def commands(get_countries: Callable[[], Mapping[str, Authorities]]) -> typer.Typer:
    """`get_countries`: authorities by country code in small letters."""
    app = typer.Typer(no_args_is_help=True, help="The certification authorities of the test states.")

    def of(country: str) -> Authorities:
        countries = get_countries()
        if country not in countries:
            raise StateUnknown(country, tuple(countries))
        return countries[country]

    @app.command("list", epilog="Example: eoi pki list --country me --json")
    def list_authorities(country: Country = "si", as_json: Json = False) -> None:
        """Every authority with every generation of its key and certificate."""
        rows = [_row(one) for one in of(country).generations()]
        if as_json:
            typer.echo(json.dumps(rows, indent=2))
            return
        for row in rows:
            dates = f"valid until {row['valid_until']}  signs until {row['signs_until']}"
            typer.echo(f"{row['authority']:<20}{row['generation']:>3}  {dates}")

    @app.command(epilog="Example: eoi pki show country-signing --country si --out csca.cer")
    def show(authority: Name, country: Country = "si", out: Out = None, der: Der = False, as_json: Json = False) -> None:
        """An authority's newest certificate, as PEM."""
        found = [one for one in of(country).generations() if one.authority is authority]
        if not found:
            raise AuthorityUnknown(country, authority.value)
        content = found[-1].certificate.content
        if as_json:
            typer.echo(json.dumps(_row(found[-1]), indent=2))
        else:
            _give(content, x509.load_der_x509_certificate(content).public_bytes(Encoding.PEM), out, der)

    @app.command(epilog="Example: eoi pki crl eid-high --out eid-high.crl")
    def crl(authority: Name, country: Country = "si", out: Out = None, der: Der = False, as_json: Json = False) -> None:
        """An authority's current revocation list, as PEM."""
        authorities = of(country)
        if authority not in authorities.plan.issuers:
            raise AuthorityUnknown(country, authority.value)
        content = authorities.crl(authority)
        if as_json:
            typer.echo(json.dumps(_list(content), indent=2))
        else:
            _give(content, x509.load_der_x509_crl(content).public_bytes(Encoding.PEM), out, der)

    @app.command(epilog="Example: eoi pki rights --country me --json")
    def rights(country: Country = "si", as_json: Json = False) -> None:
        """Who may read fingerprints: the verifying authority, document verifiers and inspection systems, with their days."""
        rows = [_right(one) for one in of(country).card_verifiable_certificates()]
        if as_json:
            typer.echo(json.dumps(rows, indent=2))
            return
        for row in rows:
            days = f"{row['valid_from']} to {row['valid_until']}"
            typer.echo(f"{row['holder']:<17} by {row['authority']:<17} {row['role']:<28} {days}")

    @app.command("roll-over", epilog="Example: eoi pki roll-over --country si")
    def roll_over(country: Country = "si", as_json: Json = False) -> None:
        """Give the verifying authority a new key and a link certificate, by which chips learn it. It cannot be undone."""
        authorities = of(country)
        authorities.succeed_verifying_authority("command line")
        link, root = [_right(one) for one in authorities.card_verifiable_certificates() if one.is_authority][-2:]
        if as_json:
            typer.echo(json.dumps({"root": root, "link": link}, indent=2))
        else:
            typer.echo(f"{root['holder']} signs from now on; {link['authority']} has signed its link certificate")

    return app


def _right(stored: StoredVerifyingCertificate) -> dict[str, str | bool]:
    body = stored.certificate.body
    return {
        "holder": str(body.holder),
        "authority": str(body.authority),
        "role": body.authorization.role.name.lower().replace("_", " "),
        "fingerprints": body.authorization.fingerprints,
        "irises": body.authorization.irises,
        "valid_from": body.effective.isoformat(),
        "valid_until": body.expires.isoformat(),
        "sha256": hashlib.sha256(stored.certificate.encode()).hexdigest(),
    }


def _row(stored: StoredAuthority) -> dict[str, str | int]:
    return {
        "authority": stored.authority.value,
        "generation": stored.generation,
        "issuer": stored.certificate.issuer.value,
        "serial": f"{stored.certificate.serial:X}",
        "valid_from": f"{stored.certificate.not_before:%Y-%m-%d}",
        "valid_until": f"{stored.certificate.not_after:%Y-%m-%d}",
        "signs_until": f"{stored.signs_until:%Y-%m-%d}",
        "key": stored.key_label,
        "sha256": hashlib.sha256(stored.certificate.content).hexdigest(),
    }


def _list(content: bytes) -> dict[str, object]:
    revocations = x509.load_der_x509_crl(content)
    return {
        "issuer": revocations.issuer.rfc4514_string(),
        "this_update": revocations.last_update_utc.isoformat(),
        "next_update": revocations.next_update_utc.isoformat() if revocations.next_update_utc else None,
        "revoked": [f"{one.serial_number:X}" for one in revocations],
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _give(content: bytes, text: bytes, out: Path | None, der: bool) -> None:
    if out is not None:
        if not out.parent.is_dir():
            raise typer.BadParameter(f"there is no folder {out.parent}", param_hint="--out")
        out.write_bytes(content)
        typer.echo(f"{out}: {len(content)} bytes")
    elif der:
        sys.stdout.buffer.write(content)
    else:
        typer.echo(text.decode("ascii"), nl=False)
