"""`eoi up`: take the address, make what a first start needs, look whether everything is whole, serve until Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from openeoi.main.card_stock import open_card
from openeoi.main.errors import StoppedEarly
from openeoi.main.explanations import explain, terminal_language, translator
from openeoi.main.housekeeping import keep_house, regularly
from openeoi.main.output import console, error_console
from openeoi.main.samples import make_samples, sample_cards
from openeoi.main.serving import serve, take_address
from openeoi.main.settings import load
from openeoi.main.wiring import Offices
from openeoi.pki.authorities import Authorities
from openeoi.storage.errors import DatabaseReadOnly
from openeoi.web.translation import Translator

Tell = Callable[[str], None]


def serve_everything(port: int | None, as_json: bool = False) -> None:
    """Raises what explains itself: a taken address, a damaged file, a full disk.

    `as_json`: one line on standard output when it is ready, for programs that start us; what people read goes to standard error.
    """
    settings = load().settings
    if port is not None:
        settings = replace(settings, port=port)
    t, to = translator(terminal_language()), error_console if as_json else console
    with take_address(settings.host, settings.port) as listening:
        to.print(t("main.up.opening", place=str(settings.var)))
        offices = Offices.open(settings)
        with offices.installation.served():
            try:
                prepare(offices, t, to)
            except KeyboardInterrupt:
                raise StoppedEarly from None
            from openeoi.main.web import build

            application = build(offices)
            keep_house(offices)
            with regularly(lambda: keep_house(offices), lambda error: error_console.print(explain(error).text, soft_wrap=True)):
                serve(application, listening, lambda: _say_ready(offices, t, as_json))
    to.print(t("main.up.stopped"))


def prepare(offices: Offices, t: Translator, to: Console) -> None:
    """Everything that must be there before the first page: authorities, trust between the two states, sample cards."""
    if offices.installation.is_new:
        to.print(t("main.up.first"))
    with _progress(to) as tell:
        found_authorities(offices, lambda country: tell(t("main.up.founding", country=country)))
        exchange_master_lists(offices, lambda: tell(t("main.up.exchange")))
        make_samples(offices, lambda name: tell(t("main.up.sample", name=name)))
    require_whole(offices)


def require_whole(offices: Offices) -> None:
    """What the first page does not touch, but somebody will: cards and what is printed on them, keys of the authorities,
    databases that must be written. Raises what names the file."""
    for name in offices.card_folder.names():
        open_card(offices.card_folder, name, offices.random)
        offices.card_stock.face(name)
    for authorities in (offices.authorities, offices.partner_authorities):
        authorities.require_keys()
    offices.identifiers.require_whole()
    for place in offices.installation.databases():
        if not os.access(place, os.W_OK):
            raise DatabaseReadOnly(str(place))


def found_authorities(offices: Offices, tell: Tell) -> None:
    for profile, authorities in ((offices.profile, offices.authorities), (offices.partner_profile, offices.partner_authorities)):
        found(authorities, profile.state_names["en"], tell)


def found(authorities: Authorities, country: str, tell: Tell) -> None:
    authorities.found(lambda authority, done, total: tell(f"{country}: {authority.value} ({done + 1}/{total})"))


def exchange_master_lists(offices: Offices, tell: Callable[[], None]) -> None:
    """Each state takes in the other's list once; the fingerprints that two officials would read to each other are compared."""
    for giver, taker in ((offices.exchange, offices.partner_exchange), (offices.partner_exchange, offices.exchange)):
        if any(held.issuer == giver.country for held in taker.lists()):
            continue
        tell()
        taker.import_master_list(giver.export_master_list(), giver.own_fingerprints()[-1])


@contextlib.contextmanager
def _progress(to: Console) -> Iterator[Tell]:
    """On a terminal a moving line, elsewhere a plain line for each thing."""
    if not to.is_terminal:
        yield lambda text: to.print(f"  {text}")
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20), TimeElapsedColumn())
    with Progress(*columns, console=to, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda text: progress.update(task, description=text)


def _say_ready(offices: Offices, t: Translator, as_json: bool) -> None:
    cards = {card.card: card for card in sample_cards(offices)}
    inserted = cards.get(offices.reader.state.card)
    if as_json:
        ready = {"ready": offices.settings.origin, "process": os.getpid(), "card": inserted and asdict(inserted)}
        print(json.dumps(ready, ensure_ascii=False), flush=True)
        return
    if inserted is not None and inserted.norm_pin:
        console.print(
            t(
                "main.up.card",
                number=inserted.document_number,
                access_number=inserted.access_number,
                norm_pin=inserted.norm_pin,
                sig_pin=inserted.sig_pin,
            )
        )
    console.print(t("main.up.ready", address=offices.settings.origin))
