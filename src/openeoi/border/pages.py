"""The officer's screens: the desk, where a document is opened, and the result, which exists only in the answer to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request as WebRequest
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from openeoi.border import screen
from openeoi.border.access import read_access
from openeoi.border.errors import AccessNotReadable, NoDocument, NotCopied
from openeoi.border.inspection import inspect
from openeoi.border.post import BorderPost
from openeoi.border.report import InspectionReport, Purpose, Request
from openeoi.border.training import inspect_copied_chip
from openeoi.terminal.checks import Outcome
from openeoi.web.figures import CardPicture
from openeoi.web.forms import FieldError, Form, Submission, submission
from openeoi.web.home import note_step
from openeoi.web.kit import WebKit
from openeoi.web.portraits import portrait_uri
from openeoi.web.trace_picture import step_pictures

PATH: Final = "/border/"
# Nothing about a person may stay in the browser's store or in a proxy.
NOT_KEPT: Final = {"Cache-Control": "no-store"}
SHOWN_INSPECTIONS: Final = 8
# Training has a button of its own.
CHOSEN_PURPOSES: Final = (Purpose.ENTRY, Purpose.EXIT, Purpose.WITHIN_COUNTRY)


def routes(post: BorderPost, kit: WebKit, face: Callable[[], CardPicture | None] = lambda: None) -> list[BaseRoute]:
    """To be mounted at the root; one path: GET the desk, POST an inspection. `face`: what is printed on the card in the reader,
    which an officer has in hand."""
    pages = _Pages(post, kit, face)
    return [Route(PATH, pages.desk, methods=["GET"]), Route(PATH, pages.inspect, methods=["POST"])]


@dataclass(frozen=True)
class _Pages:
    post: BorderPost
    kit: WebKit
    face: Callable[[], CardPicture | None]

    def desk(self, request: WebRequest) -> Response:
        return self._desk(request, Form({"purpose": Purpose.ENTRY.value}))

    def inspect(self, request: WebRequest) -> Response:
        sent = submission(request)
        # What opens the chip is not written back into the page: it stays with whoever holds the document.
        form = Form(sent.values("purpose"))
        try:
            report = self._inspected(sent)
        except AccessNotReadable:
            return self._desk(request, _wrong(form, "access", "border.desk.access_wrong"))
        except NotCopied:
            return self._desk(request, _wrong(form, "access", "border.desk.not_copied"))
        except NoDocument:
            return self._desk(request, _wrong(form, "", "border.desk.no_document"))
        except PurposeMissing:
            return self._desk(request, _wrong(form, "purpose", "border.desk.purpose_missing"))
        return self._result(request, report)

    def _inspected(self, sent: Submission) -> InspectionReport:
        access = read_access(sent.text("access"))
        if sent.text("action") == "training":
            return inspect_copied_chip(self.post, access)
        purposes = {purpose.value: purpose for purpose in CHOSEN_PURPOSES}
        if sent.text("purpose") not in purposes:
            raise PurposeMissing
        return inspect(self.post, access, Request(self.post.officer, purposes[sent.text("purpose")]))

    def _desk(self, request: WebRequest, form: Form) -> Response:
        t = self.kit.translator(request)
        names = self.post.profile.state_names
        return self.kit.page(
            request,
            "border/desk.html",
            422 if form.errors else 200,
            headers=NOT_KEPT,
            form=form,
            face=self.face(),
            state=names.get(t.language) or names["en"],
            purposes=[(purpose.value, t(f"border.purpose.{purpose.value}")) for purpose in CHOSEN_PURPOSES],
            latest=[
                (t.moment(one.at), t(f"border.purpose.{one.purpose.value}"), one.issuing_state, screen.style(one.outcome))
                for one in self.post.store.latest(SHOWN_INSPECTIONS)
            ],
        )

    def _result(self, request: WebRequest, report: InspectionReport) -> Response:
        t = self.kit.translator(request)
        known = report.zone or report.typed_zone
        if report.outcome is Outcome.SUCCESSFUL:
            note_step(request, "border")
        return self.kit.page(
            request,
            "border/result.html",
            headers=NOT_KEPT,
            report=report,
            outcome=screen.style(report.outcome),
            remedy=screen.remedy(report),
            training=report.request.purpose is Purpose.TRAINING,
            from_chip=report.zone is not None,
            facts=screen.facts(t, known, report.at.date()) if known else [],
            portrait=portrait_uri(report.portrait) if report.portrait else "",
            confirmed=screen.is_confirmed(report),
            checks=screen.check_pictures(t, screen.shown(report)),
            fingerprints=screen.fingerprints(t, report),
            tolerances=[t(f"border.tolerance.{tolerance.name.lower()}") for tolerance in report.tolerances],
            chain_root=screen.chain_picture(t, report),
            steps=step_pictures(report.exchanges, t),
        )


class PurposeMissing(Exception):
    """The form was sent without one of the purposes."""


def _wrong(form: Form, field: str, key: str) -> Form:
    return form.with_errors(FieldError(field, key))
