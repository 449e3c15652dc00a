"""One document on its way through the desk."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from openeoi.signing.asic import signature as asic
from openeoi.signing.forms import form_of
from openeoi.signing.prepared import FileFacts, PreparedSignature, SignatureForm


class Stage(StrEnum):
    """UPLOADED (the certificate is asked for) -> PREPARED (the signature is asked for) -> SIGNED."""

    UPLOADED = "uploaded"
    PREPARED = "prepared"
    SIGNED = "signed"


@dataclass(frozen=True)
class Job:
    """`name` is the file name for people, `signatures` the number that the document came with; `browser_hash` is SHA-256 of a
    secret in the session of the browser that brought the document."""

    job_id: str
    browser_hash: bytes = field(repr=False)
    expires_at: datetime
    stage: Stage
    name: str
    document: bytes = field(repr=False)
    pages: int
    signatures: int
    prepared: PreparedSignature | None = None
    signed: bytes = field(default=b"", repr=False)

    @property
    def form(self) -> SignatureForm:
        return form_of(self.document)

    @property
    def files(self) -> tuple[FileFacts, ...]:
        """What the holder signs: the PDF, or every file of the container."""
        if self.form is SignatureForm.ASICE:
            return asic.describe(self.document).files
        return (FileFacts(self.name, "application/pdf", len(self.document), hashlib.sha256(self.document).digest()),)
