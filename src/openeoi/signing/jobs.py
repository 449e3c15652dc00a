"""One document on its way through the desk."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from openeoi.signing.pades import PreparedSignature


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
    def digest(self) -> bytes:
        """SHA-256 of the document as it was brought."""
        return hashlib.sha256(self.document).digest()
