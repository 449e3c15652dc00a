"""The office's screens: apply; the desk; one application with its life and what can be done next; envelope; status; log."""

from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from openeoi.errors import OpenEoiError
from openeoi.issuing import decision, envelope, handover, pages_view, personalisation, status
from openeoi.issuing.application import FIELDS
from openeoi.issuing.errors import ApplicationInvalid, ApplicationUnknown, DocumentUnknown, IssuingError, StaffUnknown, StepFailed
from openeoi.issuing.office import IssuingOffice
from openeoi.issuing.sample import sample_photograph, sample_values
from openeoi.issuing.staff import Access, Purpose, Role, StaffMember
from openeoi.issuing.store import ApplicationRecord
from openeoi.transport.trace import Trace
from openeoi.web.forms import FieldError, Form, Submission, submission
from openeoi.web.home import note_step
from openeoi.web.kit import WebKit
from openeoi.web.notices import notify
from openeoi.web.trace_picture import StepPicture, step_pictures
from openeoi.web.translation import Translator

SESSION_STAFF = "issuing_staff"
DESK_LENGTH = 50
TRACES_KEPT = 3


def routes(office: IssuingOffice, kit: WebKit, activation: str = "/agent/") -> list[BaseRoute]:
    """Mounted by `main` under `/issuing`. `activation`: where the holder goes on with the card in hand."""
    screens = Screens(office, kit, activation)
    deeds = {
        "approve": screens.approve,
        "release": screens.release,
        "refuse": screens.refuse,
        "personalise": screens.personalise,
        "cancel": screens.cancel,
        "hand-over": screens.hand_over,
        "report": screens.report,
        "revoke": screens.revoke,
    }
    return [
        Route("/", screens.desk, name="issuing-desk"),
        Route("/staff", screens.choose_staff, methods=["POST"]),
        Route("/apply", screens.apply, methods=["GET", "POST"], name="issuing-apply"),
        Route("/submitted/{reference}", screens.submitted),
        Route("/applications/{reference}", screens.application),
        Route("/applications/{reference}/envelope", screens.open_envelope, methods=["POST"]),
        Route("/applications/{reference}/puk", screens.order_puk, methods=["POST"]),
        *(Route(f"/applications/{{reference}}/{name}", screens.deed(do), methods=["POST"]) for name, do in deeds.items()),
        Route("/documents", screens.document_status),
        Route("/log", screens.log),
    ]


