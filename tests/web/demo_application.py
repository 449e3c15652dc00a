"""An application of one page that shows everything the kit draws; the tests and a browser look at it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from openeoi.iso7816.apdu import CommandApdu, ResponseApdu
from openeoi.web.figures import CardPicture, CertificatePicture, CheckPicture, JourneyStep, TimelineEvent, chain_of
from openeoi.web.forms import FieldError, Form, body, submission
from openeoi.web.kit import BODY_SECONDS, NavigationEntry, Settings, WebKit
from openeoi.web.notices import notify

CARD = CardPicture(
    document_number="IE9876543",
    surname="VZOREC",
    given_names="JANA",
    sex="Ž / F",
    nationality="SLOVENSKO",
    date_of_birth=date(1985, 6, 28),
    date_of_issue=date(2022, 3, 28),
    date_of_expiry=date(2032, 3, 28),
    personal_number="2806985505145",
    address=("SLOVENSKA CESTA 1", "1000 LJUBLJANA"),
    authority="UPRAVNA ENOTA LJUBLJANA",
    place_of_birth="LJUBLJANA, SI",
    access_number="123456",
    mrz=("I<SVNIE987654302806985505145<<", "8506287F3203282SVN<<<<<<<<<<<2", "VZOREC<<JANA<<<<<<<<<<<<<<<<<<"),
)


@dataclass(frozen=True)
class Exchange:
    step: str
    sentence: str
    command: CommandApdu
    response: ResponseApdu
    inside: tuple[CommandApdu, ResponseApdu] | None = None

    @property
    def is_protected(self) -> bool:
        return self.inside is not None

    @property
    def plain_command(self) -> CommandApdu:
        return self.inside[0] if self.inside else self.command

    @property
    def plain_response(self) -> ResponseApdu:
        return self.inside[1] if self.inside else self.response


PIN_IN_CLEAR = CommandApdu(0x00, 0x20, 0x00, 0x85, b"314159")
EXCHANGES = (
    Exchange("Open the card", "SELECT the travel document application by its AID.",
             CommandApdu(0, 0xA4, 4, 0x0C, bytes.fromhex("a0000002471001")), ResponseApdu(0x9000)),
    Exchange("PACE", "GENERAL AUTHENTICATE: ask for the encrypted nonce.",
             CommandApdu(0x10, 0x86, 0, 0, bytes.fromhex("7c00"), 256), ResponseApdu(0x9000, bytes(range(34)))),
    Exchange("PIN", "VERIFY the PIN (in clear, which no reader here does).", PIN_IN_CLEAR, ResponseApdu(0x63C2)),
    Exchange("PIN", "VERIFY the PIN.", CommandApdu(0x0C, 0x20, 0, 0x85, bytes(29), 256), ResponseApdu(0x9000, bytes(14)),
             (PIN_IN_CLEAR, ResponseApdu(0x9000))),
)  # fmt: skip

CHAIN = chain_of(
    (
        CertificatePicture("OpenEOI TEST CSCA Slovenia", (("ključ", "RSA-4096"), ("velja", "2022–2037"))),
        CertificatePicture("OpenEOI TEST Document Signer 1", (("ključ", "RSA-3072"),),
                           (CheckPicture("successful", "podpis izdajatelja"), CheckPicture("successful", "čas veljavnosti"))),
        CertificatePicture("EF.SOD", (), (CheckPicture("failed", "podpis vsebine", "zgoščena vrednost DG2 se ne ujema"),)),
    )
)  # fmt: skip

TITLES = ("Vloga", "Izdaja", "Prevzem", "Branje in preverjanje", "Podpis", "Prijava", "Pri zdravniku", "Na meji")


def application(
    navigation: tuple[NavigationEntry, ...] = (NavigationEntry("demo.home", "/demo"),), body_seconds: float = BODY_SECONDS
) -> Starlette:
    kit = WebKit([("demo", Path(__file__).parent / "demo")], navigation)

    def show(request: Request, form: Form | None = None) -> Response:
        states = ("done", "done", "current", "open", "open", "open", "blocked", "blocked")
        return kit.page(
            request,
            "demo/all.html",
            422 if form is not None else 200,
            form=form or Form({"surname": "Vzorec"}),
            card=CARD,
            journey=[JourneyStep(title, "En stavek o tem, kaj se zgodi.", state, "/demo" if state != "blocked" else "")
                     for title, state in zip(TITLES, states, strict=True)],
            verdicts=[CheckPicture("successful", "Podpis SOD"), CheckPicture("failed", "Vsebina DG2", "Slika je spremenjena."),
                      CheckPicture("undetermined", "Preklici", "Ni dosegljiv."), CheckPicture("not_supported", "DG15"),
                      CheckPicture("aborted", "Prstni odtisi")],
            events=[TimelineEvent("Vloga oddana", "1. 3. 2026"), TimelineEvent("V izdelavi", "2. 3. 2026", state="current"),
                    TimelineEvent("Prevzem", state="open")],
            exchanges=EXCHANGES,
            root=CHAIN,
        )  # fmt: skip

    def demo(request: Request) -> Response:
        if request.method == "GET":
            return show(request)
        sent = submission(request)
        if len(sent.text("surname")) < 2:
            wrong = FieldError("surname", "demo.wrong", {"least": 2})
            return show(request, Form(sent.values("surname", "maiden", "unit", "delivery", "note")).with_errors(wrong))
        notify(request, "demo.saved")
        return RedirectResponse("/demo", 303)

    def machine(request: Request) -> Response:
        return JSONResponse({"length": len(body(request)), "field": submission(request).text("field")})

    def broken(request: Request) -> Response:
        raise RuntimeError("not foreseen")

    def forbidden(request: Request) -> Response:
        raise HTTPException(403)

    return Starlette(
        routes=[
            Route("/demo", demo, methods=["GET", "POST"]),
            Route("/machine", machine, methods=["POST"]),
            Route("/broken", broken),
            Route("/forbidden", forbidden),
            *kit.static_routes(),
        ],
        middleware=kit.middleware(
            Settings("secret for tests", cross_site=["/machine"], maximum_body=100_000, body_seconds=body_seconds)
        ),
        exception_handlers=kit.exception_handlers(),
    )
