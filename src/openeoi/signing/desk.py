"""The signing desk: documents in, what will be signed shown, the card asked twice, signed documents out; and validation.

The agent is asked twice because the CMS attributes that a card signs name the certificate (EN 319 142-1, 5.3): first for the
certificate, which needs no PIN, then for the signature over exactly what was shown.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest

from openeoi.crypto.randomness import RandomSource
from openeoi.encoding.errors import DecodingError
from openeoi.encoding.pkcs15.roles import CredentialRole
from openeoi.protocols.browser_card import (
    CardRequest,
    CardResponse,
    CertificateDetails,
    Details,
    DocumentDescription,
    Operation,
    OperationNotDone,
    SigningDetails,
)
from openeoi.protocols.holder_certificate import CertificateStatus, TrustedIssuers
from openeoi.signing import forms, store
from openeoi.signing.bounded import examine_bounded
from openeoi.signing.certificates import check_signing_certificate, check_status, find_signing_certificate
from openeoi.signing.errors import (
    AnswerUnreadable,
    CardNotUsed,
    JobUnknown,
    OtherCertificate,
    SigningRefused,
    TimeStampUnavailable,
)
from openeoi.signing.jobs import Job, Stage
from openeoi.signing.ports import KeyHolder, TimeStampSource
from openeoi.signing.prepared import SignatureLevel
from openeoi.signing.time_stamps import TimeStamps
from openeoi.signing.validation import ValidationReport, judge
from openeoi.storage.audit import AuditChain, AuditEntry
from openeoi.storage.database import Database

PATH = "/signing"
CERTIFICATE_PATH = f"{PATH}/certificate"
SIGNATURE_PATH = f"{PATH}/signature"
CROSS_SITE = (CERTIFICATE_PATH, SIGNATURE_PATH)
"""Paths whose POST comes from an agent; the state in the answer is its proof."""

JOB_LIFETIME = timedelta(minutes=30)
_SECRET_SIZE = 32
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Opened:
    """A new job; `browser_secret` belongs into the visitor's session."""

    job_id: str
    browser_secret: str = field(repr=False)


