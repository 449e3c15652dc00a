"""The signatures of a PDF, as pyHanko reads them; it is imported on first use.

All of this may be run on hostile input: counts are bounded, and whatever the readers raise becomes a finding. Time and memory are
bounded by `bounded`.
"""

import asyncio
import base64
import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from asn1crypto.cms import ContentInfo

from openeoi.signing.certificates import for_pyhanko
from openeoi.signing.chain import Trust
from openeoi.signing.findings import MOST_CERTIFICATES, MOST_SIGNATURES, DocumentFindings, SignatureFindings, shown
from openeoi.signing.time_stamps import StampFacts

_PLACE = re.compile(rb"<(?:(?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+)>")


def examine(document: bytes, anchors: Sequence[bytes], intermediates: Sequence[bytes], at: datetime) -> DocumentFindings:
    """The findings about every signature of a PDF; never raises for the document's sake.

    `anchors` and `intermediates` are certificates (DER): the ones trusted, and those that may help to build a chain.
    """
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # what it would say stands in the findings
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(BytesIO(document), strict=True)
        if reader.encrypted:
            return DocumentFindings("encrypted")
        embedded = list(reader.embedded_regular_signatures)
        pages = int(reader.root["/Pages"]["/Count"])
    except MemoryError:
        return DocumentFindings("too_costly")
    except Exception:  # whatever a hostile document provokes in the reader is the finding
        return DocumentFindings("unreadable")
    if len(embedded) > MOST_SIGNATURES:
        return DocumentFindings("too_many_signatures")
    return DocumentFindings("", tuple(_examine_one(document, one, anchors, intermediates, at) for one in embedded), pages)


def _examine_one(
    document: bytes,
    embedded: Any,  # noqa: ANN401 - pyHanko's own type
    anchors: Sequence[bytes],
    intermediates: Sequence[bytes],
    at: datetime,
) -> SignatureFindings:
    name = shown(embedded.field_name)
    try:
        if len(embedded.other_embedded_certs) > MOST_CERTIFICATES:  # path building must not be made to search
            return SignatureFindings(name, "too_many_certificates")
        status = asyncio.run(_status(embedded, anchors, intermediates, at))
        return _findings(name, document, embedded, status, Trust(anchors, intermediates, at))
    except MemoryError:
        raise
    except Exception:  # a signature that cannot be parsed, of whatever making
        return SignatureFindings(name, "signature_unreadable")


async def _status(
    embedded: Any,  # noqa: ANN401 - pyHanko's own type
    anchors: Sequence[bytes],
    intermediates: Sequence[bytes],
    at: datetime,
) -> Any:  # noqa: ANN401 - pyHanko's own type
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    def context() -> ValidationContext:
        return ValidationContext(
            trust_roots=[for_pyhanko(one) for one in anchors],
            other_certs=[for_pyhanko(one) for one in intermediates],
            moment=at,
            allow_fetching=False,
            revocation_mode="soft-fail",  # revocation is judged by the desk's own source
        )

    return await async_validate_pdf_signature(embedded, context(), context())


def _findings(
    name: str,
    document: bytes,
    embedded: Any,  # noqa: ANN401 - pyHanko's own type
    status: Any,  # noqa: ANN401 - pyHanko's own type
    trust: Trust,
) -> SignatureFindings:
    stamp, claimed = _stamp(status.timestamp_validity), status.signer_reported_dt
    proven = stamp.time if not stamp.problem else None
    certificate = bytes(status.signing_cert.dump())
    others = [bytes(one.dump()) for one in embedded.other_embedded_certs]
    problem = trust.problem(certificate, others, proven)
    return SignatureFindings(
        field_name=name,
        certificate=base64.b64encode(certificate).decode(),
        intact=status.intact,
        valid=status.valid,
        coverage=status.coverage.name if status.coverage is not None else "",
        place_clean=_is_place_clean(document, embedded),
        changes=status.modification_level.name if status.modification_level is not None else "",
        changes_allowed=bool(status.docmdp_ok),
        trusted=not problem,
        trust_problem=problem,
        claimed_time="" if claimed is None else claimed.astimezone(UTC).isoformat(),
        stamp_time="" if stamp.time is None else stamp.time.isoformat(),
        stamp_problem=stamp.problem,
        subfilter=shown(str(embedded.sig_object.get("/SubFilter", ""))).lstrip("/"),
        digest_algorithm=shown(status.md_algorithm),
        signature_algorithm=shown(status.pkcs7_signature_mechanism),
    )


def _stamp(found: Any) -> StampFacts:  # noqa: ANN401 - pyHanko's own type
    if found is None:
        return StampFacts(None)
    if not (found.intact and found.valid):
        return StampFacts(found.timestamp, "stamp_wrong")
    return StampFacts(found.timestamp, "" if found.trusted else "stamp_not_trusted")


def _is_place_clean(document: bytes, embedded: Any) -> bool:  # noqa: ANN401 - pyHanko's own type
    """Between the two signed ranges stand only hexadecimal digits of one case: the CMS, then zeros (ISO 32000-2, 12.8.1).

    No signature covers these bytes, so whatever else stood there could be changed unnoticed.
    """
    ranges = [int(value) for value in embedded.byte_range]
    place = document[ranges[0] + ranges[1] : ranges[2]]
    if not _PLACE.fullmatch(place):
        return False
    content = bytes.fromhex(place[1:-1].decode())
    return not content[len(ContentInfo.load(content).dump()) :].strip(b"\0")
