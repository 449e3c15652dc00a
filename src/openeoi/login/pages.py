"""The screens between a service and the card: who asks and at which level, the agent's answer, consent."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from openeoi.login.api import to_response
from openeoi.login.assurance import LevelOfAssurance, requested_level
from openeoi.login.clients import Client, origin_of
from openeoi.login.errors import LoginRefused, TransactionUnknown
from openeoi.login.oauth_messages import OAuthResponse
from openeoi.login.office import ANSWER_PATH, AUTHORIZE_PATH, PATH, LoginOffice
from openeoi.login.values import Identity, Transaction
from openeoi.protocols.card_proof import LoginText
from openeoi.web.forms import submission
from openeoi.web.kit import WebKit

_SESSION_KEY = "login"
_LOGINS_PER_BROWSER = 4
# An agent elsewhere believes the browser's Origin header; under the kit's policy it would be "null" there (Fetch, 3.2).
TELL_ORIGIN = {"Referrer-Policy": "origin"}
_CLAIMS = {"openid": ("subject", "level"), "profile": ("name", "birthdate")}


def routes(office: LoginOffice, kit: WebKit) -> list[BaseRoute]:
    """To be mounted at the root; the paths begin with `/login`."""
    pages = _Pages(office, kit)
    transaction = f"{PATH}/transactions/{{transaction_id}}"
    return [
        Route(PATH, pages.about, methods=["GET"]),
        Route(AUTHORIZE_PATH, pages.authorize, methods=["GET", "POST"]),
        Route(transaction, _guarded(pages, pages.card), methods=["GET"]),
        Route(f"{transaction}/cancel", _guarded(pages, pages.cancel), methods=["POST"]),
        Route(ANSWER_PATH, _guarded(pages, pages.answer), methods=["POST"]),
        Route(f"{transaction}/consent/{{continuation}}", _guarded(pages, pages.consent), methods=["GET"]),
        Route(f"{transaction}/consent/{{continuation}}", _guarded(pages, pages.decide), methods=["POST"]),
    ]


@dataclass(frozen=True)
class _Pages:
    office: LoginOffice
    kit: WebKit

    def about(self, request: Request) -> Response:
        return self.kit.page(request, "login/about.html", issuer=self.office.issuer)

    def authorize(self, request: Request) -> Response:
        """A service's request: checked, remembered, and sent on to a page with an address of its own."""
        parameters = submission(request).texts if request.method == "POST" else _once_each(request.query_params)
        checked = self.office.provider.check_authorization(parameters)
        if isinstance(checked, OAuthResponse):
            return self._authorization_error(request, checked)
        client, plain = checked
        level = requested_level(plain.get("acr_values", ""))
        if level is LevelOfAssurance.LOW and not client.low_allowed:
            return self.kit.problem(request, 403, "login.low_not_allowed", client=client.name)
        begun = self.office.card_login.begin(client.client_id, plain, level)
        logins = [*request.session.get(_SESSION_KEY, {}).items(), (begun.transaction_id, begun.browser_secret)]
        request.session[_SESSION_KEY] = dict(logins[-_LOGINS_PER_BROWSER:])
        return RedirectResponse(f"{PATH}/transactions/{begun.transaction_id}", 303)

    def card(self, request: Request) -> Response:
        """Who asks, at which level, and the form that takes the challenge to the agent."""
        transaction, client = self._transaction(request)
        card_request = self.office.card_login.challenge(transaction)
        return self.kit.page(
            request,
            "login/card.html",
            allow_form_to=(origin_of(self.office.agent_address), *client.origins),
            headers=TELL_ORIGIN,
            client=client,
            level=transaction.level.word,
            transaction_id=transaction.transaction_id,
            agent_address=self.office.agent_address,
            card_request=card_request.encode(),
            text=card_request.details if isinstance(card_request.details, LoginText) else None,
        )

    def answer(self, request: Request) -> Response:
        accepted = self.office.card_login.answer(submission(request).text("response"))
        return RedirectResponse(f"{PATH}/transactions/{accepted.transaction_id}/consent/{accepted.continuation}", 303)

    def consent(self, request: Request) -> Response:
        """What the service will learn, before it learns it."""
        transaction, _ = self._verified(request)
        client = self._client(transaction)
        scopes = transaction.parameters["scope"].split()
        return self.kit.page(
            request,
            "login/consent.html",
            allow_form_to=client.origins,
            client=client,
            level=transaction.level.word,
            claims=[claim for scope, claims in _CLAIMS.items() if scope in scopes for claim in claims],
        )

    def decide(self, request: Request) -> Response:
        transaction, identity = self._verified(request)
        self.office.card_login.finish(transaction)
        agreed = submission(request).text("decision") == "agree"
        return _see_other(self.office.provider.grant(transaction.parameters, identity if agreed else None))

    def cancel(self, request: Request) -> Response:
        transaction, _ = self._transaction(request)
        self.office.card_login.finish(transaction)
        return _see_other(self.office.provider.grant(transaction.parameters, None))

    def refused(self, request: Request, refusal: LoginRefused) -> Response:
        again = f"{PATH}/transactions/{refusal.transaction_id}" if refusal.transaction_id else ""
        return self.kit.page(request, "login/refused.html", 403, reason=refusal.reason, again=again)

    def _authorization_error(self, request: Request, response: OAuthResponse) -> Response:
        if "Location" in response.headers:
            return to_response(response)
        error = response.body.get("error", "") if not isinstance(response.body, str) else ""
        return self.kit.problem(request, 400, "login.request_refused", error=error)

    def _transaction(self, request: Request) -> tuple[Transaction, Client]:
        transaction = self.office.card_login.transaction(request.path_params["transaction_id"], _browser_secret(request))
        return transaction, self._client(transaction)

    def _verified(self, request: Request) -> tuple[Transaction, Identity]:
        parameters = request.path_params
        return self.office.card_login.verified(parameters["transaction_id"], _browser_secret(request), parameters["continuation"])

    def _client(self, transaction: Transaction) -> Client:
        client = self.office.client(transaction.client_id)
        if client is None:
            raise TransactionUnknown("the service is not registered any more")
        return client


def _guarded(pages: _Pages, page: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """The one place where refusals become a page."""

    def guarded(request: Request) -> Response:
        try:
            return page(request)
        except LoginRefused as refusal:
            return pages.refused(request, refusal)

    return guarded


def _browser_secret(request: Request) -> str:
    return str(request.session.get(_SESSION_KEY, {}).get(request.path_params["transaction_id"], ""))


def _once_each(parameters: QueryParams) -> dict[str, tuple[str, ...]]:
    return {name: tuple(parameters.getlist(name)) for name in parameters}


def _see_other(response: OAuthResponse) -> Response:
    """A redirect that answers a form: the browser follows it with GET (RFC 9110, 15.4.4; RFC 9700, 4.12)."""
    return to_response(OAuthResponse(303 if response.status == 302 else response.status, response.body, response.headers))
