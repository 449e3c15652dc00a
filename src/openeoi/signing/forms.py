"""Which kind of signature a document gets, and the two steps of each: a PDF by PAdES, everything else by XAdES in ASiC-E."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from openeoi.signing import pades
from openeoi.signing.asic import container
from openeoi.signing.asic import signature as asic
from openeoi.signing.certificates import SigningCertificate
from openeoi.signing.errors import DocumentUnreadable, FileNameNotAllowed
from openeoi.signing.prepared import DocumentFacts, PreparedSignature, SignatureForm, SignatureLevel
from openeoi.signing.time_stamps import TimeStamps

FORMATS = {SignatureForm.PADES: "PAdES", SignatureForm.ASICE: "ASiC-E, XAdES"}
MEDIA_TYPES = {SignatureForm.PADES: "application/pdf", SignatureForm.ASICE: container.MEDIA_TYPE}


def form_of(document: bytes) -> SignatureForm:
    """Of what `gather` gave out: a PDF by its first bytes, else a container."""
    return SignatureForm.PADES if document.startswith(b"%PDF-") else SignatureForm.ASICE


def gather(files: Sequence[tuple[str, bytes]], at: datetime, in_container: bool = False) -> tuple[str, bytes]:
    """The one document to sign, by name: a single PDF or container is signed as it is, anything else goes into a new container
    (a PDF too, `in_container`). Raises FileNameNotAllowed, ContainerUnreadable, DocumentTooLarge, DocumentUnreadable."""
    if not files:
        raise DocumentUnreadable("there is no file")
    first, content = files[0]
    if len(files) == 1 and not in_container and (content.startswith(b"%PDF-") or is_signed_container(first, content)):
        return first, content
    named = dict(files)
    if len(named) != len(files):
        raise FileNameNotAllowed("two of the files have the same name")
    return f"{PurePosixPath(first).stem}.asice", asic.bundle(named, at)


def is_signed_container(name: str, content: bytes) -> bool:
    """By its name as well: other ZIP files are files like any, and go into a container whole."""
    return container.is_container(content) and name.lower().endswith(container.SUFFIXES)


def describe(document: bytes) -> DocumentFacts:
    """What a person sees of the document before signing. Raises the errors of the form's own."""
    return pades.describe(document) if form_of(document) is SignatureForm.PADES else asic.describe(document)


def describe_bounded(document: bytes, at: datetime) -> DocumentFacts:
    """`describe` within limits on time and memory, for documents from strangers; a container's own limits are enough."""
    if form_of(document) is SignatureForm.PADES:
        return pades.describe_bounded(document, at)
    return asic.describe(document)


def prepare(document: bytes, certificate: SigningCertificate, at: datetime) -> PreparedSignature:
    """The first step. `at` is the signer's claimed time."""
    step = pades.prepare if form_of(document) is SignatureForm.PADES else asic.prepare
    return step(document, certificate, at)


def finish(
    document: bytes, prepared: PreparedSignature, signature: bytes, at: datetime, stamps: TimeStamps | None = None
) -> bytes:
    """The second step: the signed document, with `stamps` at level B-T. `signature` is the card's raw r || s.

    Raises SignatureWrong, TimeStampRefused, TimeStampUnavailable.
    """
    if form_of(document) is SignatureForm.PADES:
        return pades.finish(prepared, signature, stamps)
    return asic.finish(document, prepared, signature, at, stamps)


def level_text(form: SignatureForm, level: SignatureLevel) -> str:
    """`PAdES B-T`"""
    return f"{FORMATS[form]} {level.value.upper()}"


def signed_name(name: str) -> str:
    """`pogodba.pdf` becomes `pogodba.signed.pdf`, a container keeps its kind of name."""
    path = PurePosixPath(name)
    suffix = path.suffix.lower() if path.suffix.lower() in (".pdf", *container.SUFFIXES) else ".pdf"
    return f"{path.stem if path.suffix else name}.signed{suffix}"
