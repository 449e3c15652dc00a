"""The screens: the counter, what the insurer answered, and the patient's own access log. Plain forms, no script needed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from openeoi.health import access_log, samples, texts
from openeoi.health.errors import INSURED_UNKNOWN, NoProfessionalSession, PointOfCareError
from openeoi.health.office import ACCESS_ANSWER_PATH, COUNTER_ANSWER_PATH, PATH, HealthOffice
from openeoi.health.store import Visit
from openeoi.health.token_picture import claims_of
from openeoi.health.values import Professional, Purpose
from openeoi.health.visits import Begun, ServedClient
from openeoi.protocols.browser_card import OperationNotDone
from openeoi.protocols.card_proof import PresenceText
from openeoi.web.forms import FieldError, Form, submission
from openeoi.web.home import note_step
from openeoi.web.kit import WebKit
from openeoi.web.notices import notify

COUNTER = f"{PATH}/counter"
MY_ACCESS = f"{PATH}/my-access"
_SESSION = "health_session"
_VISITS = "health_visits"
_VISITS_PER_BROWSER = 4
# An agent elsewhere believes the browser's Origin header; under the kit's policy it would be "null" there (Fetch, 3.2).
TELL_ORIGIN = {"Referrer-Policy": "origin"}
_COUNTER_PURPOSES = (Purpose.TREATMENT, Purpose.PAYMENT)


def routes(office: HealthOffice, kit: WebKit) -> list[BaseRoute]:
    """To be mounted at the root; the paths begin with `/health`."""
    pages = _Pages(office, kit, ServedClient(office))
    return [
        Route(PATH, pages.about, methods=["GET"]),
        Route(COUNTER, pages.guarded(pages.counter), methods=["GET"]),
        Route(f"{COUNTER}/sign-in", pages.guarded(pages.sign_in), methods=["POST"]),
        Route(f"{COUNTER}/sign-out", pages.guarded(pages.sign_out), methods=["POST"]),
        Route(f"{COUNTER}/read", pages.guarded(pages.read_card), methods=["POST"]),
        Route(COUNTER_ANSWER_PATH, pages.guarded(pages.counter_answer), methods=["POST"]),
        Route(f"{COUNTER}/visits/{{visit_id}}", pages.guarded(pages.counter_visit), methods=["GET"]),
        Route(MY_ACCESS, pages.guarded(pages.my_access), methods=["GET"]),
        Route(ACCESS_ANSWER_PATH, pages.guarded(pages.access_answer), methods=["POST"]),
        Route(f"{MY_ACCESS}/{{visit_id}}", pages.guarded(pages.access_list), methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class _Pages:
    office: HealthOffice
    kit: WebKit
    served: ServedClient

    def guarded(self, page: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """The one place where refusals become a page."""

        def endpoint(request: Request) -> Response:
            try:
                return page(request)
            except PointOfCareError as refusal:
                back = MY_ACCESS if request.url.path.startswith(MY_ACCESS) else COUNTER
                return self._refused(request, refusal.code, refusal.status, str(refusal), back)

        return endpoint

    def about(self, request: Request) -> Response:
        return self.kit.page(request, "health/about.html", insurer=self.office.insurer.name)

    def counter(self, request: Request) -> Response:
        professional = self._professional(request)
        if professional is None:
            return self._sign_in_page(request, Form())
        return self.kit.page(
            request,
            "health/counter.html",
            organisation=self.served.organisation,
            professional=professional,
            purposes=[purpose.value for purpose in _COUNTER_PURPOSES],
            form=Form({"purpose": Purpose.TREATMENT.value}),
        )

    def sign_in(self, request: Request) -> Response:
        sent = submission(request)
        professional_id = sent.text("professional")
        try:
            secret = self.office.sessions.sign_in(self.served.client(), professional_id, sent.text("pin"), self.office.clock())
        except NoProfessionalSession:
            form = Form({"professional": professional_id}, (FieldError("pin", "health.sign_in.refused"),))
            return self._sign_in_page(request, form, 401)
        request.session[_SESSION] = secret
        return RedirectResponse(COUNTER, 303)

    def sign_out(self, request: Request) -> Response:
        self.office.sessions.sign_out(str(request.session.pop(_SESSION, "")))
        return RedirectResponse(COUNTER, 303)

    def read_card(self, request: Request) -> Response:
        """The question to the card, and the form that takes it to the agent."""
        chosen = submission(request).text("purpose")
        purpose = next((purpose for purpose in _COUNTER_PURPOSES if purpose.value == chosen), Purpose.TREATMENT)
        begun = self.served.begin_counter(str(request.session.get(_SESSION, "")), purpose)
        return self._card_page(request, "health/read_card.html", begun)

    def counter_answer(self, request: Request) -> Response:
        return self._answered(request, COUNTER, f"{COUNTER}/visits")

    def counter_visit(self, request: Request) -> Response:
        visit = self._visit(request)
        if visit.token is None:
            return self._unanswered(request, visit, COUNTER)
        note_step(request, "doctor")
        answer = self.served.eligibility(visit)
        return self.kit.page(
            request,
            "health/visit.html",
            answer=answer,
            person=answer.person,
            state="in_force" if answer.code is None else texts.key(answer.code),
            insurer=self.office.insurer.name,
            text=visit.text,
            token=visit.token,
            claims=_pretty(claims_of(visit.token)),
            sent=_pretty(answer.request),
            received=_pretty(answer.bundle),
        )

    def my_access(self, request: Request) -> Response:
        return self._card_page(request, "health/my_access.html", self.served.begin_reading())

    def access_answer(self, request: Request) -> Response:
        return self._answered(request, MY_ACCESS, MY_ACCESS)

    def access_list(self, request: Request) -> Response:
        visit = self._visit(request)
        if visit.token is None:
            return self._unanswered(request, visit, MY_ACCESS)
        patient_id = self.served.reading(visit)
        entries = access_log.accesses(self.office.database, self.office.audit, patient_id)
        return self.kit.page(request, "health/access_list.html", entries=entries, patient_id=patient_id)

    def _card_page(self, request: Request, template: str, begun: Begun) -> Response:
        visits = [*dict(request.session.get(_VISITS, {})).items(), (begun.visit_id, begun.browser_secret)]
        request.session[_VISITS] = dict(visits[-_VISITS_PER_BROWSER:])
        agent = urlsplit(self.office.agent_address)
        details = begun.request.details
        return self.kit.page(
            request,
            template,
            allow_form_to=(f"{agent.scheme}://{agent.netloc}",),
            headers=TELL_ORIGIN,
            agent_address=self.office.agent_address,
            card_request=begun.request.encode(),
            text=details if isinstance(details, PresenceText) else None,
        )

    def _answered(self, request: Request, start: str, visits: str) -> Response:
        try:
            visit = self.served.answered(submission(request).text("response"))
        except OperationNotDone as error:
            notify(request, f"health.not_done.{error.outcome}", "aborted")
            return RedirectResponse(start, 303)
        return RedirectResponse(f"{visits}/{visit.visit_id}", 303)

    def _visit(self, request: Request) -> Visit:
        visit_id = str(request.path_params["visit_id"])
        return self.served.visit(visit_id, str(dict(request.session.get(_VISITS, {})).get(visit_id, "")))

    def _unanswered(self, request: Request, visit: Visit, back: str) -> Response:
        if visit.code is None:
            return RedirectResponse(back, 303)
        if visit.code == INSURED_UNKNOWN:
            note_step(request, "doctor")  # the card was there and accepted; the insurer has no entry
        return self._refused(request, visit.code, 200, "", back)

    def _refused(self, request: Request, code: str, status: int, reason: str, back: str) -> Response:
        return self.kit.page(request, "health/refused.html", status, code=code, key=texts.key(code), reason=reason, back=back)

    def _sign_in_page(self, request: Request, form: Form, status: int = 200) -> Response:
        return self.kit.page(
            request,
            "health/sign_in.html",
            status,
            form=form,
            organisation=self.served.organisation,
            professionals=self.office.professionals(self.served.organisation.number),
            sample_pin=samples.SAMPLE_PIN,
        )

    def _professional(self, request: Request) -> Professional | None:
        try:
            caller = self.office.caller(self.served.client(), str(request.session.get(_SESSION, "")))
        except NoProfessionalSession:
            return None
        return caller.professional


def _pretty(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)
