"""One whole journey through the pages, on a complete installation, with everything remembered that anyone could have seen of it:
each HTTP answer, what was printed and logged, and every file that was left."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx

from openeoi.health.samples import RECEPTIONIST, SAMPLE_PIN
from openeoi.issuing.sample import sample_photograph
from openeoi.main.browser import Browser, InProcessWire
from openeoi.main.installation import Installation
from openeoi.main.samples import JANA_VZOREC, application_of
from openeoi.main.settings import Settings
from openeoi.main.tour import prepare
from openeoi.main.web import build
from openeoi.main.wiring import Offices
from openeoi.pki.encrypted_files import QUICK_COST
from openeoi.signing.sample_document import sample_document

NORM_PIN, SIG_PIN = "730194", "915827"
WRONG_PIN = "864209"


@dataclass
class Seen:
    """`answers`: (method, path, headers and body) of each HTTP answer, and of the request's address."""

    offices: Offices
    root: Path
    answers: list[tuple[str, str, str]] = field(default_factory=list)
    spoken: str = ""
    national_number: str = ""
    surname: str = ""
    document_number: str = ""
    initial_password: str = ""
    puk: str = ""
    access_number: str = ""
    zone: tuple[str, ...] = ()
    portrait: bytes = b""
    issuing_entries_of_the_visit: list[str] = field(default_factory=list)

    def database(self, name: str) -> bytes:
        """The file with its write-ahead log."""
        files = sorted((self.root / "db").glob(f"{name}.sqlite*"))
        assert files
        return b"".join(file.read_bytes() for file in files)


def remembering(seen: Seen, wire: InProcessWire) -> httpx.Client:
    def remember(answer: httpx.Response) -> None:
        content = answer.read().decode("utf-8", "replace")
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        request = answer.request
        seen.answers.append((request.method, request.url.path, f"{request.url}\n{headers}\n\n{content}"))

    return httpx.Client(transport=wire, event_hooks={"response": [remember]})


def travelled(root: Path) -> Seen:
    """Founds an installation in `root` and goes the whole way."""
    offices = Offices(Settings(var=root), Installation(root, secrets.token_bytes), key_cost=QUICK_COST)
    seen = Seen(offices, root)
    printed, logged = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            prepare(offices)
            wire = InProcessWire()
            offices.http = httpx.Client(transport=wire)
            for part in ("sample_service",):  # was built with the client of `prepare`
                offices.__dict__.pop(part, None)
            wire.application = build(offices)
            _go(seen, Visitor(remembering(seen, wire), f"http://127.0.0.1:{offices.settings.port}"))
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel(level)
    seen.spoken = printed.getvalue() + logged.getvalue()
    return seen


class Visitor:
    """Fills in and sends the forms of the pages, boxes and choices included; a refusal is a page like others."""

    def __init__(self, client: httpx.Client, origin: str) -> None:
        self.client = client
        self.origin = origin
        self.browser = Browser(client)

    def open(self, path: str) -> str:
        self.browser.open(self.origin + path)
        return self.browser.text

    def send(
        self, action: str, button: tuple[str, str] | None = None, file: tuple[str, bytes] | None = None, **typed: str
    ) -> str:
        form = self.browser.form(action)
        content = {**form.fields, **typed, **dict([button] if button else [])}
        files = {file[0]: ("letter.pdf", file[1], "application/pdf")} if file else None
        target = urljoin(self.browser.address, form.action)
        answer = self.client.post(target, data=content, files=files, headers={"Origin": self.origin}, follow_redirects=True)
        assert answer.status_code in (200, 422), answer.status_code
        self.browser.address, self.browser.text = str(answer.url), answer.text
        return answer.text


def _go(seen: Seen, visitor: Visitor) -> None:
    for step in STEPS:
        step(seen, visitor)


