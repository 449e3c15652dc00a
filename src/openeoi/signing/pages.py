"""The desk's screens: bring a document, see what will be signed, get it back signed; and validate any document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from cryptography import x509
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from openeoi.signing import sample_document
from openeoi.signing.certificates import subject_text
from openeoi.signing.desk import CERTIFICATE_PATH, PATH, SIGNATURE_PATH, SigningDesk, shown_name
from openeoi.signing.errors import SigningRefused
from openeoi.signing.forms import MEDIA_TYPES, level_text, signed_name
from openeoi.signing.jobs import Job, Stage
from openeoi.signing.prepared import SignatureForm, SignatureLevel
from openeoi.web.forms import FieldError, Form, submission
from openeoi.web.home import note_step
from openeoi.web.kit import WebKit

_SESSION_KEY = "signing"
_JOBS_PER_BROWSER = 5
# An agent elsewhere believes the browser's Origin header; under the kit's policy it would be "null" there (Fetch, 3.2).
TELL_ORIGIN = {"Referrer-Policy": "origin"}


def routes(desk: SigningDesk, kit: WebKit) -> list[BaseRoute]:
    """To be mounted at the root; the paths begin with `/signing`."""
    pages = _Pages(desk, kit)
    job = f"{PATH}/jobs/{{job_id}}"
    return [
        Route(PATH, pages.start, methods=["GET"]),
        Route(f"{PATH}/jobs", pages.open, methods=["POST"]),
        Route(job, _guarded(pages, pages.show), methods=["GET"]),
        Route(f"{job}/original", _guarded(pages, pages.original), methods=["GET"]),
        Route(f"{job}/signed", _guarded(pages, pages.signed), methods=["GET"]),
        Route(f"{job}/forget", _guarded(pages, pages.forget), methods=["POST"]),
        Route(CERTIFICATE_PATH, _guarded(pages, pages.certificate), methods=["POST"]),
        Route(SIGNATURE_PATH, _guarded(pages, pages.signature), methods=["POST"]),
        Route(f"{PATH}/validate", pages.validate_start, methods=["GET"]),
        Route(f"{PATH}/validate", pages.validate, methods=["POST"]),
        Route(f"{PATH}/api/validate", pages.validate_json, methods=["POST"]),
    ]


@dataclass(frozen=True)
class _Pages:
    desk: SigningDesk
    kit: WebKit

    def start(self, request: Request, form: Form | None = None) -> Response:
        status_code = 200 if form is None else 422
        return self.kit.page(request, "signing/start.html", status_code, form=form or Form())

    def open(self, request: Request) -> Response:
        sent = submission(request)
        files = [(upload.file_name, upload.content) for upload in sent.all_uploads("document")]
        if not files and sent.text("sample") == "yes":
            files = [(sample_document.NAME, sample_document.sample_document())]
        if not any(content for _, content in files):
            return self.start(request, Form().with_errors(FieldError("document", "signing.start.missing")))
        try:
            opened = self.desk.open_job(files, in_container=sent.text("in_container") == "yes")
        except SigningRefused as refusal:
            return self.start(request, Form().with_errors(FieldError("document", f"signing.refused.{refusal.reason}")))
        jobs = [*request.session.get(_SESSION_KEY, {}).items(), (opened.job_id, opened.browser_secret)]
        request.session[_SESSION_KEY] = dict(jobs[-_JOBS_PER_BROWSER:])
        return RedirectResponse(f"{PATH}/jobs/{opened.job_id}", 303)

    def show(self, request: Request) -> Response:
        """What you see is what you sign: the page of the job's stage."""
        job = self._job(request)
        if job.stage is Stage.SIGNED:
            report = self.desk.validate(job.signed)
            note_step(request, "sign")
            return self.kit.page(request, "signing/signed.html", job=job, report=report, name=signed_name(job.name))
        agent = urlsplit(self.desk.agent_address)
        return self.kit.page(
            request,
            "signing/job.html",
            allow_form_to=(f"{agent.scheme}://{agent.netloc}",),
            headers=TELL_ORIGIN,
            job=job,
            files=job.files,
            level=level_text(job.form, self.desk.level),
            has_stamp=self.desk.level is SignatureLevel.B_T,
            agent_address=self.desk.agent_address,
            card_request=self.desk.request(job).encode(),
            certificate=None if job.prepared is None else _certificate(job.prepared.certificate),
            to_be_signed=_shown_bytes(job),
        )

    def original(self, request: Request) -> Response:
        job = self._job(request)
        return _download(job.document, job.name, job.form)

    def signed(self, request: Request) -> Response:
        job = self._job(request)
        if job.stage is not Stage.SIGNED:
            return RedirectResponse(f"{PATH}/jobs/{job.job_id}", 303)
        return _download(job.signed, signed_name(job.name), job.form)

    def forget(self, request: Request) -> Response:
        self.desk.forget(self._job(request))
        return RedirectResponse(PATH, 303)

    def certificate(self, request: Request) -> Response:
        return RedirectResponse(f"{PATH}/jobs/{self.desk.take_certificate(submission(request).text('response'))}", 303)

    def signature(self, request: Request) -> Response:
        return RedirectResponse(f"{PATH}/jobs/{self.desk.take_signature(submission(request).text('response'))}", 303)

    def validate_start(self, request: Request, form: Form | None = None) -> Response:
        status_code = 200 if form is None else 422
        return self.kit.page(request, "signing/validate.html", status_code, form=form or Form())

    def validate(self, request: Request) -> Response:
        upload = submission(request).upload("document")
        if upload is None:
            return self.validate_start(request, Form().with_errors(FieldError("document", "signing.start.missing")))
        report = self.desk.validate(upload.content)
        return self.kit.page(request, "signing/report.html", report=report, name=shown_name(upload.file_name))

    def validate_json(self, request: Request) -> Response:
        """For machines with the form's token; the same report as JSON."""
        upload = submission(request).upload("document")
        if upload is None:
            return JSONResponse({"error": "document_missing"}, 422)
        return JSONResponse(self.desk.validate(upload.content).as_json())

    def refused(self, request: Request, refusal: SigningRefused) -> Response:
        back = f"{PATH}/jobs/{refusal.job_id}" if refusal.job_id else PATH
        return self.kit.page(request, "signing/refused.html", 403, reason=refusal.reason, back=back)

    def _job(self, request: Request) -> Job:
        job_id = request.path_params["job_id"]
        return self.desk.job(job_id, str(request.session.get(_SESSION_KEY, {}).get(job_id, "")))


def _guarded(pages: _Pages, page: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """The one place where refusals become a page."""

    def guarded(request: Request) -> Response:
        try:
            return page(request)
        except SigningRefused as refusal:
            return pages.refused(request, refusal)

    return guarded


def _certificate(raw: bytes) -> Mapping[str, object]:
    certificate = x509.load_der_x509_certificate(raw)
    return {
        "signer": subject_text(certificate),
        "issuer": certificate.issuer.rfc4514_string(),
        "serial": f"{certificate.serial_number:X}",
        "until": certificate.not_valid_after_utc.date(),
    }


def _shown_bytes(job: Job) -> str:
    """What the card will sign: DER in hexadecimal digits, XML as it stands."""
    if job.prepared is None:
        return ""
    content = job.prepared.to_be_signed
    return content.hex(" ") if job.form is SignatureForm.PADES else content.decode()


def _download(content: bytes, name: str, form: SignatureForm) -> Response:
    """Always as a file to save: a document from outside is never shown as a page of this site."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=MEDIA_TYPES[form], headers=headers)
