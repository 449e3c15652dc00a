"""XAdES B-B and B-T in an ASiC-E container, in two steps as the PDF's: prepare, and complete with what the card signed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from openeoi.signing.asic import container
from openeoi.signing.asic.container import Container
from openeoi.signing.certificates import SigningCertificate
from openeoi.signing.errors import ContainerUnreadable, DocumentTooLarge
from openeoi.signing.prepared import DocumentFacts, FileFacts, PreparedSignature, SignatureForm
from openeoi.signing.time_stamps import TimeStamps
from openeoi.signing.xades import build, read
from openeoi.signing.xades.build import SignedFile

MOST_FILES = 20


def bundle(files: Mapping[str, bytes], at: datetime) -> bytes:
    """A container of these files without a signature yet. Raises FileNameNotAllowed, ContainerUnreadable, DocumentTooLarge."""
    if not 1 <= len(files) <= MOST_FILES:
        raise ContainerUnreadable(f"one to {MOST_FILES} files can be signed together")
    if sum(map(len, files.values())) > container.LARGEST_CONTENT:
        raise DocumentTooLarge(f"together larger than {container.LARGEST_CONTENT} bytes")
    content = container.write(Container(files), at)
    container.read(content)  # what we would not read back is not made: two names that differ in case alone
    return content


def describe(content: bytes) -> DocumentFacts:
    """Raises ContainerUnreadable, DocumentTooLarge, SignatureUnreadable."""
    opened = _opened(content)
    signatures = sum(len(read.signatures(read.parse(xml))) for xml in opened.signatures.values())
    files = tuple(
        FileFacts(name, container.media_type(name), len(one), hashlib.sha256(one).digest()) for name, one in opened.files.items()
    )
    return DocumentFacts(SignatureForm.ASICE, files, 0, signatures)


def prepare(content: bytes, certificate: SigningCertificate, at: datetime) -> PreparedSignature:
    """A new signature over every file of the container. Raises ContainerUnreadable, DocumentTooLarge."""
    opened = _opened(content)
    files = [SignedFile(name, container.media_type(name), hashlib.sha384(one).digest()) for name, one in opened.files.items()]
    identifier = f"S{len(opened.signatures)}"
    unsigned = build.detached(files, certificate.certificate, certificate.chain, at, identifier)
    return PreparedSignature(
        unsigned.xml, unsigned.start, unsigned.end, unsigned.signed_info, certificate.certificate, certificate.chain
    )


def finish(
    content: bytes, prepared: PreparedSignature, signature: bytes, at: datetime, stamps: TimeStamps | None = None
) -> bytes:
    """The container with the new signature beside the ones it had, with `stamps` at level B-T.

    Raises SignatureWrong, TimeStampRefused, TimeStampUnavailable.
    """
    prepared.verified_der(signature)
    opened = _opened(content)
    xml = build.complete(prepared.document, prepared.start, prepared.end, signature)
    if stamps is not None:
        xml = build.with_time_stamp(xml, stamps.over(hashlib.sha384(build.signature_value(xml)).digest()))
    signatures = {**opened.signatures, container.next_signature_name(opened): xml}
    return container.write(Container(opened.files, signatures), at)


def _opened(content: bytes) -> Container:
    opened = container.read(content)
    if not 1 <= len(opened.files) <= MOST_FILES:
        raise ContainerUnreadable(f"it holds no file, or more than {MOST_FILES}")
    return opened
