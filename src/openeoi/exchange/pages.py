"""The screens of the cross-border desks: who trusts whom, one desk with its lists and decisions, import, decision, download."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from openeoi import profiles
from openeoi.exchange.desk import ExchangeDesk
from openeoi.exchange.errors import ExchangeError, FingerprintDiffers, FingerprintNeeded, ReasonMissing
from openeoi.exchange.trust import CountryStanding, Decision, TrustState
from openeoi.web.forms import FieldError, Form, submission
from openeoi.web.kit import WebKit
from openeoi.web.notices import notify
from openeoi.web.translation import Translator

PATH = "/exchange"
MEDIA_TYPE = "application/cms"
OUTCOMES = {
    TrustState.OWN: "successful",
    TrustState.TRUSTED: "successful",
    TrustState.OFFERED: "undetermined",
    TrustState.WITHDRAWN: "failed",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One arrow of the map: `sender`'s master list as the desk of `receiver` holds it; `signed_at` None where it holds none."""

    sender: str
    receiver: str
    outcome: str
    state: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """One country on a desk's page."""

    standing: CountryStanding
    name: str
    outcome: str
    history: tuple[Decision, ...]


def routes(desks: Mapping[str, ExchangeDesk], kit: WebKit) -> list[BaseRoute]:
    """`desks` by country code in small letters. To be mounted at the root; the paths begin with `/exchange`."""
    pages = _Pages(desks, kit)
    return [
        Route(PATH, pages.overview, methods=["GET"]),
        Route(f"{PATH}/{{country}}", pages.desk, methods=["GET"]),
        Route(f"{PATH}/{{country}}/import", pages.take_in, methods=["POST"]),
        Route(f"{PATH}/{{country}}/import", pages.back, methods=["GET"]),
        Route(f"{PATH}/{{country}}/decision", pages.decide, methods=["POST"]),
        Route(f"{PATH}/{{country}}/decision", pages.back, methods=["GET"]),
        Route(f"{PATH}/{{country}}/master-list", pages.download, methods=["POST"]),
        Route(f"{PATH}/{{country}}/master-list", pages.back, methods=["GET"]),
    ]


@dataclass(frozen=True)
class _Pages:
    desks: Mapping[str, ExchangeDesk]
    kit: WebKit

    def overview(self, request: Request) -> Response:
        t = self.kit.translator(request)
        states = [(code, state_name(desk.country, t), desk.own_fingerprints()) for code, desk in self.desks.items()]
        messages = [
            _message(sender, receiver) for sender in self.desks.values() for receiver in self.desks.values() if sender != receiver
        ]
        named = {desk.country: state_name(desk.country, t) for desk in self.desks.values()}
        return self.kit.page(request, "exchange/overview.html", states=states, messages=messages, named=named)

    def desk(self, request: Request) -> Response:
        return self._desk_page(request, Form())

    def back(self, request: Request) -> Response:
        """Where the language links and reloads of an answered form lead."""
        self._desk(request)
        return RedirectResponse(f"{PATH}/{request.path_params['country']}", 303)

    def take_in(self, request: Request) -> Response:
        desk, sent = self._desk(request), submission(request)
        file = sent.upload("master_list")
        form = Form(sent.values("fingerprint"))
        if file is None:
            return self._desk_page(request, Form(form.values, (FieldError("master_list", "exchange.import.no_file"),)))
        try:
            result = desk.import_master_list(file.content, sent.text("fingerprint"), _actor(desk))
        except ExchangeError as error:
            return self._desk_page(request, Form(form.values, (_field_error(error, self.kit.translator(request)),)))
        t = self.kit.translator(request)
        key = "exchange.import.already_held" if result.already_held else "exchange.import.done"
        notify(request, key, state=state_name(result.held.issuer, t), count=result.held.certificates)
        return RedirectResponse(f"{PATH}/{request.path_params['country']}", 303)

    def decide(self, request: Request) -> Response:
        desk, sent = self._desk(request), submission(request)
        t = self.kit.translator(request)
        country = sent.text("country")
        try:
            if sent.text("decision") == "trust":
                desk.trust(country, sent.text("basis"), sent.text("reason"), _actor(desk))
            else:
                desk.withdraw(country, sent.text("reason"), _actor(desk))
        except ExchangeError as error:
            notify(request, error.key, "failed", **_params(error, t))
        else:
            notify(request, "exchange.decision.done", state=state_name(country, t))
        return RedirectResponse(f"{PATH}/{request.path_params['country']}", 303)

    def download(self, request: Request) -> Response:
        desk = self._desk(request)
        content = desk.export_master_list(_actor(desk))
        name = f"{desk.country}-master-list.ml"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(content, media_type=MEDIA_TYPE, headers=headers)

    def _desk(self, request: Request) -> ExchangeDesk:
        desk = self.desks.get(request.path_params["country"])
        if desk is None:
            raise HTTPException(404)
        return desk

    def _desk_page(self, request: Request, form: Form) -> Response:
        desk, t = self._desk(request), self.kit.translator(request)
        rows = [Row(one, state_name(one.country, t), OUTCOMES[one.state], desk.history(one.country)) for one in desk.standings()]
        return self.kit.page(
            request,
            "exchange/desk.html",
            422 if form.errors else 200,
            form=form,
            code=request.path_params["country"],
            state=state_name(desk.country, t),
            fingerprints=desk.own_fingerprints(),
            decided=[one for one in rows if one.standing.state is not TrustState.OFFERED],
            offered=[one for one in rows if one.standing.state is TrustState.OFFERED],
            lists=[(one, state_name(one.issuer, t)) for one in reversed(desk.lists())],
        )


def state_name(country: str, t: Translator) -> str:
    """The country's name in the visitor's language where a profile has it, else its code."""
    load = profiles.PROFILES.get(country.lower())
    return country if load is None else load().state_names.get(t.language, country)


def _message(sender: ExchangeDesk, receiver: ExchangeDesk) -> Message:
    standings = {one.country: one for one in receiver.standings()}
    state = standings[sender.country].state if sender.country in standings else None
    held = [one.signed_at for one in receiver.lists() if one.issuer == sender.country]
    return Message(
        sender=sender.country,
        receiver=receiver.country,
        outcome="not_supported" if state is None else OUTCOMES[state],
        state="none" if state is None else state.value,
        signed_at=held[-1] if held else None,
    )


def _actor(desk: ExchangeDesk) -> str:
    return f"cross-border desk {desk.country}"


def _field_error(error: ExchangeError, t: Translator) -> FieldError:
    at_fingerprint = isinstance(error, FingerprintNeeded | FingerprintDiffers)
    return FieldError("fingerprint" if at_fingerprint else "master_list", error.key, _params(error, t))


def _params(error: ExchangeError, t: Translator) -> dict[str, str | int]:
    """The error's own values as its text wants them."""
    if isinstance(error, ReasonMissing):
        return {}
    params: dict[str, str | int] = {}
    for name, value in vars(error).items():
        if name == "country":
            params["state"] = state_name(str(value), t)
        elif isinstance(value, datetime):
            params[name] = t.moment(value)
        else:
            params[name] = "–" if value is None else str(value)
    return params
