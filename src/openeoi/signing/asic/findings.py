"""The signatures of an ASiC-E container. May be run on hostile input: whatever is wrong with it becomes a finding."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime

from openeoi.signing import time_stamps
from openeoi.signing.asic import container
from openeoi.signing.asic.container import Container
from openeoi.signing.chain import Trust
from openeoi.signing.errors import DocumentTooLarge, SigningRefused
from openeoi.signing.findings import MOST_SIGNATURES, DocumentFindings, SignatureFindings, shown
from openeoi.signing.time_stamps import StampFacts
from openeoi.signing.xades import read
from openeoi.signing.xades.read import XmlSignature

FORMAT = "ASiC-E, XAdES"


def examine(content: bytes, anchors: Sequence[bytes], intermediates: Sequence[bytes], at: datetime) -> DocumentFindings:
    """See `examination.examine`."""
    try:
        opened = container.read(content)
    except DocumentTooLarge:
        return DocumentFindings("too_large")
    except SigningRefused:
        return DocumentFindings("container_unreadable")
    files = tuple(shown(name) for name in opened.files)
    found: list[SignatureFindings] = []
    for name, xml in opened.signatures.items():
        try:
            elements = read.signatures(read.parse(xml))
        except SigningRefused:
            found.append(SignatureFindings(shown(name), "signature_unreadable"))
            continue
        if len(found) + len(elements) > MOST_SIGNATURES:
            return DocumentFindings("too_many_signatures", files=files)
        for element in elements:
            found.append(_one(name, element, opened, anchors, intermediates, at))
    return DocumentFindings("", tuple(found), files=files)


def _one(
    name: str,
    element: object,
    opened: Container,
    anchors: Sequence[bytes],
    intermediates: Sequence[bytes],
    at: datetime,
) -> SignatureFindings:
    try:
        signature = read.examine(element, opened.files.get)
        stamp = _stamp(signature, anchors, intermediates, at)
        proven = stamp.time if not stamp.problem else None
        problem = Trust(anchors, intermediates, at).problem(signature.certificate, signature.others, proven)
    except MemoryError:
        raise
    except Exception:  # a signature or certificate that cannot be parsed, of whatever making
        return SignatureFindings(shown(name), "signature_unreadable")
    return _findings(name, signature, opened, problem, stamp)


def _stamp(signature: XmlSignature, anchors: Sequence[bytes], intermediates: Sequence[bytes], at: datetime) -> StampFacts:
    """The earliest sound time stamp; else what is wrong with the first one."""
    found = [time_stamps.examine(token, signature.stamped, anchors, intermediates, at) for token in signature.stamps]
    sound = sorted((one for one in found if not one.problem and one.time is not None), key=lambda one: str(one.time))
    return next(iter((*sound, *found)), StampFacts(None))


def _findings(name: str, signature: XmlSignature, opened: Container, problem: str, stamp: StampFacts) -> SignatureFindings:
    claimed = signature.claimed_time
    return SignatureFindings(
        field_name=shown(f"{name} {signature.identifier}".strip()),
        certificate=base64.b64encode(signature.certificate).decode(),
        intact=signature.intact,
        valid=signature.valid,
        coverage="ALL_FILES" if signature.covered >= set(opened.files) else "SOME_FILES",
        place_clean=True,
        changes="NONE",
        changes_allowed=True,
        names_signer=signature.names_signer,
        trusted=not problem,
        trust_problem=problem,
        claimed_time=claimed.isoformat() if claimed is not None else "",
        stamp_time=stamp.time.isoformat() if stamp.time is not None else "",
        stamp_problem=stamp.problem,
        subfilter=FORMAT,
        digest_algorithm=shown(" ".join(signature.digest_algorithms)),
        signature_algorithm=shown(signature.signature_algorithm),
    )