class Screens:
    """The endpoints, over one office and the web kit."""

    def __init__(self, office: IssuingOffice, kit: WebKit, activation: str) -> None:
        self._office = office
        self._kit = kit
        self._activation = activation
        self._traces: dict[str, tuple[StepPicture, ...]] = {}

    # --- apply ---------------------------------------------------------------------------------------------------------------

    def apply(self, request: Request) -> Response:
        if request.method != "POST":
            blank = request.query_params.get("blank") == "1"
            values = {} if blank else {**sample_values(self._office.profile), "sample_photo": "yes"}
            return self._apply_page(request, Form(values), 200)
        sent = submission(request)
        try:
            reference = decision.submit(self._office, sent.values(*FIELDS), self._photograph(sent))
        except ApplicationInvalid as invalid:
            return self._apply_page(request, _returned(sent, invalid), 422)
        note_step(request, "apply")
        return RedirectResponse(f"{_base(request)}/submitted/{reference}", 303)

    def submitted(self, request: Request) -> Response:
        reference = _reference(request)
        try:
            with self._office.store.reading() as work:
                state = work.state(reference)
        except ApplicationUnknown as unknown:
            return self._refused(request, unknown, f"{_base(request)}/apply", 404)
        return self._kit.page(request, "issuing/submitted.html", reference=reference, state=state, base=_base(request))

    def _photograph(self, sent: Submission) -> bytes:
        upload = sent.upload("photo")
        if upload is not None and upload.content:
            return upload.content
        return sample_photograph() if sent.text("sample_photo") == "yes" else b""

    def _apply_page(self, request: Request, form: Form, status_code: int) -> Response:
        t = self._kit.translator(request)
        return self._kit.page(
            request,
            "issuing/apply.html",
            status_code,
            form=form,
            units=[("", t("issuing.field.please_choose")), *((unit, unit) for unit in self._office.profile.administrative_units)],
            sample_portrait=pages_view.portrait_uri(sample_photograph()),
            base=_base(request),
        )

    # --- the desk --------------------------------------------------------------------------------------------------------------

    def choose_staff(self, request: Request) -> Response:
        sent = submission(request)
        try:
            request.session[SESSION_STAFF] = self._office.staff.member(sent.text("staff")).name
        except StaffUnknown as unknown:
            return self._refused(request, unknown, f"{_base(request)}/", 422)
        back = sent.text("back")
        return RedirectResponse(back if back.startswith(f"{_base(request)}/") else f"{_base(request)}/", 303)

    def desk(self, request: Request) -> Response:
        member = self._member(request)
        records: tuple[ApplicationRecord, ...] = ()
        if member is not None:
            with self._office.store.transaction() as work:
                records = work.applications(_reading(member), DESK_LENGTH)
        return self._kit.page(
            request, "issuing/desk.html", records=records, member=member, staff=tuple(self._office.staff), base=_base(request)
        )

    def application(self, request: Request) -> Response:
        member, reference = self._member(request), _reference(request)
        if member is None:
            return self._kit.page(
                request, "issuing/desk.html", records=(), member=None, staff=tuple(self._office.staff), base=_base(request)
            )
        return self._application_page(request, member, reference)

    def _application_page(
        self, request: Request, member: StaffMember, reference: str, problem: IssuingError | None = None
    ) -> Response:
        t = self._kit.translator(request)
        try:
            view = pages_view.application_view(self._office, reference, _reading(member), t)
        except ApplicationUnknown as unknown:
            return self._refused(request, unknown, f"{_base(request)}/", 404)
        return self._kit.page(
            request,
            "issuing/application.html",
            200 if problem is None else 409,
            view=view,
            trace_of_production=self._trace(reference, t),
            member=member,
            staff=self._office.staff,
            problem=problem,
            proofs=[(proof.value, t(f"issuing.proof.{proof.value}"), "") for proof in handover.IdentityProof],
            reports=[(report.value, t(f"issuing.report.{report.value}")) for report in status.Report],
            activation=self._activation,
            releaser=Role.RELEASER,
            here_base=f"{_base(request)}/applications/{reference}",
            base=_base(request),
        )

    # --- what can be done with an application -----------------------------------------------------------------------

    def deed(self, do: Callable[[Request, str, Submission], str]) -> Callable[[Request], Response]:
        """A POST that does one thing in the name of the chosen person, says so, and returns to the application."""

        def endpoint(request: Request) -> Response:
            sent, reference = submission(request), _reference(request)
            try:
                member = self._office.staff.member(sent.text("staff"))
            except StaffUnknown as unknown:
                return self._refused(request, unknown, f"{_base(request)}/", 422)
            request.session[SESSION_STAFF] = member.name
            try:
                notice = do(request, reference, sent)
            except ApplicationUnknown as unknown:
                return self._refused(request, unknown, f"{_base(request)}/", 404)
            except IssuingError as problem:
                return self._application_page(request, member, reference, problem)
            except OpenEoiError as error:  # its text holds neither secrets nor personal data (openeoi.errors)
                return self._application_page(request, member, reference, StepFailed(str(error)))
            notify(request, notice, reference=reference)
            return RedirectResponse(f"{_base(request)}/applications/{reference}", 303)

        endpoint.__name__ = do.__name__
        return endpoint

    def approve(self, request: Request, reference: str, sent: Submission) -> str:
        decision.approve(self._office, reference, sent.text("staff"))
        return "issuing.done.approved"

    def release(self, request: Request, reference: str, sent: Submission) -> str:
        decision.release(self._office, reference, sent.text("staff"))
        return "issuing.done.released"

    def refuse(self, request: Request, reference: str, sent: Submission) -> str:
        decision.refuse(self._office, reference, sent.text("staff"), sent.text("reason"))
        return "issuing.done.refused"

    def personalise(self, request: Request, reference: str, sent: Submission) -> str:
        trace = Trace()
        try:
            take_over = sent.text("take_over") == "yes"
            personalisation.personalise(self._office, reference, sent.text("staff"), trace=trace, take_over=take_over)
        finally:
            self._keep_trace(reference, step_pictures(trace.exchanges))
        note_step(request, "issue")
        return "issuing.done.personalised"

    def cancel(self, request: Request, reference: str, sent: Submission) -> str:
        personalisation.cancel(self._office, reference, sent.text("staff"), take_over=sent.text("take_over") == "yes")
        return "issuing.done.cancelled"

    def hand_over(self, request: Request, reference: str, sent: Submission) -> str:
        proofs = {proof.value: proof for proof in handover.IdentityProof}
        proof = proofs.get(sent.text("proof"))
        if proof is None:
            raise handover.IdentityNotChecked("no identity document was named")
        check = handover.IdentityCheck(proof, sent.text("same_person") == "yes")
        handover.hand_over(self._office, reference, sent.text("staff"), check)
        self._traces.pop(reference, None)
        return "issuing.done.handed_over"

    def report(self, request: Request, reference: str, sent: Submission) -> str:
        access = self._office.acting(sent.text("staff"), Role.CLERK, Purpose.STATUS)
        reports = {report.value: report for report in status.Report}
        what = reports.get(sent.text("report"))
        with self._office.store.reading() as work:
            document = work.document_of(reference)
        if document is None or what is None:
            raise DocumentUnknown(reference)
        if what is status.Report.REVOKED:
            status.propose_revocation(self._office, document.number, access)
            return "issuing.done.revocation_proposed"
        status.report(self._office, document.number, what, access)
        return "issuing.done.reported"

    def revoke(self, request: Request, reference: str, sent: Submission) -> str:
        access = self._office.acting(sent.text("staff"), Role.RELEASER, Purpose.STATUS)
        with self._office.store.reading() as work:
            document = work.document_of(reference)
        if document is None:
            raise DocumentUnknown(reference)
        status.report(self._office, document.number, status.Report.REVOKED, access)
        return "issuing.done.reported"

    # --- letters ---------------------------------------------------------------------------------------------------------------

    def open_envelope(self, request: Request) -> Response:
        return self._letter(request, "issuing/envelope.html", envelope.open_envelope)

    def order_puk(self, request: Request) -> Response:
        return self._letter(request, "issuing/puk_letter.html", envelope.order_puk)

    def _letter(
        self, request: Request, template: str, take: Callable[[IssuingOffice, str, str], envelope.Envelope | envelope.PukLetter]
    ) -> Response:
        """A secret is shown in the answer to the POST itself and never stored by the browser."""
        sent, reference = submission(request), _reference(request)
        try:
            member = self._office.staff.member(sent.text("staff"))
            request.session[SESSION_STAFF] = member.name
            letter = take(self._office, reference, member.name)
        except (ApplicationUnknown, StaffUnknown) as unknown:
            return self._refused(request, unknown, f"{_base(request)}/", 404)
        except IssuingError as problem:
            return self._application_page(request, member, reference, problem)
        return self._kit.page(
            request, template, letter=letter, reference=reference, base=_base(request), headers={"Cache-Control": "no-store"}
        )

    # --- status and log ---------------------------------------------------------------------------------------------

    def document_status(self, request: Request) -> Response:
        """The public query: a number in, a word out."""
        number = request.query_params.get("number", "").strip().upper()
        found = status.document_status(self._office, number) if number else None
        return self._kit.page(request, "issuing/status.html", form=Form({"number": number}), found=found, number=number)

    def log(self, request: Request) -> Response:
        member = self._member(request)
        if member is None or Role.AUDITOR not in member.roles:
            auditors = self._office.staff.holding(Role.AUDITOR)
            return self._kit.page(request, "issuing/log.html", 403, auditors=auditors, view=None, base=_base(request))
        view = pages_view.log_view(self._office, 200)
        return self._kit.page(request, "issuing/log.html", auditors=(), view=view, base=_base(request))

    # --- shared -----------------------------------------------------------------------------------------------------

    def _member(self, request: Request) -> StaffMember | None:
        try:
            return self._office.staff.member(request.session.get(SESSION_STAFF, ""))
        except StaffUnknown:
            return None

    def _keep_trace(self, reference: str, steps: tuple[StepPicture, ...]) -> None:
        """In memory only, of the last few cards, until hand-over: what passed between office and chip shows the holder's data."""
        self._traces.pop(reference, None)
        self._traces[reference] = steps
        while len(self._traces) > TRACES_KEPT:
            self._traces.pop(next(iter(self._traces)))

    def _trace(self, reference: str, t: Translator) -> tuple[StepPicture, ...]:
        return tuple(replace(step, title=t(f"issuing.step.{step.title}")) for step in self._traces.get(reference, ()))

    def _refused(self, request: Request, error: IssuingError, back: str, status_code: int) -> Response:
        return self._kit.page(request, "issuing/refused.html", status_code, error=error, back=back)


def _returned(sent: Submission, invalid: ApplicationInvalid) -> Form:
    """The form with its errors. A browser does not send a chosen file twice by itself, so a good photograph has to be chosen
    again, and the sample is not put in its place unasked."""
    errors = [FieldError(problem.field, problem.key, problem.values) for problem in invalid.problems]
    values = sent.values(*FIELDS, "sample_photo")
    if sent.upload("photo") is not None:
        values["sample_photo"] = ""
        if not any(error.field == "photo" for error in errors):
            errors.append(FieldError("photo", "issuing.photo.choose_again"))
    return Form(values, tuple(errors))


def _reading(member: StaffMember) -> Access:
    role = sorted(member.roles)[0]
    purpose = {
        Role.CLERK: Purpose.DECISION,
        Role.RELEASER: Purpose.RELEASE,
        Role.PRODUCTION: Purpose.PRODUCTION,
    }.get(role, Purpose.AUDIT)
    return Access(member.name, role, purpose)


def _reference(request: Request) -> str:
    return str(request.path_params["reference"])


def _base(request: Request) -> str:
    """Where this office is mounted."""
    return str(request.scope.get("root_path", ""))