@dataclass(frozen=True)
class SigningDesk:
    """`origin` is the web origin under which `/signing` is mounted, `agent_address` where the browser finds the agent;
    without `time_stamps` signatures have level B-B."""

    database: Database
    origin: str
    agent_address: str
    clock: Callable[[], datetime]
    random: RandomSource
    issuers: TrustedIssuers
    status: CertificateStatus
    time_stamps: TimeStampSource | None = None

    @property
    def level(self) -> SignatureLevel:
        """What is made when nothing else is asked for: B-T where there is a source of time stamps."""
        return SignatureLevel.B_B if self.time_stamps is None else SignatureLevel.B_T

    # Through the browser

    def open_job(self, files: Sequence[tuple[str, bytes]], in_container: bool = False) -> Opened:
        """Take files in by their names. Raises what `forms.gather` and `forms.describe_bounded` do."""
        now = self._now()
        name, document = self.gather(files, in_container)
        facts = forms.describe_bounded(document, now)
        opened = Opened(self._secret(), self._secret())
        job = Job(
            opened.job_id,
            _hash(opened.browser_secret),
            now + JOB_LIFETIME,
            Stage.UPLOADED,
            name,
            document,
            facts.pages,
            facts.signatures,
        )
        with self.database.begin() as connection:
            store.forget_expired(connection, now)
            store.add_job(connection, job)
        return opened

    def job(self, job_id: str, browser_secret: str) -> Job:
        """The job, for the browser that opened it. Raises JobUnknown."""
        with self.database.read() as connection:
            job = store.find_job(connection, job_id)
        if job is None or self._now() >= job.expires_at or not compare_digest(job.browser_hash, _hash(browser_secret)):
            raise JobUnknown("no such signing is under way in this browser")
        return job

    def request(self, job: Job) -> CardRequest:
        """What the agent is asked next: the certificate, or the signature over what was prepared."""
        if job.stage is Stage.PREPARED and job.prepared is not None:
            documents = tuple(DocumentDescription(one.name, one.media_type, one.size, one.digest) for one in job.files)
            details = SigningDetails(documents, job.prepared.to_be_signed)
            return self._request(job, Operation.SIGN, SIGNATURE_PATH, details)
        return self._request(job, Operation.CERTIFICATE, CERTIFICATE_PATH, CertificateDetails())

    def take_certificate(self, form_field: str) -> str:
        """The agent's certificate: checked, and the document prepared for it. The job's id. Raises SigningRefused."""
        job, response = self._take(form_field, Stage.UPLOADED)
        with _of_job(job):
            response.require_done()
            certificate = check_signing_certificate(response.certificate, self.issuers(), self._now())
            check_status(certificate, self.status)
            prepared = forms.prepare(job.document, certificate, self._now())
        with self.database.begin() as connection:
            if not store.set_prepared(connection, job.job_id, prepared):
                raise JobUnknown("the job went on meanwhile")
        return job.job_id

    def take_signature(self, form_field: str) -> str:
        """The agent's signature: checked and put into the document. The job's id. Raises SigningRefused."""
        job, response = self._take(form_field, Stage.PREPARED)
        with _of_job(job):
            response.require_done()
            if job.prepared is None or response.certificate != job.prepared.certificate:
                raise OtherCertificate("another card signed than the one whose certificate was taken")
            signed = forms.finish(job.document, job.prepared, response.signature, self._now(), self._stamps(self.level))
        with self.database.begin() as connection:
            if not store.set_signed(connection, job.job_id, signed):
                raise JobUnknown("the job went on meanwhile")
        self._audit(signed, job.prepared.certificate)
        return job.job_id

    def forget(self, job: Job) -> None:
        with self.database.begin() as connection:
            store.forget(connection, job.job_id)
        self.database.shrink_log()

    def forget_expired(self) -> None:
        """Documents whose time is over, whether or not anybody comes to the desk again."""
        with self.database.begin() as connection:
            forgotten = store.forget_expired(connection, self._now())
        if forgotten:
            self.database.shrink_log()

    # Directly, and for everyone

    def gather(self, files: Sequence[tuple[str, bytes]], in_container: bool = False) -> tuple[str, bytes]:
        """The one document to sign, by name. Raises what `forms.gather` does."""
        return forms.gather([(shown_name(name), content) for name, content in files], self._now(), in_container)

    def sign(self, document: bytes, key_holder: KeyHolder, level: SignatureLevel | None = None) -> bytes:
        """The signed document, with a key holder at hand; `document` is what `gather` gave. One PIN entry signs
        exactly this. Raises SigningRefused, and whatever the key holder raises."""
        forms.describe(document)
        certificate = find_signing_certificate(key_holder.certificates(), self.issuers(), self._now())
        check_status(certificate, self.status)
        prepared = forms.prepare(document, certificate, self._now())
        value = key_holder.sign_digest(prepared.certificate, prepared.digest)
        signed = forms.finish(document, prepared, value, self._now(), self._stamps(level or self.level))
        self._audit(signed, prepared.certificate)
        return signed

    def validate(self, document: bytes) -> ValidationReport:
        """The report about any document, examined within limits on time and memory."""
        issuers = self.issuers()
        anchors = [issuer.above[-1] if issuer.above else issuer.certificate for issuer in issuers]
        intermediates = [one for issuer in issuers if issuer.above for one in (issuer.certificate, *issuer.above[:-1])]
        now = self._now()
        return judge(examine_bounded(document, anchors, intermediates, now), issuers, self.status, now)

    def _stamps(self, level: SignatureLevel) -> TimeStamps | None:
        if level is SignatureLevel.B_B:
            return None
        if self.time_stamps is None:
            raise TimeStampUnavailable("no time-stamping unit is set up")
        return TimeStamps(self.time_stamps, self.random)

    def _request(self, job: Job, operation: Operation, path: str, details: Details) -> CardRequest:
        state = self._secret()
        with self.database.begin() as connection:
            if not store.set_state(connection, job.job_id, job.stage, _hash(state)):
                raise JobUnknown("the job went on meanwhile")
        return CardRequest(operation, CredentialRole.QUALIFIED, self.origin, self.origin + path, state, details)

    def _take(self, form_field: str, stage: Stage) -> tuple[Job, CardResponse]:
        try:
            response = CardResponse.decode(form_field)
        except DecodingError as error:
            raise AnswerUnreadable("the posted field is no response of an agent") from error
        with self.database.begin() as connection:
            job = store.take_state(connection, _hash(response.state))
        if job is None or job.stage is not stage or self._now() >= job.expires_at:
            raise JobUnknown("no signing waits for this answer")
        return job, response

    def _audit(self, signed: bytes, certificate: bytes) -> None:
        """That a document was signed, by the document's digest and the certificate's: no name, no content."""
        subject = f"certificate {hashlib.sha256(certificate).hexdigest()}"
        entry = AuditEntry("desk", "system", "signing", "signed", subject, {"document": hashlib.sha256(signed).hexdigest()})
        with self.database.begin() as connection:
            AuditChain(self.clock).append(connection, entry)

    def _secret(self) -> str:
        return base64.urlsafe_b64encode(self.random(_SECRET_SIZE)).rstrip(b"=").decode()

    def _now(self) -> datetime:
        return self.clock().replace(microsecond=0)


def shown_name(name: str) -> str:
    """A file name for people: no folders, no characters that cannot be shown, never empty."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(character for character in plain if character.isprintable())[:_LONGEST_NAME].strip()
    return shown or "dokument"


@contextmanager
def _of_job(job: Job) -> Iterator[None]:
    """Refusals inside name the job, so that the page can lead back to it."""
    try:
        yield
    except OperationNotDone as error:
        refusal = CardNotUsed(str(error))
        refusal.job_id = job.job_id
        raise refusal from error
    except SigningRefused as refusal:
        refusal.job_id = job.job_id
        raise


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