def _issue(seen: Seen, visitor: Visitor) -> None:
    values = application_of(seen.offices, JANA_VZOREC)
    seen.national_number, seen.surname = values["national_number"], values["surname"]
    seen.offices.identifiers.enter(seen.national_number, JANA_VZOREC.insured_number)
    visitor.open("/issuing/apply")
    visitor.send("/issuing/apply")
    reference = visitor.browser.address.rpartition("/")[2]
    visitor.open("/issuing/")
    visitor.send("/issuing/staff", staff="ana")
    visitor.open(f"/issuing/applications/{reference}")
    visitor.send("/approve", staff="ana")
    visitor.send("/release", staff="bojan")
    visitor.send("/personalise", staff="cvetka")
    page = visitor.send("/envelope", staff="cvetka")
    seen.initial_password = _only(r"(?<!\d)(\d{4} ?\d{4})(?!\d)", page)
    visitor.open(f"/issuing/applications/{reference}")
    visitor.send("/hand-over", staff="ana", proof="passport", same_person="yes")
    page = visitor.send("/puk", staff="ana")
    seen.puk = _only(r"(?<!\d)(\d{10}|\d{5} \d{5})(?!\d)", page)
    with seen.offices.issuing.store.reading() as work:
        document = work.document_of(reference)
    assert document is not None
    assert document.card_serial is not None
    seen.document_number = document.number
    face = seen.offices.card_stock.face(document.card_serial)
    assert face is not None
    seen.access_number, seen.zone, seen.portrait = face.access_number, face.mrz, sample_photograph()
    visitor.open("/agent/")
    visitor.send("/agent/insert", card=document.card_serial)


def _care_for_pins(seen: Seen, visitor: Visitor) -> None:
    visitor.open("/agent/pin")
    visitor.send("/agent/pin", can=seen.access_number)
    visitor.open("/agent/pin/activate")
    pins = {"norm": NORM_PIN, "norm_again": NORM_PIN, "sig": SIG_PIN, "sig_again": SIG_PIN}
    visitor.send("/agent/pin/activate", password=seen.initial_password, **pins)
    visitor.open("/agent/pin/unblock")
    visitor.send("/agent/pin/unblock", which="norm", puk=seen.puk, new=NORM_PIN, new_again=NORM_PIN)


def _read(seen: Seen, visitor: Visitor) -> None:
    visitor.open("/agent/read")
    visitor.send("/agent/read")


def _log_in(seen: Seen, visitor: Visitor) -> None:
    visitor.open("/sample-service")
    visitor.send("/sample-service/start", ("level", "high"))
    visitor.send("/agent/use")
    visitor.send("/agent/use/", ("answer", "yes"), pin=WRONG_PIN)
    visitor.send("/agent/use/", ("answer", "yes"), pin=NORM_PIN)
    visitor.send("/login/card")
    visitor.send("consent", ("decision", "agree"))
    assert visitor.browser.address.endswith("/account")


def _see_a_doctor(seen: Seen, visitor: Visitor) -> None:
    before = {entry.position for entry in seen.offices.issuing.store.audit_latest(1000)}
    visitor.open("/health/counter")
    visitor.send("/sign-in", professional=RECEPTIONIST.professional_id, pin=SAMPLE_PIN)
    visitor.send("/health/counter/read")
    visitor.send("/agent/use")
    visitor.send("/agent/use/", ("answer", "yes"))
    visitor.send("/health/counter/card")
    assert "/visits/" in visitor.browser.address
    entries = (entry for entry in seen.offices.issuing.store.audit_latest(1000) if entry.position not in before)
    seen.issuing_entries_of_the_visit = [repr(entry) for entry in entries]


def _cross_a_border(seen: Seen, visitor: Visitor) -> None:
    visitor.open("/border/")
    visitor.send("/border/", access=seen.access_number, purpose="entry")


def _sign(seen: Seen, visitor: Visitor) -> None:
    visitor.open("/signing")
    visitor.send("/signing/jobs", file=("document", sample_document()))
    for pin in ({}, {"pin": SIG_PIN}):
        visitor.send("/agent/use")
        visitor.send("/agent/use/", ("answer", "yes"), **pin)
        visitor.send("/signing/")


STEPS: tuple[Callable[[Seen, Visitor], None], ...] = (
    _issue,
    _care_for_pins,
    _read,
    _log_in,
    _see_a_doctor,
    _cross_a_border,
    _sign,
)


def _only(pattern: str, page: str) -> str:
    text = unescape(re.sub(r"<[^>]+>", " ", page))
    found = set(re.findall(pattern, text))
    assert len(found) == 1, found
    return found.pop().replace(" ", "")
