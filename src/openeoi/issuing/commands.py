"""The issuing office on the command line: make a card, list the documents, ask and report what became of one."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.sample import sample_values
from openeoi.issuing.staff import Purpose, Role
from openeoi.issuing.status import Report, document_status, propose_revocation
from openeoi.issuing.status import report as report_document
from openeoi.profiles import tester_options

Json = Annotated[bool, typer.Option("--json", help="For machines.")]


MakeFaulty = Callable[[str], dict[str, object]]
"""Makes a chip that is faulty on purpose, by its name in the catalogue, and says what its tester needs. `main` fills it."""


def commands(get_office: Callable[[], IssuingOffice], make_faulty: MakeFaulty | None = None) -> typer.Typer:
    """Mounted by `main`. The office is built when a command runs."""
    group = typer.Typer(no_args_is_help=True, help="Cards: make one, list them, ask and report what became of one.")

    @group.command(epilog="Example: eoi card new --surname Žužek --given-names Špela --emso 0903990595003 --born 1990-03-09")
    def new(
        surname: Annotated[str, typer.Option(help="Surname, with č š ž đ ć.")] = "",
        given_names: Annotated[str, typer.Option(help="Given names.")] = "",
        emso: Annotated[str, typer.Option(help="Personal number, 13 digits.")] = "",
        born: Annotated[str, typer.Option(help="Date of birth, YYYY-MM-DD.")] = "",
        sex: Annotated[str, typer.Option(help="F or M.")] = "",
        photo: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Photograph, JPEG or PNG.")] = None,
        options: Annotated[
            Path | None, typer.Option(exists=True, dir_okay=False, help="Let the chip behave as this TOML file says (testers).")
        ] = None,
        collect: Annotated[bool, typer.Option(help="Hand it over to the holder as well.")] = True,
        fault: Annotated[str, typer.Option(help="Make a faulty chip instead, by a name from `eoi card faults`.")] = "",
        as_json: Json = False,
    ) -> None:
        """Apply, approve, release, personalise and hand over a card in one go.

        Whatever is not given is taken from the official specimen VZOREC JANA and a drawn portrait. With --fault no application is
        made: the chip comes from the laboratory of faulty chips and lies in the box at once.
        """
        if fault:
            if make_faulty is None or surname or given_names or emso or born or sex or photo or options:
                raise typer.BadParameter(
                    "a faulty chip has a holder of its own; no other option goes with it", param_hint="--fault"
                )
            _show(make_faulty(fault), as_json)
            return
        from openeoi.issuing.sample_issue import issue

        office = get_office()
        if options:
            office = with_card(office, options.read_text(encoding="utf-8", errors="replace"))
        given = {
            "surname": surname,
            "given_names": given_names,
            "national_number": emso,
            "date_of_birth": born,
            "sex": sex,
        }
        values = {**sample_values(office.profile), **{name: value for name, value in given.items() if value}}
        card = issue(office, values, photo.read_bytes() if photo else None, hand_over=collect)
        _show(
            {
                "card": card.card_serial,
                "document_number": card.document_number,
                "application": card.reference,
                "can": card.access_number,
                "initial_password": card.initial_password,
                "handed_over": card.handed_over,
            },
            as_json,
        )

    @group.command(epilog="Example: eoi card documents --json")
    def documents(as_json: Json = False) -> None:
        """All documents of the office with their state; no personal data."""
        office = get_office()
        with office.store.transaction() as work:
            found = work.documents()
        rows = [
            {
                "document_number": one.number,
                "card": one.card_serial,
                "state": one.state.value,
                "issued_on": one.issued_on.isoformat(),
                "expires_on": one.expires_on.isoformat() if one.expires_on else None,
                "application": one.application,
            }
            for one in found
        ]
        if as_json:
            typer.echo(json.dumps(rows, indent=2))
            return
        table = Table("document", "card", "state", "issued", "valid until", "application", box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(str(value) if value is not None else "-" for value in row.values()))
        Console(highlight=False).print(table)

    @group.command(epilog="Example: eoi card status OE0000001")
    def status(number: str, as_json: Json = False) -> None:
        """What became of a document: valid, lost, stolen, revoked, replaced, expired or unknown."""
        _show({"document_number": number, "status": document_status(get_office(), number).value}, as_json)

    @group.command(epilog="Example: eoi card report OE0000001 lost")
    def report(number: str, what: Report, as_json: Json = False) -> None:
        """Report a document lost, stolen, revoked or replaced; its certificates are revoked. This cannot be undone."""
        office = get_office()
        clerk, releaser = (office.staff.holding(role)[0].name for role in (Role.CLERK, Role.RELEASER))
        by = office.acting(clerk, Role.CLERK, Purpose.STATUS)
        if what is Report.REVOKED:  # two people; whoever has this terminal is both of them
            propose_revocation(office, number, by)
            by = office.acting(releaser, Role.RELEASER, Purpose.STATUS)
        report_document(office, number, what, by)
        _show({"document_number": number, "status": document_status(office, number).value}, as_json)

    @group.command(epilog="Example: eoi card renew OE0000001")
    def renew(number: str, as_json: Json = False) -> None:
        """Give the card of a document new certificates; keys and PINs stay. The old ones are revoked."""
        from openeoi.issuing.certificate_renewal import renew as renew_certificates

        office = get_office()
        producer = office.staff.holding(Role.PRODUCTION)[0].name
        done = renew_certificates(office, number, producer)
        _show(
            {"document_number": number, "certificates_until": done.until.isoformat(), "renewed": [*map(str, done.roles)]}, as_json
        )

    return group


def with_card(office: IssuingOffice, options: str) -> IssuingOffice:
    """The office with another card than its country's, as a tester's options say. Raises CardOptionsInvalid."""
    profile = office.profile
    return replace(office, profile=replace(profile, card=tester_options.apply(options, profile.card)))


def _show(facts: dict[str, object], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    for name, value in facts.items():
        typer.echo(f"{name.replace('_', ' ')}: {value}")
